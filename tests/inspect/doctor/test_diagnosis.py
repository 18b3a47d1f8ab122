"""The consultation: what it leaves alone, what can be muted, how it is shown."""

import ast
import dataclasses
import inspect
from pathlib import Path

import numpy as np
import pytest

import edukeras as keras
from edukeras import config, layers, messages
from edukeras.grading.catalogue import messages_of, untranslatable
from edukeras.inspect import (
    Diagnosis,
    DiagnosisError,
    Doctor,
    Finding,
    catalogue,
    diagnose,
)
from edukeras.inspect.doctor import checks, codes
from edukeras.inspect.doctor.finding import LESSONS
from edukeras.inspect.doctor.program import Program
from tests.inspect.sanitiser import check

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _nothing_muted():
    config.ignore(None)
    yield
    config.ignore(None)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(120, 4)).astype("float32")
    return x, (x[:, 0] > 0).astype("float32")


def wrong_model():
    """Two mistakes: EK002 and EK014."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8),
            layers.Dense(1, activation="softmax", name="out"),
        ],
        name="wrong",
    )
    model.compile("adam", "binary_crossentropy")
    return model


def good_model():
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(8, "relu"),
            layers.Dropout(0.2),
            layers.BatchNormalization(),
            layers.Dense(1, "sigmoid"),
        ],
        name="good",
    )
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model


def test_the_method_is_the_function(data):
    model = wrong_model()
    assert model.diagnose(*data).text() == diagnose(model, *data).text()
    assert model.diagnose().codes == ["EK002", "EK014"]


def test_a_good_model_gets_no_finding(data):
    diagnosis = diagnose(good_model(), *data)
    assert diagnosis.text() == '✔ Model "good": the doctor found nothing.'
    assert len(diagnosis) == 0


def test_looking_changes_neither_the_model_nor_the_training_after_it(data):
    x, y = data
    runs = []
    for looks in (False, True):
        model = good_model()
        for _ in range(2):
            if looks:
                diagnose(model, x, y)
            model.fit(x, y, epochs=2, verbose=0)
        state = [np.array(v.array) for v in model.optimizer.variables]
        runs.append((model.get_weights(), state, model.history.history))
    (weights, state, history), (weights_2, state_2, history_2) = runs
    assert all(map(np.array_equal, weights, weights_2))
    assert all(map(np.array_equal, state, state_2))
    assert history == history_2


def test_a_model_that_is_not_built_stays_so(data):
    model = keras.Sequential([layers.Dense(8, "relu"), layers.Dense(1, "softmax")])
    model.compile("adam", "binary_crossentropy")
    without_data = diagnose(model)
    assert "no weights yet" in without_data.text()
    assert diagnose(model, *data).codes == ["EK002"]
    assert not model.built


def test_codes_are_muted_for_one_call_and_for_all(data):
    model = wrong_model()
    assert diagnose(model, mute=["EK002"]).codes == ["EK014"]
    assert diagnose(model).codes == ["EK002", "EK014"]
    keras.ignore("EK014")
    quiet = diagnose(model)
    assert quiet.codes == ["EK002"]
    assert "Muted: EK014." in quiet.text()
    assert keras.ignore() == ("EK014",)


def test_strict_raises_for_errors_and_warnings_only(data):
    with pytest.raises(DiagnosisError, match="EK002, EK014"):
        diagnose(wrong_model(), strict=True)
    model = good_model()
    model.fit(*data, epochs=2, verbose=0)
    noted = diagnose(model, *data, source="model.compile('adam')\nmodel.fit(x, y)")
    assert "EK047" in noted.codes
    assert noted.serious == []
    diagnose(model, *data, source="model.compile('adam')\nmodel.fit(x, y)", strict=True)


def test_something_else_than_a_model_is_told():
    with pytest.raises(TypeError, match="Received: int"):
        diagnose(3)


def test_a_check_that_breaks_off_is_told_and_hinders_no_other(monkeypatch):
    def broken(patient):
        raise KeyError("odd")
        yield

    entry = dataclasses.replace(checks.CHECKS["EK001"][0], look=broken)
    monkeypatch.setitem(checks.CHECKS, "EK001", [entry])
    diagnosis = diagnose(wrong_model())
    assert diagnosis.codes == ["EK002", "EK014"]
    assert "EK001 could not be checked: KeyError: 'odd'." in diagnosis.text()


def test_a_translation_is_shown_and_every_text_can_be_found(monkeypatch):
    translated = {"softmax over one unit": "유닛이 하나인 소프트맥스"}
    monkeypatch.setattr(messages, "_translations", translated)
    assert "유닛이 하나인 소프트맥스" in diagnose(wrong_model()).text()
    folder = ROOT / "edukeras" / "inspect" / "doctor"
    texts = [t for path in folder.glob("*.py") for t in messages_of(path)]
    for entries in checks.CHECKS.values():
        assert {entries[0].title, entries[0].why} <= set(texts)
    assert [t for path in folder.glob("*.py") for t in untranslatable(path)] == []


# -- the callback -------------------------------------------------------------


def test_the_callback_speaks_once_for_each_model(data, capsys):
    model = wrong_model()
    for _ in range(2):
        model.fit(*data, epochs=1, verbose=0, callbacks=[Doctor(*data)])
    told = capsys.readouterr()
    assert told.out.count("EK002") == 1
    assert told.err == ""
    other = wrong_model()
    other.fit(*data, epochs=1, verbose=0, callbacks=[Doctor(*data, mute=["EK014"])])
    told = capsys.readouterr().out
    assert "EK002" in told
    assert "EK014 warning" not in told


def test_the_callback_sees_what_training_shows(data, capsys):
    x, y = data
    model = keras.Sequential(
        [keras.Input((4,)), layers.Dense(8, "relu"), layers.Dense(1)]
    )
    model.compile(keras.optimizers.SGD(1e6), "mse")
    doctor = Doctor(x, y)
    model.fit(x, y, epochs=3, verbose=0, callbacks=[doctor])
    assert "EK031" in doctor.diagnosis.codes
    assert "EK031" in capsys.readouterr().out


# -- what is shown ------------------------------------------------------------


@pytest.fixture
def shown():
    return diagnose(wrong_model())


def test_the_text_names_what_was_seen_why_and_the_fix(shown):
    lines = shown.text().splitlines()
    assert lines[0] == 'Model "wrong": 2 findings.'
    assert lines[2] == "✖ EK002 error: softmax over one unit"
    assert '  saw: Layer "out" takes softmax over 1 unit.' in lines
    assert '  fix: Dense(1, activation="sigmoid")' in lines
    assert "  read: lesson 03_activations_and_shapes" in lines
    assert max(map(len, lines)) <= 100


def test_the_html_survives_an_untrusted_notebook(shown):
    check(shown.html())
    check(catalogue().html())
    assert "EK002" in shown.html()


def test_names_are_escaped():
    finding = Finding("EK001", "note", "<b>", "<i>", "&", "x < y", 1, table=(("<",),))
    html = Diagnosis("<name>", (finding,)).html()
    check(html)
    for dangerous in ("<i>", "<name>", "x < y"):
        assert dangerous not in html


# -- the catalogue ------------------------------------------------------------


def test_the_catalogue_has_all_misconceptions_and_ten_more():
    found = [entry.code for entry in catalogue()]
    assert found[:40] == [f"EK{number:03}" for number in range(1, 41)]
    assert len(found) >= 50
    for entry in catalogue():
        assert all([entry.title, entry.why, entry.wrong, entry.right])
        assert entry.lesson.removeprefix("lesson ") in LESSONS.values()
        assert set(entry.moments) <= set(checks.MOMENTS)


def test_dead_weights_are_no_matter_of_the_learning_rate(data):
    """Kernels of 0 behind a relu get no gradient: no rate would move them."""
    x, y = data
    model = keras.Sequential(
        [
            keras.Input((x.shape[1],)),
            layers.Dense(8, activation="relu", kernel_initializer="zeros"),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.SGD(50.0), "binary_crossentropy")
    found = diagnose(model, x, y).codes
    assert "EK036" in found
    assert "EK032" not in found


def test_the_page_of_the_documentation_is_up_to_date():
    written = (ROOT / "docs" / "doctor.md").read_text(encoding="utf-8")
    assert written == codes.page(), "python -m edukeras.inspect.doctor > docs/doctor.md"


def test_texts_for_learners_are_literals():
    """What a catalogue translates must be found by reading the code."""
    for path in (ROOT / "edukeras" / "inspect" / "doctor").glob("*.py"):
        for call in Program(path.read_text(encoding="utf-8")).calls:
            name = getattr(call.func, "id", "")
            texts = [k.value for k in call.keywords if k.arg in ("title", "why")]
            if name == "say":
                texts = call.args[:1]
            elif name != "check":
                continue
            for text in texts:
                literal = isinstance(text, ast.Constant)
                of_the_catalogue = isinstance(text, ast.Attribute)
                assert literal or of_the_catalogue, f"{path.name}:{call.lineno}"


def test_every_check_is_a_generator_with_a_code_of_its_own():
    for code, entries in checks.CHECKS.items():
        assert {entry.code for entry in entries} == {code}
        assert all(inspect.isgeneratorfunction(entry.look) for entry in entries)
