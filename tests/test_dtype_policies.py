"""Policies: which dtype a layer computes in, and which its weights have."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import dtype_policies


@pytest.fixture(autouse=True)
def policy_as_before():
    yield
    keras.config.set_dtype_policy(None)


def test_default_policy_is_floatx_and_can_be_set_and_reset():
    assert keras.config.dtype_policy().name == "float32"
    keras.config.set_dtype_policy("mixed_float16")
    layer = keras.layers.Dense(2)
    assert (layer.compute_dtype, layer.variable_dtype) == ("float16", "float32")
    assert layer(np.ones((1, 2))).dtype == "float16"
    keras.config.set_dtype_policy("float32")
    assert keras.layers.Dense(2).compute_dtype == "float32"


def test_a_policy_survives_its_config_and_its_record():
    policy = keras.DTypePolicy("mixed_float16")
    assert keras.DTypePolicy.from_config(policy.get_config()) == policy
    record = dtype_policies.serialize(policy)
    assert record == {
        "module": "keras",
        "class_name": "DTypePolicy",
        "config": {"name": "mixed_float16"},
        "registered_name": None,
    }
    assert dtype_policies.deserialize(record) == policy
    assert dtype_policies.get("mixed_float16") == policy
    assert repr(policy) == '<DTypePolicy "mixed_float16">'


def test_policies_of_old_files_are_known_by_their_old_name():
    record = {
        "module": "keras.dtype_policies",
        "class_name": "FloatDTypePolicy",
        "config": {"name": "float64"},
        "registered_name": None,
    }
    assert keras.saving.deserialize_keras_object(record).name == "float64"


def test_equal_policies_are_equal_and_hash_alike():
    a, b = keras.DTypePolicy("float64"), keras.DTypePolicy("float64")
    assert len({a, b, keras.DTypePolicy("float32")}) == 2


def test_unknown_names_are_refused():
    with pytest.raises(ValueError, match="not a dtype.*'mixed_float8'"):
        keras.DTypePolicy("mixed_float8")
