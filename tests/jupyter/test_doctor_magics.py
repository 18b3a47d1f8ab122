"""%doctor and %%explain."""

import sys

import numpy as np
import pytest
from IPython.core.error import UsageError

import edukeras as keras
from edukeras import jupyter, layers
from edukeras.inspect import Diagnosis, Explanation
from edukeras.jupyter.doctor_magics import DoctorMagics


@pytest.fixture
def wrong(ip):
    model = keras.Sequential([keras.Input((4,)), layers.Dense(1, "softmax")])
    model.compile("adam", "binary_crossentropy")
    ip.user_ns.update(
        wrong=model,
        x=np.random.default_rng(0).normal(size=(60, 4)),
        y=np.arange(60) % 2,
    )
    return ip


def test_the_magic_returns_what_its_function_returns(wrong):
    result = wrong.run_line_magic("doctor", "wrong")
    assert type(result) is Diagnosis
    assert result.text() == jupyter.doctor(wrong.user_ns["wrong"]).text()
    assert "EK002" in wrong.run_line_magic("doctor", "wrong x y").codes


def test_options_are_expressions(wrong):
    assert "EK002" not in wrong.run_line_magic("doctor", "wrong --mute EK002,EK014")
    line = 'wrong x y --validation "(x[:20], y[:20])"'
    assert "EK020" in wrong.run_line_magic("doctor", line).codes
    sorted_line = 'wrong x "y[:0].tolist() + sorted(y)" --split 0.3'
    assert "EK022" in wrong.run_line_magic("doctor", sorted_line).codes


def test_strict_is_one_line(wrong):
    with pytest.raises(UsageError, match="EK002"):
        wrong.run_line_magic("doctor", "wrong --strict")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("modell", "Has its cell been run?"),
        ("3", "Received: int"),
        ("", "required: model"),
    ],
)
def test_mistakes_become_one_line(ip, line, message):
    with pytest.raises(UsageError, match=message.replace("?", r"\?")):
        ip.run_line_magic("doctor", line)


def test_the_cells_that_were_run_are_read(wrong):
    wrong.run_cell("def f(): wrong.predict(x[0])", store_history=True)
    result = wrong.run_cell("%doctor wrong x y", store_history=True).result
    assert "EK026" in result.codes


def test_an_edited_cell_takes_the_mistake_back(wrong):
    wrong.run_cell("def f(): wrong.predict(x[0])", store_history=True)
    wrong.run_cell("def f(): wrong.predict(x[:1])", store_history=True)
    result = wrong.run_cell("%doctor wrong x y", store_history=True).result
    assert "EK026" not in result.codes


def test_the_callback_shows_its_findings(wrong, capsys):
    model = wrong.user_ns["wrong"]
    x, y = wrong.user_ns["x"], wrong.user_ns["y"]
    model.fit(x, y, verbose=0, callbacks=[jupyter.Doctor(x, y)])
    assert "EK002" in capsys.readouterr().out


# -- %%explain ----------------------------------------------------------------


def test_a_cell_without_an_error_gives_its_value(ip):
    assert ip.run_cell_magic("explain", "", "a = 2\na + 1\n") == 3
    assert ip.user_ns["a"] == 2
    assert ip.run_cell_magic("explain", "", "a + 1;\n") is None
    assert ip.run_cell_magic("explain", "", "b = 1\n") is None


def test_an_error_is_explained_and_not_raised(ip, capsys):
    shown = ip.run_cell_magic("explain", "", "import numpy as np\nnp.ones(3) / nothing")
    assert type(shown) is Explanation
    assert shown.kind == "NameError"
    assert shown.where == "np.ones(3) / nothing"
    assert "doctor_magics" not in "\n".join(shown.frames)
    assert isinstance(sys.last_value, NameError)
    assert jupyter.explain().cause == shown.cause
    assert capsys.readouterr().err == ""


def test_a_shape_error_is_drawn(ip):
    shown = ip.run_cell_magic("explain", "", "model(model.get_weights()[0])")
    assert shown.pipeline.guilty is not None
    assert "✖ here" in shown.text()


def test_magics_and_syntax_errors_inside_the_cell(ip):
    assert ip.run_cell_magic("explain", "", "%summary model").name == "small"
    assert ip.run_cell_magic("explain", "", "x = (1\n").kind == "SyntaxError"


def test_explain_takes_no_arguments(ip):
    with pytest.raises(UsageError, match="takes no arguments"):
        ip.run_cell_magic("explain", "model", "1")


def test_nothing_to_explain(monkeypatch):
    monkeypatch.delattr(sys, "last_value", raising=False)
    with pytest.raises(ValueError, match="no error to explain"):
        jupyter.explain()


def test_help_explains_the_magics():
    for kind, name in [("line", "doctor"), ("cell", "explain")]:
        method = DoctorMagics.magics[kind][name]
        assert f"%{name}" in getattr(DoctorMagics, method).__doc__
