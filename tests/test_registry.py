"""Records of objects, custom objects, and names given as arguments."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import registry
from edukeras.errors import UnknownNameError


@pytest.fixture(autouse=True)
def custom_objects_as_before():
    with registry.custom_object_scope({}):
        yield


class Gain(keras.layers.Layer):
    def __init__(self, by=2.0, **kwargs):
        super().__init__(**kwargs)
        self.by = by

    def call(self, inputs):
        return inputs * self.by


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        3,
        0.5,
        "text",
        [1, [2]],
        {"a": 1},
        slice(1, None, 2),
        Ellipsis,
    ],  # fmt: skip
)
def test_plain_values_come_back(value):
    record = keras.saving.serialize_keras_object(value)
    assert keras.saving.deserialize_keras_object(record) == value


def test_arrays_and_numpy_numbers_come_back_as_numbers():
    array = np.array([[1.5, 2.5]], "float32")
    again = registry.deserialize_keras_object(registry.serialize_keras_object(array))
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(again, array)
    assert type(registry.serialize_keras_object(np.float32(2))) is float
    assert registry.serialize_keras_object(np.dtype("int8")) == "int8"


def test_built_in_layers_are_written_under_the_name_of_keras():
    record = registry.serialize_keras_object(keras.layers.Dense(3, name="d"))
    assert (record["module"], record["class_name"]) == ("keras.layers", "Dense")
    assert record["registered_name"] is None
    assert registry.deserialize_keras_object(record).units == 3


def test_own_classes_are_found_by_scope_argument_or_registration():
    record = registry.serialize_keras_object(Gain(3.0))
    with pytest.raises(UnknownNameError, match="custom_objects={'Gain': Gain}"):
        registry.deserialize_keras_object(record)
    again = registry.deserialize_keras_object(record, custom_objects={"Gain": Gain})
    assert again.by == 3.0
    with keras.utils.custom_object_scope({"Gain": Gain}):
        assert registry.deserialize_keras_object(record).by == 3.0
    registry.register_keras_serializable("course")(Gain)
    assert registry.get_registered_name(Gain) == "course>Gain"
    assert registry.get_registered_object("course>Gain") is Gain
    record = registry.serialize_keras_object(Gain(4.0))
    assert record["registered_name"] == "course>Gain"
    assert registry.deserialize_keras_object(record).by == 4.0


def test_functions_are_written_by_name_and_lambdas_refused():
    @keras.saving.register_keras_serializable("course")
    def halve(x):
        return x / 2

    record = registry.serialize_keras_object(halve)
    assert record["class_name"] == "function"
    assert registry.deserialize_keras_object(record) is halve
    with pytest.raises(ValueError, match="lambda.*register_keras_serializable"):
        registry.serialize_keras_object(lambda x: x)


@pytest.mark.parametrize("safe_mode", [True, False])
def test_code_in_a_record_is_never_run(safe_mode):
    record = {"class_name": "__lambda__", "config": {"value": "whatever"}}
    with pytest.raises(ValueError, match="does not run code from files"):
        registry.deserialize_keras_object(record, safe_mode=safe_mode)


def test_a_module_in_a_record_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "evil.py").write_text("raise SystemExit('imported')")
    monkeypatch.syspath_prepend(str(tmp_path))
    record = {"module": "evil", "class_name": "Evil", "config": {}}
    with pytest.raises(UnknownNameError, match="Evil"):
        registry.deserialize_keras_object(record)


def test_things_without_config_are_refused_with_the_way_out():
    with pytest.raises(TypeError, match="get_config"):
        registry.serialize_keras_object(object())


def test_classes_and_functions_stand_for_themselves_as_arguments():
    assert isinstance(keras.losses.get(keras.losses.Hinge), keras.losses.Hinge)
    assert keras.activations.get(np.tanh) is np.tanh
    with pytest.raises(ValueError, match="a name, a function or an object"):
        keras.activations.get(3)


@pytest.mark.parametrize(
    ("class_name", "nearest"), [("Desne", "Dense"), ("conv2d", "Conv2D")]
)
def test_an_unknown_layer_in_a_record_suggests_the_nearest(class_name, nearest):
    record = {"module": "keras.layers", "class_name": class_name, "config": {}}
    with pytest.raises(UnknownNameError, match=f'Did you mean "{nearest}"'):
        registry.deserialize_keras_object(record)
