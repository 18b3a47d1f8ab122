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


# -- bfloat16 -----------------------------------------------------------------

ONE_INPUT = """
elu selu gelu leaky_relu hard_sigmoid hard_silu relu6 celu soft_shrink hard_tanh
sparse_plus sparse_sigmoid erf erfinv norm softmax log_softmax sigmoid tanh relu sum
mean var logsumexp sort cumsum
""".split()


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
@pytest.mark.parametrize("name", ONE_INPUT)
def test_ops_stay_in_half_precision(name, dtype):
    """Half of these gave float32: NumPy does not know bfloat16."""
    op = getattr(keras.ops, name)
    x = np.array([[0.1, -0.5], [0.25, 0.7]], "float32")
    y = op(keras.ops.cast(x, dtype))
    assert y.dtype == dtype
    np.testing.assert_allclose(y.array.astype("float32"), op(x), atol=0.02)


def test_products_and_pooling_stay_in_bfloat16():
    ops = keras.ops
    x = ops.cast(np.arange(6).reshape(2, 3), "bfloat16")
    for y in (ops.matmul(x, x.T), ops.einsum("ij,kj->ik", x, x)):
        assert y.dtype == "bfloat16"
        np.testing.assert_array_equal(y.array.astype("float32"), [[5, 14], [14, 50]])
    images = ops.cast(np.arange(16).reshape(1, 4, 4, 1), "bfloat16")
    assert ops.max_pool(images, 2).dtype == "bfloat16"
    assert np.asarray(ops.max_pool(images, 2)).ravel().tolist() == [5, 7, 13, 15]
    # Where a wider input or a dtype is given, the result is as wide.
    assert ops.matmul(x, np.ones((3, 1), "float32")).dtype == "float32"
    assert ops.cast(x, "float32").dtype == "float32"


POLICIES = {
    "bfloat16": ("bfloat16", "bfloat16"),
    "mixed_bfloat16": ("bfloat16", "float32"),
    "float16": ("float16", "float16"),
    "mixed_float16": ("float16", "float32"),
    "float64": ("float64", "float64"),
}


@pytest.mark.parametrize("policy", POLICIES)
def test_models_train_and_predict_in_every_policy(policy):
    compute, variable = POLICIES[policy]
    keras.utils.set_random_seed(0)
    keras.config.set_dtype_policy(policy)
    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((6, 6, 2)),
            layers.Conv2D(3, 3, activation="gelu"),
            layers.MaxPooling2D(),
            layers.BatchNormalization(),
            layers.Reshape((4, 3)),
            layers.GRU(4),
            layers.Dense(5, "elu"),
            layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.SGD(0.1), "mse", metrics=["mae"])
    assert {weight.dtype for weight in model.weights} == {variable}
    x = np.random.default_rng(0).normal(size=(16, 6, 6, 2)).astype("float32")
    y = x.mean(axis=(1, 2, 3))[:, None]
    losses = model.fit(x, y, epochs=15, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert model(x).dtype == model.predict(x, verbose=0).dtype == compute


def test_mixed_float16_wraps_the_optimizer_as_keras_does():
    x = keras.Input((3,))
    only_a_layer = keras.Model(x, keras.layers.Dense(2, dtype="mixed_float16")(x))
    only_a_layer.compile("sgd", "mse")
    assert type(only_a_layer.optimizer) is keras.optimizers.SGD
    keras.config.set_dtype_policy("mixed_float16")
    model = keras.Sequential([x, keras.layers.Dense(2)])
    model.compile("sgd", "mse")
    assert type(model.optimizer) is keras.optimizers.LossScaleOptimizer
    model.compile("sgd", "mse", auto_scale_loss=False)
    assert type(model.optimizer) is keras.optimizers.SGD


class Seen(keras.layers.Layer):
    """Returns what `call` sees: its input, a weight, and one without autocast."""

    def build(self, input_shape):
        self.cast = self.add_weight(shape=(), name="cast")
        self.kept = self.add_weight(shape=(), autocast=False, name="kept")

    def call(self, x):
        return x, self.cast + 0, self.kept + 0


@pytest.mark.parametrize(
    ("autocast", "dtypes"),
    [
        (True, ["float16", "float16", "float32"]),
        (False, ["float32", "float16", "float32"]),  # weights are cast all the same
    ],
)
def test_autocast_is_about_inputs_and_weights(autocast, dtypes):
    seen = Seen(dtype="mixed_float16", autocast=autocast)(np.ones(2, "float32"))
    assert [x.dtype for x in seen] == dtypes


def test_the_policy_of_a_layer_can_be_set_before_it_is_built():
    layer = keras.layers.Dense(2)
    layer.dtype_policy = "mixed_bfloat16"
    assert layer(np.ones((1, 2))).dtype == "bfloat16"
    assert layer.kernel.dtype == "float32"


# -- policies by path ---------------------------------------------------------


class Pair(keras.layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = keras.layers.Dense(2, name="first", dtype=self.dtype_policy)
        self.second = keras.layers.Dense(2, name="second", dtype=self.dtype_policy)

    def call(self, x):
        return self.second(self.first(x))


def test_a_map_gives_each_layer_inside_its_policy():
    policies = keras.dtype_policies.DTypePolicyMap("float32")
    policies["pair/fir.*"] = "bfloat16"
    pair = Pair(name="pair", dtype=policies)
    assert pair(np.ones((1, 2))).dtype == "float32"
    assert [w.dtype for w in pair.weights] == ["bfloat16"] * 2 + ["float32"] * 2
    again = Pair.from_config(pair.get_config())
    assert again.dtype_policy == policies
    again(np.ones((1, 2)))
    assert again.first.kernel.dtype == "bfloat16"


def test_a_map_explains_its_mistakes():
    policies = keras.dtype_policies.DTypePolicyMap(policy_map={"a": "float16"})
    assert (len(policies), list(policies)) == (1, ["a"])
    with pytest.raises(ValueError, match="a policy already"):
        policies["a"] = "float32"
    with pytest.raises(TypeError, match="dict from paths"):
        keras.dtype_policies.DTypePolicyMap(policy_map=3)
    policies["b.*"], policies[".*c"] = "float16", "bfloat16"
    with pytest.raises(ValueError, match="Several keys"):
        policies["bc"]
    del policies["b.*"]
    assert policies["bc"].name == "bfloat16"
