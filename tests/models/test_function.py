"""keras.Function, and names that change nothing on one processor."""

import numpy as np
import pytest

import edukeras as keras

X = np.array([[1.0, -2.0, 3.0]], "float32")


def test_a_function_computes_what_lies_between():
    a = keras.Input((3,), name="a")
    hidden = keras.layers.Dense(2, name="hidden")(a)
    function = keras.Function(a, {"relu": keras.ops.relu(a) * 2, "hidden": hidden})
    found = function(X)
    assert found["relu"].tolist() == [[2, 0, 6]]
    np.testing.assert_array_equal(found["hidden"], keras.Model(a, hidden)(X))
    assert [x.name for x in function.inputs] == ["a"]
    assert len(function.outputs) == 2
    assert function.compute_output_shape((5, 3)) == {"relu": (5, 3), "hidden": (5, 2)}
    with pytest.raises(ValueError, match="both inputs and outputs"):
        keras.Function(a, None)
    with pytest.raises(ValueError, match="does not fit"):
        function(np.ones((1, 4)))


def test_a_function_may_be_a_part_of_a_model():
    a = keras.Input((3,))
    double = keras.Function(a, a * 2, name="double")
    b = keras.Input((3,))
    model = keras.Model(b, double(b) + 1)
    assert model.predict(X, verbose=0).tolist() == [[3, -3, 7]]


def test_one_device_and_no_recomputation():
    with keras.device("cpu:0"), keras.RematScope(mode="full"):
        assert keras.remat(np.sum)(X) == 2
    with pytest.raises(ValueError, match="one device"):
        with keras.device("gpu:0"):
            pass
    with pytest.raises(ValueError, match="mode"):
        keras.RematScope(mode="some")
    keras.config.disable_flash_attention()
    assert not keras.config.is_flash_attention_enabled()
    keras.config.set_backend("edukeras")
    with pytest.raises(ValueError, match="backend"):
        keras.config.set_backend("jax")


def test_settings_under_names():
    config = keras.utils.Config(a=1, b=2)
    config.c = 3
    config["d"] = 4
    config.update({"e": 5})
    del config.c
    assert config.pop("e") == 5
    assert config.as_dict() == {"a": 1, "b": 2, "d": 4}
    assert config.to_json() == '{"a": 1, "b": 2, "d": 4}'
    assert ("a" in config, len(config), list(config)) == (True, 3, ["a", "b", "d"])
    with pytest.raises(AttributeError, match="no 'z'"):
        config.z  # noqa: B018
    config.freeze()
    with pytest.raises(ValueError, match="frozen"):
        config["a"] = 2
    config.unfreeze()
    config.a = 2
    assert (config.frozen, config.get("a"), config.get("q")) == (False, 2, None)
