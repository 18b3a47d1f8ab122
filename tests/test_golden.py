"""Files and numbers of real Keras: everything in tests/golden/ loads and agrees.

Each case holds a model in all file formats, written by Keras 3, tf-keras or Keras 2.2,
with the predictions, losses, gradients and trained weights that they computed.
tests/golden/FORMATS.md, section 9, says what is in a case.
"""

import functools
import json
import zipfile

import numpy as np
import pytest

import edukeras as keras
from edukeras import registry
from tests.golden import golden

CASES = {case["name"]: case for case in golden.cases() + golden.cases(era=True)}

# What does not exist yet, and the cases that wait for it.  The list only shrinks:
# `test_only_the_listed_cases_are_left_out` fails when a case here could run.
EXPECTED_MISSING: dict[str, str] = {}

# Whole models; and architectures, each with the weights that belong to it.
WHOLE = ("keras", "h5", "k2_h5", "k224_h5")
PARTS = {
    "json": ("weights", "legacy_weights"),
    "k2_json": ("legacy_weights", "weights"),
    "k224_json": ("k224_weights", "k224_h5"),
    "k224_yaml": ("k224_weights",),
}

# What Keras 2.2 called these metrics, whatever name they were asked for by.
NEW_NAMES = {
    "acc": "accuracy",
    "main_output_acc": "main_output_accuracy",
    "mean_absolute_error": "mae",
}


# -- which cases can run ------------------------------------------------------


@functools.cache
def config_of(name):
    """The architecture of a case, and how it was compiled, as one dict."""
    case = CASES[name]
    with zipfile.ZipFile(f"{golden.HERE}/{case['zip']}") as archive:
        for kind in ("json", "k224_json"):
            if kind in case["files"]:
                config = json.loads(archive.read(case["files"][kind]))
                return {"model": config, "compile": case.get("compile")}
        with archive.open(case["files"]["keras"]) as file:
            with zipfile.ZipFile(file) as inner:
                return json.loads(inner.read("config.json"))


def records_in(value):
    """All records of objects in a config."""
    if isinstance(value, dict):
        if isinstance(value.get("class_name"), str):
            yield value
        for item in value.values():
            yield from records_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from records_in(item)


@functools.cache
def missing(name):
    """The classes of a case that edukeras does not have: "Conv1D, LSTM", or ""."""
    lacking = set()
    for record in records_in(config_of(name)):
        class_name, module = record["class_name"], record.get("module")
        if class_name.startswith("__") or str(module).startswith("keras.src.ops"):
            continue
        try:
            registry.find_class(class_name, module)
        except ValueError:
            lacking.add(class_name)
    return ", ".join(sorted(lacking))


def test_only_the_listed_cases_are_left_out():
    left_out = {name: lacking for name in CASES if (lacking := missing(name))}
    print(f"\n{len(CASES) - len(left_out)} of {len(CASES)} golden cases run.")
    for name, lacking in sorted(left_out.items()):
        print(f"    {name} waits for {lacking}")
    assert left_out == EXPECTED_MISSING, "Update EXPECTED_MISSING in this file."


def parameters(*kinds, wanted=lambda case: True):
    """A test parameter for each case and kind of file; those left out say why."""
    found = []
    for name, case in CASES.items():
        lacking = missing(name)
        marks = pytest.mark.skip(f"waits for {lacking}") if lacking else ()
        for kind in kinds:
            if kind in case["files"] and wanted(case):
                found.append(pytest.param(name, kind, id=f"{name}-{kind}", marks=marks))
    return found


# -- helpers ------------------------------------------------------------------


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """name -> (files by kind, arrays), unpacked once."""
    folder = tmp_path_factory.mktemp("golden")
    return functools.cache(lambda name: golden.unpack(CASES[name], str(folder)))


def inputs_of(case, arrays):
    """The input data: an array, a list, or a dict by name."""
    data = golden.series(arrays, "x")
    if "input_keys" in case:
        return dict(zip(case["input_keys"], data, strict=True))
    return golden.one(data)


def check_outputs(case, model, arrays, prefix="out", factor=1):
    outputs = model.predict(inputs_of(case, arrays), verbose=0)
    if isinstance(outputs, dict):
        outputs = [outputs[key] for key in case["output_keys"]]
    elif not isinstance(outputs, list):
        outputs = [outputs]
    expected = golden.series(arrays, prefix)
    assert len(outputs) == len(expected)
    training = "train_" if prefix == "out_after" else ""
    for output, array in zip(outputs, expected, strict=True):
        check_close(case, output, array, training)


def check_close(case, actual, expected, training=""):
    limits = case["tolerance"]
    np.testing.assert_allclose(
        actual,
        expected,
        rtol=limits[f"{training}rtol"],
        atol=limits[f"{training}atol"],
    )


def check_weights(case, model, arrays, prefix="w0", training=""):
    """Every stored weight is in the layer of its path, and there are no others."""
    count = 0
    for path, layer in golden.leaves(model):
        for place, weight in enumerate(layer.get_weights()):
            expected = arrays[f"{prefix}/{path}/{place}"]
            if training:
                check_close(case, weight, expected, training)
            else:
                np.testing.assert_array_equal(weight, expected)
            count += 1
    assert count == sum(key.startswith(f"{prefix}/") for key in arrays)


def train(case, model, arrays):
    """The losses of the recorded steps, taken on the same batches."""
    weights = case["train"]["class_weight"]
    class_weight = weights and {int(k): v for k, v in weights.items()}
    losses = []
    for x, y, sample_weight in golden.batches(case, arrays):
        model.reset_metrics()
        results = model.train_on_batch(
            x, y, sample_weight=sample_weight, class_weight=class_weight
        )
        losses.append(results[0] if isinstance(results, list) else results)
    return losses


# -- tests --------------------------------------------------------------------


@pytest.mark.parametrize(("name", "kind"), parameters(*WHOLE))
def test_whole_model_loads_and_predicts_the_same(name, kind, unpacked, capsys):
    files, arrays = unpacked(name)
    model = keras.models.load_model(files[kind])
    check_weights(CASES[name], model, arrays)
    check_outputs(CASES[name], model, arrays)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("name", "kind"), parameters(*PARTS))
def test_architecture_and_weights_load_and_predict_the_same(name, kind, unpacked):
    files, arrays = unpacked(name)
    with open(files[kind], encoding="utf-8") as file:
        text = file.read()
    for weights in PARTS[kind]:
        if weights in files:
            from_text = keras.models.model_from_json
            if kind.endswith("yaml"):
                from_text = keras.models.model_from_yaml
            model = from_text(text)
            model.load_weights(files[weights])
            check_weights(CASES[name], model, arrays)
            check_outputs(CASES[name], model, arrays)


@pytest.mark.parametrize(
    ("name", "kind"), parameters(*WHOLE, wanted=lambda case: "evaluate" in case)
)
def test_evaluate_gives_the_same_results(name, kind, unpacked):
    case = CASES[name]
    files, arrays = unpacked(name)
    model = keras.models.load_model(files[kind])
    weights = golden.series(arrays, "sw")
    results = model.evaluate(
        inputs_of(case, arrays),
        golden.one(golden.series(arrays, "y")),
        sample_weight=golden.one(weights) if weights else None,
        batch_size=case["n"],
        return_dict=True,
        verbose=0,
    )
    for key, value in case["evaluate"].items():
        key = key if key in results else NEW_NAMES[key]
        check_close(case, results[key], value)


@pytest.mark.parametrize(
    ("name", "kind"),
    # tf-keras was given the weights only: its files hold no optimizer state.
    parameters("keras", "h5", "k224_h5", wanted=lambda case: "train" in case),
)
def test_training_goes_on_as_in_keras(name, kind, unpacked):
    case = CASES[name]
    files, arrays = unpacked(name)
    model = keras.models.load_model(files[kind])
    check_close(case, train(case, model, arrays), arrays["train/loss"], "train_")
    check_weights(case, model, arrays, "w1", "train_")
    check_outputs(case, model, arrays, "out_after")


@pytest.mark.parametrize(
    ("name", "kind"), parameters("keras", wanted=lambda case: case.get("has_grad"))
)
def test_gradients_are_the_same(name, kind, unpacked):
    case = CASES[name]
    files, arrays = unpacked(name)
    model = keras.models.load_model(files[kind])
    x, y, sample_weight = next(golden.batches(case, arrays))
    with keras.GradientTape(persistent=True) as tape:
        y_pred = model(x, training=True)
        loss = model.compute_loss(x, y, y_pred, sample_weight)
    check_close(case, loss, arrays["grad_loss"])
    for path, layer in golden.leaves(model):
        places = {id(v): place for place, v in enumerate(layer.weights)}
        trained = layer.trainable_weights if model.trainable else []
        for variable, gradient in zip(trained, tape.gradient(loss, trained)):
            expected = arrays[f"grad/{path}/{places[id(variable)]}"]
            check_close(case, gradient, expected, "train_")


@pytest.mark.parametrize(("name", "kind"), parameters("keras", "k224_h5"))
def test_what_we_save_loads_again_and_trains_on(name, kind, unpacked, tmp_path):
    case = CASES[name]
    files, arrays = unpacked(name)
    model = keras.models.load_model(files[kind])
    model.save(tmp_path / "a.keras")
    model.save(tmp_path / "a.h5")
    model.save_weights(tmp_path / "a.weights.h5")
    model.save_weights(tmp_path / "legacy.h5")
    for file in ("a.keras", "a.h5"):
        again = keras.models.load_model(tmp_path / file)
        check_weights(case, again, arrays)
        check_outputs(case, again, arrays)
        if "keras.src.ops" not in model.to_json():  # ops are numbered anew
            assert again.get_config() == model.get_config()
        if "train" in case:
            losses = train(case, again, arrays)
            check_close(case, losses, arrays["train/loss"], "train_")
            check_weights(case, again, arrays, "w1", "train_")
    for text, from_text in (
        (model.to_json(), keras.models.model_from_json),
        (model.to_yaml(), keras.models.model_from_yaml),
    ):
        for file in ("a.weights.h5", "legacy.h5", "a.keras", "a.h5"):
            again = from_text(text)
            again.load_weights(tmp_path / file)
            check_weights(case, again, arrays)
            check_outputs(case, again, arrays)


@pytest.mark.parametrize(("name", "kind"), parameters("partial_json"))
def test_by_name_fills_the_layers_of_the_same_name(name, kind, unpacked):
    case = CASES[name]
    files, arrays = unpacked(name)
    with open(files[kind], encoding="utf-8") as file:
        text = file.read()
    for weights in ("legacy_weights", "weights", "h5", "k2_h5", "keras"):
        model = keras.models.model_from_json(text)
        new_layer = model.get_layer(case["partial"]["new_layer"])
        new_layer.set_weights(golden.series(arrays, "partial/w"))
        model.load_weights(files[weights], by_name=True)
        check_outputs(case, model, arrays, "partial/out")
