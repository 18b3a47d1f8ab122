"""What all optimizers share: the rate, gradients, state, decay, averages, names."""

import inspect
import json
from pathlib import Path

import numpy as np
import pytest

from edukeras import kernels, ops, optimizers, registry, schedules
from edukeras.errors import ShapeError
from edukeras.optimizers import (
    SGD,
    Adam,
    MultiOptimizer,
    Optimizer,
    OptimizerMap,
    base as base_module,
)
from edukeras.tensor import Tensor, Variable

GOLDEN = Path(__file__).parents[1] / "golden"
SIGNATURES = {
    name.removeprefix("optimizers."): entry
    for name, entry in json.loads(
        (GOLDEN / "signatures.json").read_text(encoding="utf-8")
    )["names"].items()
    if name.startswith("optimizers.") and "schedules" not in name
}


@pytest.fixture
def weight():
    return Variable(np.float32([1.0, 2.0]), name="kernel")


def one():
    return [np.ones(2, "float32")]


# -- names and signatures -----------------------------------------------------


@pytest.mark.parametrize("name", [n for n in SIGNATURES if n[0].isupper()])
def test_signature_is_that_of_keras(name):
    parameters = inspect.signature(getattr(optimizers, name)).parameters.values()
    ours = [
        [p.name, p.kind.name, None if p.default is p.empty else repr(p.default)]
        for p in parameters
    ]
    assert ours == SIGNATURES[name]["signature"]


@pytest.mark.parametrize("method", SIGNATURES["Optimizer"]["methods"])
def test_base_class_has_the_methods_of_keras(method):
    if method == "stateless_apply":  # for JAX only
        return
    expected = [p[0] for p in SIGNATURES["Optimizer"]["methods"][method]]
    ours = inspect.signature(getattr(Optimizer, method)).parameters
    assert [name for name in ours if name != "self"] == expected


@pytest.mark.parametrize("name", ["SGD", "sgd", "Adam", "RMSprop", "rmsprop", "adamw"])
def test_get_finds_names_in_any_case(name):
    assert type(optimizers.get(name)).__name__.lower() == name.lower()


def test_get_returns_objects_and_none_as_they_are():
    optimizer = SGD(0.5)
    assert optimizers.get(optimizer) is optimizer
    assert optimizers.get(None) is None


@pytest.mark.parametrize("wrong", ["adma", 3, np.sin])
def test_get_refuses_what_is_no_optimizer(wrong):
    with pytest.raises(ValueError, match="optimizer"):
        optimizers.get(wrong)


def test_get_suggests_the_nearest_name():
    with pytest.raises(ValueError, match='Did you mean "rmsprop"'):
        optimizers.get("rmspop")


@pytest.mark.parametrize("class_name", ["Adam", "adam"])
def test_deserialize_takes_class_names_in_any_case(class_name):
    optimizer = optimizers.deserialize(
        {"class_name": class_name, "config": {"learning_rate": 0.25}}
    )
    assert type(optimizer) is Adam
    assert float(optimizer.learning_rate) == 0.25


# -- learning rate ------------------------------------------------------------


def test_learning_rate_is_rounded_to_float32_as_in_keras():
    assert SGD(0.01).get_config()["learning_rate"] == 0.009999999776482582


def test_learning_rate_can_be_set_and_assigned(weight):
    optimizer = SGD(0.5)
    optimizer.learning_rate = 0.25
    assert float(optimizer.learning_rate) == 0.25
    optimizer.learning_rate.assign(2.0)
    optimizer.apply(one(), [weight])
    np.testing.assert_array_equal(weight, [-1.0, 0.0])


def test_schedule_is_asked_at_every_step(weight):
    optimizer = SGD(schedules.PiecewiseConstantDecay([0], [1.0, 0.25]))
    optimizer.apply(one(), [weight])
    np.testing.assert_array_equal(weight, [0.0, 1.0])
    optimizer.apply(one(), [weight])
    np.testing.assert_array_equal(weight, [-0.25, 0.75])
    assert float(optimizer.learning_rate) == 0.25
    assert [v.path for v in optimizer.variables] == [f"{optimizer.name}/iteration"]


def test_rate_of_a_schedule_cannot_be_set():
    optimizer = SGD(schedules.ExponentialDecay(0.1, 10, 0.5))
    with pytest.raises(TypeError, match="ExponentialDecay"):
        optimizer.learning_rate = 0.1


def test_schedule_can_replace_a_number():
    optimizer = SGD(0.1)
    optimizer.learning_rate = schedules.ExponentialDecay(0.5, 10, 0.5)
    assert float(optimizer.learning_rate) == 0.5
    assert len(optimizer.variables) == 1


def test_function_as_learning_rate(weight):
    SGD(lambda: 0.5).apply(one(), [weight])
    np.testing.assert_array_equal(weight, [0.5, 1.5])


@pytest.mark.parametrize("wrong", ["fast", None, True, [0.1]])
def test_senseless_learning_rate_is_refused(wrong):
    with pytest.raises(ValueError, match="learning rate"):
        SGD(learning_rate=wrong)


def test_optimizer_with_schedule_round_trip():
    optimizer = SGD(schedules.CosineDecay(0.1, 20), momentum=0.5)
    record = json.loads(json.dumps(optimizers.serialize(optimizer)))
    assert record["config"]["learning_rate"]["module"] == "keras.optimizers.schedules"
    again = optimizers.deserialize(record)
    assert again.get_config() == optimizer.get_config()
    assert type(again.learning_rate) is Tensor


# -- gradients ----------------------------------------------------------------


def test_variables_without_gradient_stay(weight):
    other = Variable([5.0], name="other")
    SGD(1.0).apply([None, one()[0]], [other, weight])
    np.testing.assert_array_equal(other, [5.0])
    np.testing.assert_array_equal(weight, [0.0, 1.0])


def test_no_gradient_at_all_is_an_error_that_names_the_variables(weight):
    with pytest.raises(ValueError, match="No gradients.*kernel"):
        SGD().apply([None], [weight])


def test_gradients_may_be_tensors_lists_or_of_another_dtype(weight):
    optimizer = SGD(1.0)
    for gradient in (Tensor(one()[0]), [1.0, 1.0], np.ones(2, "float64")):
        optimizer.apply([gradient], [weight])
    np.testing.assert_array_equal(weight, [-2.0, -1.0])
    assert weight.dtype == "float32"


def test_gradient_of_another_shape_is_refused(weight):
    with pytest.raises(ShapeError, match=r"kernel.*\(2,\).*\(3,\)"):
        SGD().apply([np.ones(3)], [weight])


def test_unknown_variable_is_refused(weight):
    optimizer = SGD()
    optimizer.build([weight])
    with pytest.raises(ValueError, match="Unknown variable 'stranger'"):
        optimizer.apply(one(), [Variable([0.0, 0.0], name="stranger")])


def test_number_of_gradients_must_fit(weight):
    optimizer = SGD()
    with pytest.raises(ValueError, match="not built"):
        optimizer.apply(one())
    optimizer.build([weight])
    with pytest.raises(ValueError, match="1 gradients"):
        optimizer.apply([*one(), *one()])


def test_some_of_the_variables_may_be_left_out(weight):
    other = Variable([5.0], name="other")
    optimizer = SGD(1.0, momentum=0.5)
    optimizer.build([other, weight])
    optimizer.apply(one(), [weight])
    np.testing.assert_array_equal(weight, [0.0, 1.0])


def test_apply_gradients_takes_pairs_and_counts_steps(weight):
    optimizer = SGD(1.0)
    assert int(optimizer.apply_gradients([(one()[0], weight)])) == 1
    assert int(optimizer.iterations) == 1
    assert optimizer.iterations.dtype == "int64"


def test_gradients_are_never_changed(weight):
    gradients = one()
    for name in optimizers.KNOWN:
        if name not in ("lossscaleoptimizer", "multioptimizer"):
            optimizers.get(name).apply(gradients, [weight])
    np.testing.assert_array_equal(gradients[0], [1.0, 1.0])


def test_weights_change_in_place(weight):
    array = weight.array
    Adam().apply(one(), [weight])
    assert weight.array is array
    assert array[0] < 1.0


@pytest.mark.parametrize("dtype", ["float16", "float64"])
@pytest.mark.parametrize("name", ["sgd", "rmsprop", "adam", "nadam", "adagrad"])
def test_state_and_weights_keep_their_dtype(name, dtype):
    weight = Variable(np.ones(2, dtype))
    optimizer = optimizers.get(name)
    optimizer.apply([np.ones(2, dtype)], [weight])
    assert weight.dtype == dtype
    assert weight.array[0] < 1
    assert all(v.dtype == dtype for v in optimizer.variables if v.ndim)


def test_scalar_and_empty_variables():
    for name in ("sgd", "rmsprop", "adam", "nadam", "adafactor", "ftrl"):
        scalar, empty = Variable(np.float32(1)), Variable(np.zeros((0, 3), "float32"))
        optimizer = optimizers.get(name)
        if name == "adafactor":  # the mean of nothing is not a number
            optimizer.apply([np.float32(1)], [scalar])
        else:
            optimizer.apply([np.float32(1), np.zeros((0, 3))], [scalar, empty])
        assert float(scalar) < 1


def test_constraints_are_applied_after_the_step(weight):
    weight.constraint = lambda w: ops.maximum(w, 0.5)
    SGD(1.0).apply(one(), [weight])
    np.testing.assert_array_equal(weight, [0.5, 1.0])


def test_scaled_loss_is_scaled_back(weight):
    optimizer = SGD(1.0, loss_scale_factor=8.0)
    assert float(optimizer.scale_loss(Tensor(2.0))) == 16.0
    optimizer.apply([8 * one()[0]], [weight])
    np.testing.assert_array_equal(weight, [0.0, 1.0])


def test_infinite_gradient_is_not_hidden_by_clipping(weight):
    for kind in ("clipnorm", "global_clipnorm"):
        weight.assign([1.0, 1.0])
        SGD(1.0, **{kind: 1.0}).apply([np.array([np.inf, 1.0])], [weight])
        assert np.isnan(weight.array).all()


# -- arguments ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"clipnorm": 1.0, "clipvalue": 1.0}, "clipping"),
        ({"use_ema": True, "ema_momentum": 1.5}, "1.5"),
        ({"use_ema": True, "ema_overwrite_frequency": 0.5}, "whole number"),
        ({"gradient_accumulation_steps": 1}, "from 2"),
        ({"rate": 1.0}, "'rate'"),
        ({"momentum": 2.0}, "momentum=2.0"),
    ],
)
def test_senseless_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SGD(**arguments)


def test_legacy_arguments_have_a_place_to_be_entered(monkeypatch):
    def set_rate(optimizer, value):
        optimizer.learning_rate = value

    monkeypatch.setitem(base_module.LEGACY_ARGUMENTS, "lr", set_rate)
    assert float(SGD(lr=0.25).learning_rate) == 0.25


# -- weight decay and averages ------------------------------------------------


def test_excluded_variables_do_not_decay():
    names = ["kernel", "bias", "gamma"]
    variables = [Variable([1.0], name=name) for name in names]
    optimizer = SGD(0.5, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_list=[variables[2]], var_names=["bia"])
    optimizer.apply([np.zeros(1)] * 3, variables)
    assert [float(v[0]) for v in variables] == [0.75, 1.0, 1.0]


def test_exclusion_after_building_is_refused(weight):
    optimizer = SGD(weight_decay=0.1)
    optimizer.build([weight])
    with pytest.raises(ValueError, match="too late"):
        optimizer.exclude_from_weight_decay([weight])


def test_averages_are_exchanged_and_back(weight):
    optimizer = SGD(1.0, use_ema=True, ema_momentum=0.5)
    optimizer.apply(one(), [weight])
    optimizer.apply(one(), [weight])  # 0, 1 then -1, 0: averages -0.5, 0.5
    optimizer.swap_averages()
    np.testing.assert_array_equal(weight, [-0.5, 0.5])
    optimizer.swap_averages()
    np.testing.assert_array_equal(weight, [-1.0, 0.0])


def test_exchange_without_averages_is_refused(weight):
    optimizer = SGD()
    optimizer.build([weight])
    with pytest.raises(ValueError, match="use_ema=True"):
        optimizer.swap_averages()


# -- state --------------------------------------------------------------------


def test_state_goes_to_a_store_and_back(weight):
    optimizer, again = Adam(), Adam()
    optimizer.apply(one(), [weight])
    store = {}
    optimizer.save_own_variables(store)
    assert list(store) == ["0", "1", "2", "3"]
    again.build([weight])
    again.load_own_variables(store)
    copy = Variable(weight.numpy())
    optimizer.apply(one(), [weight])
    again._indices[id(copy)] = 0
    again.apply(one(), [copy])
    np.testing.assert_array_equal(copy, weight)


def test_wrong_number_of_weights_is_refused(weight):
    optimizer = Adam()
    with pytest.raises(ValueError, match="build"):
        optimizer.set_weights([])
    optimizer.build([weight])
    with pytest.raises(ValueError, match="4 arrays"):
        optimizer.set_weights([np.zeros(2)])


# -- optimizers of users ------------------------------------------------------


class HeavyBall(Optimizer):
    """Written as in the Keras documentation."""

    def __init__(self, learning_rate=0.5, friction=0.5, name="heavy", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.friction = friction

    def build(self, variables):
        super().build(variables)
        self.velocities = []
        for variable in variables:
            self.velocities.append(
                self.add_variable_from_reference(
                    reference_variable=variable, name="velocity"
                )
            )

    def update_step(self, gradient, variable, learning_rate):
        learning_rate = ops.cast(learning_rate, variable.dtype)
        gradient *= learning_rate  # must not change the caller's array
        velocity = self.velocities[self._get_variable_index(variable)]
        friction = ops.cast(self.friction, variable.dtype)
        self.assign(velocity, ops.subtract(ops.multiply(velocity, friction), gradient))
        self.assign_add(variable, velocity)


def test_optimizer_of_a_user(weight):
    optimizer = HeavyBall(clipvalue=1.0)
    gradients = [np.array([1.0, 4.0], "float32")]
    optimizer.apply(gradients, [weight])
    optimizer.apply(gradients, [weight])
    np.testing.assert_array_equal(weight, [1 - 0.5 - 0.75, 2 - 0.5 - 0.75])
    np.testing.assert_array_equal(gradients[0], [1.0, 4.0])
    assert optimizer.variables[-1].path == "heavy/kernel_velocity"


def test_config_of_a_users_optimizer_follows_from_its_arguments():
    config = HeavyBall(friction=0.25).get_config()
    assert config["friction"] == 0.25
    assert HeavyBall.from_config(config).friction == 0.25
    with registry.custom_object_scope({"HeavyBall": HeavyBall}):
        assert type(optimizers.get("HeavyBall")) is HeavyBall


class HalfAdam(Adam):
    def update_step(self, gradient, variable, learning_rate):
        assert type(gradient) is Tensor
        super().update_step(gradient, variable, learning_rate / 2)


def test_formula_of_a_built_in_can_be_extended(weight):
    same = Variable(weight.numpy())
    HalfAdam(0.5).apply(one(), [weight])
    Adam(0.25).apply(one(), [same])
    np.testing.assert_array_equal(weight, same)


def test_update_step_must_be_defined(weight):
    with pytest.raises(NotImplementedError, match="update_step"):
        Optimizer(0.1).apply(one(), [weight])


# -- several optimizers -------------------------------------------------------


def multi_optimizer():
    kernel, bias = Variable([1.0], name="kernel"), Variable([1.0], name="bias")
    kernel.path, bias.path = "dense/kernel", "dense/bias"
    groups = OptimizerMap(SGD(0.5, name="a"), {".*bias": SGD(0.25, name="b")})
    return MultiOptimizer(groups, name="multi"), [kernel, bias]


def test_each_group_has_its_optimizer():
    optimizer, variables = multi_optimizer()
    optimizer.apply([np.ones(1), np.ones(1)], variables)
    assert [float(v[0]) for v in variables] == [0.5, 0.75]
    assert [v.path for v in optimizer.variables] == [
        "multi/iteration",
        "multi/learning_rate",
        "b/iteration",
        "b/learning_rate",
        "a/iteration",
        "a/learning_rate",
    ]


def test_groups_round_trip():
    optimizer, _ = multi_optimizer()
    record = json.loads(json.dumps(optimizers.serialize(optimizer)))
    again = optimizers.deserialize(record)
    assert [o.get_config() for o in again.optimizers] == [
        o.get_config() for o in optimizer.optimizers
    ]


def test_variable_of_two_groups_is_refused():
    groups = OptimizerMap(SGD(), {"a.*": SGD(), ".*b": SGD()})
    with pytest.raises(ValueError, match="Several optimizers"):
        groups["ab"]


# -- speed --------------------------------------------------------------------


def test_compiled_formulas_get_arrays_and_no_tensors(weight, monkeypatch):
    kinds = []
    monkeypatch.setattr(
        kernels,
        "sgd_update",
        lambda variables, gradients, rate: kinds.extend(gradients),
    )
    gradients = one()
    SGD().apply(gradients, [weight])
    assert kinds[0] is gradients[0]
