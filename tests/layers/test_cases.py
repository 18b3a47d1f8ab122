"""Every line of cases.py: the promises of a layer, and the numbers of real Keras."""

import json
from pathlib import Path

import numpy as np
import pytest

from edukeras import layers, ops, registry, tree
from edukeras.testing import check_layer
from tests.layers.cases import CASES

HERE = Path(__file__).parent
FACTS = json.loads((HERE / "recorded.json").read_text(encoding="utf-8"))
ARRAYS = np.load(HERE / "recorded.npz")

# What Keras writes into configs and edukeras need not: execution details, and keys
# that say "none".
FOREIGN = {"quantization_config", "flash_attention", "rms_scaling"}


def recorded(name, kind):
    """The arrays of a kind, by number."""
    start = f"{name}/{kind}/"
    return {
        int(key[len(start) :]): ARRAYS[key]
        for key in ARRAYS.files
        if key.startswith(start)
    }


def with_masks(inputs, masks):
    """Tensors that carry masks."""
    tensors = [ops.convert_to_tensor(x) for x in tree.flatten(inputs)]
    if masks is not None:
        for x, mask in zip(tensors, tree.flatten(masks), strict=True):
            x.mask = mask
    return tree.pack_sequence_as(inputs, tensors)


def make(name):
    """The layer of a case, built, with the recorded weights."""
    case = CASES[name]
    dtype = "float32" if case.float32_only else "float64"
    layer = getattr(layers, case.layer)(
        **case.arguments_for(layers)(dtype), dtype=dtype
    )
    case.call_layer(layer, with_masks(case.inputs(name), case.masks()))
    layer.set_weights(list(recorded(name, "weight").values()))
    return layer


def assert_close(ours, theirs):
    # Some layers of Keras compute in float32 even where they were told float64.
    rounded = np.array_equal(theirs, theirs.astype("float32"))
    tolerance = 5e-6 if rounded else 1e-9
    np.testing.assert_allclose(ours, theirs, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", CASES)
def test_layer_keeps_its_promises(name):
    case = CASES[name]
    check_layer(
        getattr(layers, case.layer),
        case.arguments_for(layers),
        case.inputs(name),
        call_arguments=case.call_arguments(),
        gradients=case.gradients,
    )


@pytest.mark.parametrize("name", CASES)
def test_outputs_masks_and_losses_are_those_of_keras(name):
    case = CASES[name]
    layer = make(name)
    inputs = with_masks(case.inputs(name), case.masks())
    outputs = tree.flatten(case.call_layer(layer, inputs))
    expected = recorded(name, "output")
    assert len(outputs) == len(expected)
    for i, output in enumerate(outputs):
        assert_close(output.array, expected[i])
    masks = {i: x.mask for i, x in enumerate(outputs) if x.mask is not None}
    expected = recorded(name, "mask")
    assert masks.keys() == expected.keys()
    for i, mask in masks.items():
        np.testing.assert_array_equal(mask, expected[i])
    losses = recorded(name, "loss")
    np.testing.assert_allclose(
        sorted(float(loss) for loss in layer.losses),
        sorted(losses.values()),
        rtol=1e-6 if case.float32_only else 1e-7,
    )


@pytest.mark.parametrize("name", CASES)
def test_weights_after_a_call_are_those_of_keras(name):
    case = CASES[name]
    layer = make(name)
    case.call_layer(layer, with_masks(case.inputs(name), case.masks()))
    after = recorded(name, "weight") | recorded(name, "after")
    for i, weight in enumerate(layer.get_weights()):
        assert_close(weight, after[i])


@pytest.mark.parametrize("name", CASES)
def test_names_and_shapes_of_weights_are_those_of_keras(name):
    ours = [[v.name, list(v.shape), v.trainable] for v in make(name).weights]
    assert ours == FACTS[name]["weights"]


@pytest.mark.parametrize("name", CASES)
def test_announced_shapes_are_those_of_keras(name):
    case = CASES[name]
    layer = getattr(layers, case.layer)(**case.arguments_for(layers)("float64"))
    symbols = tree.map_structure(
        lambda x: layers.Input(batch_shape=(None, *x.shape[1:]), dtype=x.dtype.name),
        case.inputs(name),
    )
    outputs = tree.flatten(case.call_layer(layer, symbols))
    announced = FACTS[name]["announced"]
    if case.separate:
        # Keras takes the scores of a head for (T, T), whatever the number of keys.
        outputs, announced = outputs[:1], announced[:1]
    for output, shape in zip(outputs, announced, strict=True):
        assert len(output.shape) == len(shape)
        # Where Keras says None, we may know more (EinsumDense).
        assert all(n in (None, m) for m, n in zip(output.shape, shape))
        assert output.shape[0] is None


def plain(config):
    """Without names of layers, without keys that only Keras needs, and with plain
    names of dtypes (Keras writes either)."""
    if isinstance(config, list):
        return [plain(item) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "DTypePolicy":
        return config["config"]["name"]
    return {
        key: plain(value)
        for key, value in config.items()
        if key not in FOREIGN | {"name", "build_config", "shared_object_id"}
        and not (key == "activity_regularizer" and value is None)
    }


@pytest.mark.parametrize("name", CASES)
def test_config_is_that_of_keras(name):
    record = registry.serialize_keras_object(make(name))
    ours = json.loads(json.dumps(record))["config"]
    ours, theirs = plain(ours), plain(FACTS[name]["config"])
    if CASES[name].layer == "SimpleRNN":
        assert ours.pop("seed") is None  # Keras forgets it
    assert ours == theirs


@pytest.mark.parametrize("name", CASES)
def test_config_of_keras_makes_the_layer(name):
    case = CASES[name]
    layer = getattr(layers, case.layer).from_config(FACTS[name]["config"])
    case.call_layer(layer, with_masks(case.inputs(name), case.masks()))
    assert [list(w.shape) for w in layer.weights] == [
        shape for _, shape, _ in FACTS[name]["weights"]
    ]
