import copy
import json

import numpy as np
import pytest
import yaml

import edukeras as keras
from edukeras import errors
from edukeras.layers import Activation, Dense, Input, Lambda
from edukeras.models import Sequential, model_from_json, model_from_yaml
from edukeras.saving.keras2_numerics import keras2_hard_sigmoid
from edukeras.saving.legacy_config import modernize
from edukeras.saving.legacy_training import compile_config, optimizer_record
from edukeras.saving.versions import Era
from tests.saving.models import mlp, nested, with_ops

KERAS_2_2 = Era("2.2.4")
TF_KERAS = Era("2.15.0")
EARLY_TF_KERAS = Era("2.2.4-tf")


def keras2_sequential(*layers):
    """The JSON of a Keras 2.2 model."""
    layers = [{"class_name": name, "config": config} for name, config in layers]
    layers[0]["config"]["batch_input_shape"] = [None, 4]
    return json.dumps(
        {
            "class_name": "Sequential",
            "config": {"name": "s", "layers": layers},
            "keras_version": "2.2.4",
            "backend": "tensorflow",
        }
    )


# -- there and back -----------------------------------------------------------


@pytest.mark.parametrize("make", [mlp, nested, with_ops])
def test_json_and_yaml_come_back(make):
    model = make()
    for text, from_text in (
        (model.to_json(), model_from_json),
        (model.to_yaml(), model_from_yaml),
    ):
        again = from_text(text)
        if make is not with_ops:  # the names of ops are numbered anew
            assert again.get_config() == model.get_config()
        again.set_weights(model.get_weights())
        x = np.ones((2, 4), "float32")
        x = {"a": x, "b": x} if make is with_ops else x
        for a, b in zip(
            keras.tree.flatten(again.predict(x, verbose=0)),
            keras.tree.flatten(model.predict(x, verbose=0)),
            strict=True,
        ):
            np.testing.assert_array_equal(a, b)


def test_json_takes_the_arguments_of_dumps():
    text = mlp().to_json(indent=2, sort_keys=True)
    assert text.startswith('{\n  "build_config"')


def test_yaml_is_plain_and_holds_what_json_holds():
    model = mlp(compiled=True)
    text = model.to_yaml()
    assert "!!" not in text
    assert "&id" not in text
    assert yaml.safe_load(text) == json.loads(model.to_json())
    assert model.to_yaml(sort_keys=True).startswith("build_config")


def test_compiled_model_comes_back_compiled():
    model = model_from_json(mlp(compiled=True).to_json())
    assert type(model.optimizer) is keras.optimizers.Adam
    assert model.evaluate(np.ones((2, 4)), np.eye(3)[:2], verbose=0)


def test_custom_objects_are_found_by_name():
    class Twice(Dense):
        pass

    text = Sequential([Input(shape=(2,)), Twice(3)]).to_json()
    with pytest.raises(errors.UnknownNameError, match="Twice"):
        model_from_json(text)
    model = model_from_json(text, custom_objects={"Twice": Twice})
    assert type(model.layers[0]) is Twice


# -- texts that are none ------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "", "no json", "[]", "3", "null", "{}", '{"class_name": "Sequential"}',
        '{"class_name": 3, "config": {}}',
        '{"class_name": "Sequential", "config": 3}',
        '{"class_name": "Sequential", "config": {"layers": 3}}',
        '{"class_name": "Sequential", "config": {"layers": [3]}}',
        '{"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense"}]}}',
        '{"class_name": "Model", "config": {"input_layers": [], "layers": []}}',
        '{"class_name": "Dense", "config": {"units": {"a": 1}}}',
        '{"class_name": "Dense", "config": {"units": 3, "colour": "red"}}',
        "[" * 100_000,
    ],
)  # fmt: skip
def test_nonsense_is_a_value_error(text):
    with pytest.raises(ValueError):  # noqa: PT011 - the messages differ
        model_from_json(text)
    with pytest.raises(ValueError):  # noqa: PT011
        model_from_yaml(text)


def test_damaged_graph_is_told():
    record = json.loads(nested().to_json())
    record["config"]["layers"] = record["config"]["layers"][1:]
    with pytest.raises(errors.GraphError, match="damaged"):
        model_from_json(json.dumps(record))


# -- safety -------------------------------------------------------------------


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system ['echo gotcha']",
        "!!python/object/new:os.system ['echo gotcha']",
        "!!python/name:os.system ''",
        "!!python/module:os ''",
    ],
)
def test_yaml_tags_that_run_code_are_refused(tag, capfd):
    text = f"class_name: Sequential\nconfig:\n  layers: []\n  name: {tag}\n"
    with pytest.raises(errors.FileFormatError, match="could not determine"):
        model_from_yaml(text)
    assert "gotcha" not in capfd.readouterr().out


def test_yaml_that_repeats_itself_is_refused():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(12):
        lines.append(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 10)}]")
    with pytest.raises(errors.FileFormatError, match="repeats"):
        model_from_yaml("\n".join(lines))
    with pytest.raises(errors.FileFormatError, match="repeats|recursion"):
        model_from_yaml("class_name: &a [*a]\nconfig: {}")


def test_stored_code_is_refused():
    with pytest.raises(ValueError, match="does not run code"):
        model_from_json(
            keras2_sequential(("Lambda", {"name": "f", "function": ["4wEA", None]}))
        )
    record = json.loads(Sequential([Input(shape=(4,)), Dense(1)]).to_json())
    code = {"class_name": "__lambda__", "config": {"value": ["4wEA", None, None]}}
    record["config"]["layers"][1]["config"]["activation"] = code
    with pytest.raises(ValueError, match="does not run"):
        model_from_json(json.dumps(record))


def test_modules_of_strangers_are_not_imported():
    record = {"class_name": "Popen", "module": "subprocess", "config": {"args": "ls"}}
    for module in ("subprocess", "edukeras.saving.atomic", "builtins"):
        with pytest.raises(errors.UnknownNameError, match="Popen"):
            model_from_json(json.dumps({**record, "module": module}))


# -- Keras 2 ------------------------------------------------------------------


def test_modern_configs_pass_unchanged():
    for make in (mlp, nested, with_ops):
        record = json.loads(make().to_json())
        before = copy.deepcopy(record)
        assert modernize(record, Era.of_today()) == before
        assert record == before


def test_old_names_of_arguments():
    modern = modernize(
        {
            "class_name": "LeakyReLU",
            "config": {"alpha": {"type": "ndarray", "value": 1}},
        },
        KERAS_2_2,
    )
    assert modern["config"] == {"negative_slope": 1}
    spread = {"class_name": "VarianceScaling", "config": {"distribution": "normal"}}
    assert modernize(spread, KERAS_2_2)["config"]["distribution"] == "truncated_normal"


def test_settings_without_effect_are_left_out_and_others_are_not():
    config = {"implementation": 1, "time_major": False, "renorm": False, "units": 3}
    record = {"class_name": "SimpleRNN", "config": config}
    assert modernize(record, TF_KERAS)["config"] == {"units": 3}
    record["config"] = {"time_major": True}
    assert modernize(record, TF_KERAS)["config"] == {"time_major": True}


def test_hard_sigmoid_of_keras_2_is_kept():
    for era in (KERAS_2_2, TF_KERAS, EARLY_TF_KERAS):
        record = {"class_name": "Dense", "config": {"activation": "hard_sigmoid"}}
        assert "keras2" in modernize(record, era)["config"]["activation"]["config"]
    model = model_from_json(
        keras2_sequential(("Activation", {"activation": "hard_sigmoid"}))
    )
    x = np.float32([[-3, -1, 0, 1]])
    expected = [[0, 0.3, 0.5, 0.7]]
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, atol=1e-6)
    again = model_from_json(model.to_json())
    np.testing.assert_allclose(again.predict(x, verbose=0), expected, atol=1e-6)
    assert again.layers[0].activation is keras2_hard_sigmoid
    today = Sequential([Input(shape=(4,)), Activation("hard_sigmoid")])
    assert today.predict(x, verbose=0)[0, 3] == pytest.approx(4 / 6)


def test_defaults_of_early_recurrent_layers():
    for name, era, expected in (
        ("GRU", KERAS_2_2, False),
        ("GRUCell", Era("2.0.8"), False),
        ("GRU", EARLY_TF_KERAS, None),
        ("GRU", TF_KERAS, None),
    ):
        config = modernize({"class_name": name, "config": {}}, era)["config"]
        assert config.get("reset_after") is expected
        assert ("recurrent_activation" in config) is (expected is False)


def test_activity_penalty_of_keras_2_is_summed_over_the_batch():
    penalty = {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.5}}
    model = model_from_json(
        keras2_sequential(
            ("Activation", {"activation": "linear", "activity_regularizer": penalty})
        )
    )
    model(np.ones((3, 4), "float32"))
    assert float(sum(model.losses)) == pytest.approx(0.5 * 3 * 4)
    record = json.loads(model.to_json())
    stored = record["config"]["layers"][1]["config"]["activity_regularizer"]
    assert stored["class_name"] == "L1L2"  # as real Keras knows it


def test_lambda_of_a_named_function_needs_that_function():
    text = keras2_sequential(
        ("Lambda", {"name": "f", "function": "twice", "function_type": "function"})
    )
    with pytest.raises(errors.UnknownNameError, match="twice"):
        model_from_json(text)
    model = model_from_json(text, custom_objects={"twice": lambda x: x * 2})
    assert isinstance(model.layers[0], Lambda)
    assert model.predict(np.ones((1, 4)), verbose=0).tolist() == [[2, 2, 2, 2]]


def functional(layers, outputs):
    records = [
        {
            "name": "x",
            "class_name": "InputLayer",
            "config": {"name": "x", "batch_input_shape": [None, 4]},
            "inbound_nodes": [],
        },
        *layers,
    ]
    config = {
        "layers": records,
        "input_layers": [["x", 0, 0]],
        "output_layers": outputs,
    }
    return {"class_name": "Model", "config": config}


def node_of(record, name):
    (layer,) = [x for x in record["config"]["layers"] if x["name"] == name]
    return layer["inbound_nodes"]


def histories(value):
    return keras.tree.map_structure(lambda x: x, value)["config"]["keras_history"]


def test_states_of_recurrent_layers_become_an_argument():
    layer = {
        "name": "r",
        "class_name": "LSTM",
        "config": {},
        "inbound_nodes": [[["x", 0, 0, {}], ["h", 0, 1, {}], ["h", 0, 2, {}]]],
    }
    modern = modernize(functional([layer], [["r", 0, 0]]), KERAS_2_2)
    assert modern["class_name"] == "Functional"
    (node,) = node_of(modern, "r")
    assert [histories(x) for x in node["args"]] == [["x", 0, 0]]
    states = [histories(x) for x in node["kwargs"]["initial_state"]]
    assert states == [["h", 0, 1], ["h", 0, 2]]


def test_tensors_among_the_options_are_found():
    layer = {
        "name": "a",
        "class_name": "MultiHeadAttention",
        "config": {},
        "inbound_nodes": [[["x", 0, 0, {"value": ["y", 0, 0], "training": None}]]],
    }
    (node,) = node_of(modernize(functional([layer], []), TF_KERAS), "a")
    assert histories(node["kwargs"]["value"]) == ["y", 0, 0]
    assert node["kwargs"]["training"] is None


def test_inner_models_may_count_their_calls_from_one():
    inner = {
        "name": "m",
        "class_name": "Sequential",
        "config": [{"class_name": "Dense", "config": {"units": 4}}],
        "inbound_nodes": [[["x", 0, 0, {}]], [["m", 1, 0, {}]]],
    }
    modern = modernize(functional([inner], [["m", 2, 0]]), KERAS_2_2)
    assert histories(node_of(modern, "m")[1]["args"][0]) == ["m", 0, 0]
    assert modern["config"]["output_layers"] == [["m", 1, 0]]
    # Dense is no model: its second call is its second call.
    inner["class_name"], inner["config"] = "Dense", {"units": 4}
    modern = modernize(functional([inner], [["m", 1, 0]]), KERAS_2_2)
    assert modern["config"]["output_layers"] == [["m", 1, 0]]


# -- compiling ----------------------------------------------------------------


def test_optimizers_of_keras_2():
    def record(name, era=KERAS_2_2, **config):
        return optimizer_record({"class_name": name, "config": config}, era)

    assert record("SGD", lr=0.1)["config"] == {"learning_rate": 0.1}
    assert record("Adam", lr=0.1, clipnorm=1.0)["config"]["global_clipnorm"] == 1.0
    assert record("Adam", TF_KERAS, clipnorm=1.0)["config"] == {"clipnorm": 1.0}
    assert record("Adagrad")["config"] == {"initial_accumulator_value": 0.0}
    schedule = record("SGD", lr=0.1, decay=0.5)["config"]["learning_rate"]
    sgd = keras.optimizers.SGD(keras.optimizers.schedules.deserialize(schedule))
    sgd.iterations.assign(4)
    assert float(sgd.learning_rate) == pytest.approx(0.1 / (1 + 0.5 * 4))
    custom = record("Custom>Adam", TF_KERAS, jit_compile=False)
    assert (custom["class_name"], custom["config"]) == ("Adam", {})


@pytest.mark.parametrize(
    ("name", "state", "factor"), [("RMSprop", 0.1, 0.1), ("Adagrad", 1.0, 1.0)]
)
def test_epsilon_of_keras_2_stands_outside_the_root(name, state, factor):
    record = optimizer_record(
        {"class_name": name, "config": {"lr": 1.0, "epsilon": 0.5}}, KERAS_2_2
    )
    optimizer = keras.optimizers.deserialize(record)
    weight = keras.Variable([0.0])
    optimizer.apply([np.float32([2.0])], [weight])
    root = np.sqrt(factor * 4.0)
    np.testing.assert_allclose(weight.numpy(), [-2.0 / (root + 0.5)], rtol=1e-6)
    # Real Keras finds a class of its own in the record, and we find ours.
    again = modernize(keras.optimizers.serialize(optimizer), Era.of_today())
    assert (again["module"], again["class_name"]) == ("keras.optimizers", name)
    assert type(keras.optimizers.deserialize(again)) is type(optimizer)


def test_metrics_of_tf_keras():
    def wrapped(name, function):
        config = {"name": name, "dtype": "float32", "fn": function}
        return {"class_name": "MeanMetricWrapper", "config": config}

    def metrics(value, outputs):
        training = {
            "optimizer_config": {"class_name": "SGD", "config": {}},
            "loss": {"class_name": "Huber", "config": {"reduction": "auto", "fn": "h"}},
            "metrics": value,
        }
        config = compile_config(training, TF_KERAS, outputs)
        assert config["loss"]["config"] == {"reduction": "sum_over_batch_size"}
        return config["metrics"]

    one = metrics([[wrapped("accuracy", "binary_accuracy")]], ["out"])
    assert one == ["accuracy"]
    (a,), (b,) = metrics(
        [[wrapped("a_mae", "mean_absolute_error")], [wrapped("b_acc", "x")]],
        ["a", "b"],
    )
    assert (a["class_name"], a["config"]["name"]) == ("MeanAbsoluteError", "mae")
    assert b == "acc"
