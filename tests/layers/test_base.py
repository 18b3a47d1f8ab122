"""Layer itself: weights, building, modes, masks, losses, configs of layers by users."""

import json

import numpy as np
import pytest

from edukeras import GradientTape, Model, Sequential, layers, ops, registry
from edukeras.errors import ShapeError
from edukeras.layers import Dense, Input, Layer
from edukeras.tensor import KerasTensor, Tensor, Variable


class Scale(Layer):
    """x * factor, made by hand."""

    def __init__(self, start=1.0, **kwargs):
        super().__init__(**kwargs)
        self.start = start

    def build(self, input_shape):
        self.factor = self.add_weight((), lambda s, dtype: np.full(s, self.start))

    def call(self, inputs):
        return inputs * self.factor


class Noisy(Layer):
    """Tells in which mode its `call` ran."""

    def call(self, inputs, training=None):
        self.seen = training
        return inputs + 1.0 if training else inputs


# -- calling ------------------------------------------------------------------


@pytest.mark.parametrize(
    "inputs",
    [
        np.ones((2, 3)),
        np.ones((2, 3), np.float32),
        np.ones((2, 3), np.int64),
        [[1, 1, 1], [1, 1, 1]],
        [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]],
        Tensor(np.ones((2, 3), np.float32)),
        Variable(np.ones((2, 3), np.float32)),
    ],
    ids=["float64", "float32", "int64", "ints", "floats", "tensor", "variable"],
)
def test_anything_that_holds_numbers_can_be_an_input(inputs):
    outputs = Dense(1, kernel_initializer="ones")(inputs)
    assert outputs.numpy().tolist() == [[3.0], [3.0]]
    assert outputs.dtype == "float32"


def test_a_dataframe_can_be_an_input():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1.0, 2.0], "b": [3.0, 4.0]})
    assert Dense(1, kernel_initializer="ones")(frame).numpy().tolist() == [[4], [6]]


def test_symbolic_input_gives_a_symbolic_output_and_computes_nothing():
    layer = Noisy()
    output = layer(Input((3,)))
    assert isinstance(output, KerasTensor)
    assert output.shape == (None, 3)


def test_layer_is_a_node_of_the_graph():
    x = Input((3,))
    layer = Dense(2)
    assert layer(x) is layer.output
    assert layer.input is x


def test_never_called_layer_has_no_input():
    with pytest.raises(AttributeError, match="never called"):
        _ = Dense(2).input


def test_layer_without_call_says_what_to_write():
    with pytest.raises(NotImplementedError, match=r"def call\(self, inputs\)"):
        Layer()(np.ones((1, 2)))


def test_missing_super_init_is_explained():
    class Forgetful(Layer):
        def __init__(self):
            self.units = 3

        def call(self, inputs):
            return inputs

    with pytest.raises(RuntimeError, match=r"super\(\).__init__\(\)"):
        Forgetful()(np.ones((1, 2)))


def test_unknown_argument_suggests_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "activation"'):
        Dense(3, activaton="relu")


def test_name_must_be_a_string():
    with pytest.raises(ValueError, match="name is a string"):
        Dense(3, name=3)


# -- names --------------------------------------------------------------------


def test_default_names_count_up():
    first, second = Scale().name, Scale().name
    assert first.rstrip("_0123456789") == "scale"
    assert first != second


def test_weights_are_named_by_layer_and_role():
    layer = Dense(2, name="hidden")
    layer.build((None, 3))
    assert [w.name for w in layer.weights] == ["kernel", "bias"]
    assert [w.path for w in layer.weights] == ["hidden/kernel", "hidden/bias"]


# -- building -----------------------------------------------------------------


def test_first_call_builds():
    layer = Dense(2)
    assert not layer.built
    assert layer.weights == []
    layer(np.ones((1, 3)))
    assert layer.built
    assert [w.shape for w in layer.weights] == [(3, 2), (2,)]


def test_build_by_hand_marks_the_layer_as_built():
    layer = Scale()
    layer.build((None, 3))
    assert layer.built
    weights = layer.weights
    layer(np.ones((1, 3)))
    assert layer.weights == weights


def test_second_call_makes_no_new_weights():
    layer = Scale()
    layer(np.ones((1, 3)))
    layer(np.ones((5, 3)))
    assert len(layer.weights) == 1


def test_build_gets_one_shape_per_named_argument():
    class Attend(Layer):
        def build(self, query_shape, value_shape):
            self.shapes = (query_shape, value_shape)

        def call(self, query, value):
            return query

    layer = Attend()
    layer(np.ones((1, 2)), value=np.ones((1, 5)))
    assert layer.shapes == ((1, 2), (1, 5))


def test_build_of_several_inputs_gets_a_list_of_shapes():
    class Sum(Layer):
        def build(self, input_shape):
            self.shapes = input_shape

        def call(self, inputs):
            return inputs[0] + inputs[1]

    layer = Sum()
    layer([np.ones((1, 2)), np.ones((1, 2))])
    assert layer.shapes == [(1, 2), (1, 2)]


def test_build_config_builds_a_twin():
    layer = Dense(2)
    layer.build((None, 3))
    twin = Dense(2)
    twin.build_from_config(json.loads(json.dumps(layer.get_build_config())))
    assert [w.shape for w in twin.weights] == [(3, 2), (2,)]


def test_unknown_size_of_a_weight_is_explained():
    with pytest.raises(ShapeError, match=r'cannot make the weight "kernel"'):
        Dense(2)(Input((None,)))


# -- add_weight ---------------------------------------------------------------


def test_add_weight_takes_keras_2_and_keras_3_order():
    layer = Layer()
    a = layer.add_weight((2, 3), "ones", name="a")
    b = layer.add_weight("b", (2, 3), "ones")
    c = layer.add_weight(name="c", shape=(2, 3), initializer="ones")
    assert [v.name for v in (a, b, c)] == ["a", "b", "c"]
    for variable in (a, b, c):
        np.testing.assert_array_equal(variable.array, np.ones((2, 3)))


def test_add_weight_without_shape_is_one_number():
    weight = Layer().add_weight(initializer="zeros")
    assert weight.shape == ()


def test_add_weight_default_initializer_is_by_dtype():
    layer = Layer()
    assert layer.add_weight((50, 50)).array.std() > 0
    assert layer.add_weight((3,), dtype="int32").array.tolist() == [0, 0, 0]


def test_non_trainable_weight_gets_no_gradient():
    class Shift(Layer):
        def build(self, input_shape):
            self.a = self.add_weight((), "ones", name="a")
            self.b = self.add_weight((), "ones", trainable=False, name="b")

        def call(self, inputs):
            return inputs * self.a + self.b

    layer = Shift()
    with GradientTape() as tape:
        loss = ops.sum(layer(np.ones((2, 3))))
    assert [w.name for w in layer.trainable_weights] == ["a"]
    assert [w.name for w in layer.non_trainable_weights] == ["b"]
    gradients = tape.gradient(loss, layer.weights)
    assert gradients[0].item() == 6.0
    assert gradients[1] is None


# -- layers in layers ---------------------------------------------------------


class Tower(Layer):
    """Sublayers as attributes, in a list and in a dict."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = Dense(2, name="first")
        self.blocks = [Dense(3, name="block_0"), (Dense(4, name="block_1"),)]
        self.heads = {"a": Dense(1, name="head")}

    def call(self, inputs):
        x = self.first(inputs)
        x = self.blocks[1][0](self.blocks[0](x))
        return self.heads["a"](x)


def test_sublayers_are_found_in_attributes_lists_and_dicts():
    layer = Tower()
    layer(np.ones((1, 5)))
    assert [w.path.split("/")[-2] for w in layer.weights] == [
        *["first"] * 2,
        *["block_0"] * 2,
        *["block_1"] * 2,
        *["head"] * 2,
    ]
    assert layer.count_params() == (5 * 2 + 2) + (2 * 3 + 3) + (3 * 4 + 4) + (4 + 1)


def test_shared_sublayer_counts_once():
    class Twice(Layer):
        def __init__(self):
            super().__init__()
            self.a = Dense(3)
            self.b = self.a

        def call(self, inputs):
            return self.b(self.a(inputs))

    layer = Twice()
    layer(np.ones((1, 3)))
    assert len(layer.weights) == 2


def test_gradients_reach_sublayers():
    layer = Tower()
    x = np.ones((2, 5))
    layer(x)
    with GradientTape() as tape:
        loss = ops.sum(layer(x))
    gradients = tape.gradient(loss, layer.trainable_weights)
    assert all(gradient is not None for gradient in gradients)


def test_freezing_reaches_sublayers_and_thawing_too():
    layer = Tower()
    layer(np.ones((1, 5)))
    layer.trainable = False
    assert layer.trainable_weights == []
    assert len(layer.non_trainable_weights) == 8
    assert not layer.first.trainable
    layer.trainable = True
    assert len(layer.trainable_weights) == 8


def test_frozen_sublayer_only():
    layer = Tower()
    layer(np.ones((1, 5)))
    layer.blocks[0].trainable = False
    assert len(layer.trainable_weights) == 6


def test_count_params_before_building_is_explained():
    with pytest.raises(ValueError, match="no weights yet"):
        Dense(3).count_params()


# -- get_weights, set_weights -------------------------------------------------


def test_get_weights_are_copies():
    layer = Dense(2, kernel_initializer="ones")
    layer.build((None, 2))
    layer.get_weights()[0][:] = 5
    assert layer.kernel.array.max() == 1


def test_set_weights_of_wrong_shape_changes_nothing_and_says_why():
    layer = Dense(2, name="hidden", kernel_initializer="ones")
    layer.build((None, 3))
    with pytest.raises(ShapeError) as error:
        layer.set_weights([np.zeros((3, 2)), np.zeros(7)])
    for part in ("hidden/bias", "(2,)", "(7,)"):
        assert part in str(error.value)
    assert layer.kernel.array.min() == 1


def test_set_weights_with_wrong_count_names_both():
    layer = Dense(2)
    layer.build((None, 3))
    with pytest.raises(ShapeError, match=r"2 arrays.*1 arrays"):
        layer.set_weights([np.zeros((3, 2))])


def test_weights_argument_of_keras_2():
    kernel = np.full((3, 1), 2.0)
    layer = Dense(1, weights=[kernel, np.ones(1)])
    assert layer(np.ones((1, 3))).item() == 7.0


# -- the training mode --------------------------------------------------------


@pytest.mark.parametrize("training", [True, False])
def test_training_is_passed_on_as_given(training):
    layer = Noisy()
    layer(np.ones((1, 1)), training=training)
    assert layer.seen is training


def test_the_default_mode_is_inference():
    layer = Noisy()
    layer(np.ones((1, 1)))
    assert layer.seen is False


def test_default_in_the_signature_counts():
    class Always(Layer):
        def call(self, inputs, training=True):
            self.seen = training
            return inputs

    layer = Always()
    layer(np.ones((1, 1)))
    assert layer.seen is True


class Silent(Layer):
    """A layer whose `call` knows nothing of modes, around one that does."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    def call(self, inputs):
        return self.inner(inputs)


@pytest.mark.parametrize("training", [True, False])
def test_mode_reaches_layers_inside_a_call_without_training(training):
    layer = Silent(Silent(Noisy()))
    layer(np.ones((1, 1)), training=training)
    assert layer.inner.inner.seen is training


def test_inner_mode_wins_and_ends_with_its_call():
    class Mixed(Layer):
        def __init__(self):
            super().__init__()
            self.a, self.b = Noisy(), Noisy()

        def call(self, inputs):
            return self.b(self.a(inputs, training=False))

    layer = Mixed()
    layer(np.ones((1, 1)), training=True)
    assert layer.a.seen is False
    assert layer.b.seen is True


def test_mode_does_not_survive_an_error():
    class Broken(Layer):
        def call(self, inputs):
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError):
        Broken()(np.ones((1, 1)), training=True)
    layer = Noisy()
    layer(np.ones((1, 1)))
    assert layer.seen is False


class SimpleMLP(Model):
    """The seed's sample: `call` has no `training`."""

    def __init__(self):
        super().__init__(name="mlp")
        self.dropout = layers.Dropout(0.5)
        self.bn = layers.BatchNormalization(momentum=0.5)

    def call(self, inputs):
        return self.bn(self.dropout(inputs))


def test_model_without_training_in_call_still_trains_dropout_and_batchnorm():
    model = SimpleMLP()
    x = np.ones((64, 4), np.float32)
    model(x)
    assert model.bn.moving_mean.array.tolist() == [0] * 4
    model(x, training=True)
    # Dropout was active: the batch has variance, of 0 and 2.
    assert (model.bn.moving_variance.array > 0.6).all()
    assert (model.bn.moving_mean.array > 0.2).all()
    before = model.bn.moving_mean.numpy()
    model(x)
    np.testing.assert_array_equal(model.bn.moving_mean.array, before)


@pytest.mark.parametrize("training", [True, False])
def test_mode_reaches_layers_of_sequential_and_functional_models(training):
    inner = Noisy()
    middle = Sequential([Silent(inner)])
    x = Input((1,))
    model = Model(x, middle(x))
    model(np.ones((1, 1)), training=training)
    assert inner.seen is training


# -- masks --------------------------------------------------------------------


class TakesMask(Layer):
    supports_masking = True

    def call(self, inputs, mask=None):
        self.seen = mask
        return inputs


def test_mask_travels_from_layer_to_layer():
    x = np.float32([[[1], [0], [2]]])
    layer = TakesMask()
    outputs = layer(layers.Dense(2)(layers.Masking()(x)))
    assert np.asarray(layer.seen).tolist() == [[True, False, True]]
    assert outputs.mask.tolist() == [[True, False, True]]


def test_layer_that_does_not_support_masks_ends_them():
    masked = layers.Masking()(np.float32([[[1], [0]]]))
    assert layers.Flatten()(masked).mask is None


def test_mask_argument_wins():
    masked = layers.Masking()(np.float32([[[1], [0]]]))
    layer = TakesMask()
    layer(masked, mask=np.array([[False, True]]))
    assert np.asarray(layer.seen).tolist() == [[False, True]]


def test_masks_travel_through_models():
    x = Input((3,), dtype="int32")
    embedded = layers.Embedding(5, 2, mask_zero=True)(x)
    layer = TakesMask()
    model = Model(x, layer(embedded))
    model(np.array([[1, 2, 0]]))
    assert np.asarray(layer.seen).tolist() == [[True, True, False]]


def test_masks_of_several_arguments_go_to_their_parameters():
    class Attend(Layer):
        def call(self, query, value, query_mask=None, value_mask=None):
            self.seen = (query_mask, value_mask)
            return query

    masked = layers.Masking()(np.float32([[[1], [0]]]))
    layer = Attend()
    layer(np.ones((1, 2, 1)), masked)
    assert layer.seen[0] is None
    assert layer.seen[1].tolist() == [[True, False]]


def test_mask_survives_a_cast_of_the_input():
    layer = TakesMask(dtype="float64")
    layer(layers.Masking()(np.float32([[[1], [0]]])))
    assert np.asarray(layer.seen).tolist() == [[True, False]]


# -- losses -------------------------------------------------------------------


class Penalized(Layer):
    def call(self, inputs):
        self.add_loss(ops.sum(inputs))
        return inputs


def test_add_loss_holds_the_losses_of_the_last_call():
    layer = Penalized()
    layer(np.ones((1, 3)))
    layer(np.ones((1, 2)))
    assert [float(loss) for loss in layer.losses] == [2.0]


def test_losses_of_sublayers_are_collected():
    layer = Silent(Silent(Penalized()))
    layer(np.ones((1, 3)))
    layer(np.ones((1, 3)))
    assert [float(loss) for loss in layer.losses] == [3.0]


def test_shared_layer_adds_a_loss_per_call():
    class Twice(Layer):
        def __init__(self):
            super().__init__()
            self.inner = Penalized()

        def call(self, inputs):
            return self.inner(self.inner(inputs))

    layer = Twice()
    layer(np.ones((1, 3)))
    assert [float(loss) for loss in layer.losses] == [3.0, 3.0]


def test_weight_and_activity_penalties():
    layer = Dense(
        2,
        kernel_initializer="ones",
        kernel_regularizer=lambda w: ops.sum(w),
        activity_regularizer=lambda y: ops.sum(y),
    )
    layer(np.ones((4, 3)))
    # The activity's is divided by the batch size.
    assert sorted(float(loss) for loss in layer.losses) == [6.0, 6.0]


def test_gradient_of_an_activity_penalty():
    layer = Dense(1, kernel_initializer="ones", activity_regularizer="l2")
    x = np.float32([[1], [3]])
    layer(x)
    with GradientTape() as tape:
        layer(x)
        loss = sum(layer.losses)
    gradient = tape.gradient(loss, layer.kernel)
    # d/dw of 0.01 * ((1 w)^2 + (3 w)^2) / 2
    np.testing.assert_allclose(gradient.array, [[0.01 * 10]], rtol=1e-6)


def test_frozen_weights_have_no_penalty():
    layer = Dense(2, kernel_regularizer="l2")
    layer(np.ones((1, 3)))
    layer.trainable = False
    assert layer.losses == []


# -- dtypes -------------------------------------------------------------------


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_inputs_are_cast_to_the_dtype_of_the_layer(dtype):
    layer = Dense(2, dtype=dtype)
    assert layer(np.ones((1, 3), "float32")).dtype == dtype
    assert layer.kernel.dtype == dtype


def test_whole_numbers_are_not_cast():
    class Look(Layer):
        def call(self, inputs):
            self.seen = inputs.dtype
            return inputs

    layer = Look()
    layer(np.ones((1, 3), np.int32))
    assert layer.seen == "int32"


def test_autocast_false_leaves_inputs_alone():
    class Look(Layer):
        def call(self, inputs):
            self.seen = inputs.dtype
            return inputs

    layer = Look(autocast=False)
    layer(np.ones((1, 3), np.float64))
    assert layer.seen == "float64"


def test_mixed_precision_computes_in_half_and_keeps_full_weights():
    layer = Dense(2, dtype="mixed_float16", kernel_initializer="ones")
    x = np.ones((1, 3))
    layer(x)
    with GradientTape() as tape:
        outputs = layer(x)
        loss = ops.sum(outputs)
    assert outputs.dtype == "float16"
    assert layer.kernel.dtype == "float32"
    assert tape.gradient(loss, layer.kernel).dtype == "float32"
    assert layer.compute_dtype == "float16"
    assert layer.dtype == "float32"


# -- configs ------------------------------------------------------------------


def test_config_holds_what_the_signature_names():
    config = Scale(start=2.0, name="twice").get_config()
    assert config["start"] == 2.0
    assert config["name"] == "twice"
    assert config["trainable"] is True
    assert Scale.from_config(config).start == 2.0


def test_argument_that_was_not_stored_is_explained():
    class Careless(Layer):
        def __init__(self, size):
            super().__init__()

    with pytest.raises(NotImplementedError, match=r"self\.size"):
        Careless(3).get_config()


def test_subclass_with_its_own_get_config():
    class Own(Layer):
        def __init__(self, units, **kwargs):
            super().__init__(**kwargs)
            self.hidden_units = units

        def get_config(self):
            return {**super().get_config(), "units": self.hidden_units}

    assert Own.from_config(Own(3).get_config()).hidden_units == 3


def test_records_carry_the_public_module():
    record = layers.serialize(Dense(3, name="d"))
    assert record["module"] == "keras.layers"
    assert record["class_name"] == "Dense"
    assert record["registered_name"] is None
    assert record["config"]["units"] == 3


def test_custom_layer_is_found_among_custom_objects():
    record = layers.serialize(Scale(2.0))
    with pytest.raises(ValueError, match="custom_objects"):
        layers.deserialize(record)
    layer = layers.deserialize(record, custom_objects={"Scale": Scale})
    assert layer.start == 2.0


def test_registered_layer_is_found():
    @registry.register_keras_serializable("test_base")
    class Registered(Scale):
        pass

    assert layers.deserialize(layers.serialize(Registered(3.0))).start == 3.0


def test_unknown_layer_suggests_the_nearest():
    with pytest.raises(ValueError, match='Did you mean "Dense"'):
        layers.deserialize({"class_name": "Dens", "config": {"units": 3}})


def test_deserialize_of_something_else_is_refused():
    record = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 1.0}}
    with pytest.raises(ValueError, match="no layer"):
        layers.deserialize(record)


def test_trainable_false_is_kept_by_the_config():
    layer = Dense.from_config(Dense(2, trainable=False).get_config())
    layer.build((None, 2))
    assert layer.trainable_weights == []


def test_input_shape_of_keras_2_is_understood():
    for arguments in (
        {"input_shape": (3,)},
        {"input_dim": 3},
        {"batch_input_shape": (None, 3)},
    ):
        model = Sequential([Dense(2, **arguments)])
        assert model.layers[0].kernel.shape == (3, 2)


def test_shapes_of_the_outer_build_are_remembered():
    class Outer(layers.Dense):
        def build(self, input_shape):
            super().build((input_shape[0], 2))

    layer = Outer(3)
    layer.build((None, 7))
    assert layer.get_build_config() == {"input_shape": (None, 7)}
