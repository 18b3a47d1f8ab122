"""The optimizer's step in the glass box: its formula gives the new weight."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import optimizers
from edukeras.inspect import glassbox
from tests.inspect.glass_box_models import compiled

FORMULAS = {
    "sgd": lambda: optimizers.SGD(0.1),
    "momentum": lambda: optimizers.SGD(0.1, momentum=0.9),
    "nesterov": lambda: optimizers.SGD(0.1, momentum=0.9, nesterov=True),
    "rmsprop": lambda: optimizers.RMSprop(0.01),
    "rmsprop centered": lambda: optimizers.RMSprop(0.01, centered=True),
    "rmsprop momentum": lambda: optimizers.RMSprop(0.01, momentum=0.5),
    "adagrad": lambda: optimizers.Adagrad(0.1),
    "adam": lambda: optimizers.Adam(0.01),
    "amsgrad": lambda: optimizers.Adam(0.01, amsgrad=True),
    "adamw": lambda: optimizers.AdamW(0.01, weight_decay=0.1),
    "weight decay": lambda: optimizers.SGD(0.1, weight_decay=0.2),
    "clipvalue": lambda: optimizers.SGD(0.1, clipvalue=1e-3),
    "clipnorm": lambda: optimizers.Adam(0.1, clipnorm=1e-2),
    "global_clipnorm": lambda: optimizers.SGD(0.1, global_clipnorm=1e-2),
    "schedule": lambda: optimizers.SGD(
        keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5)
    ),
}
# Without a formula here: before and after, and the memory, are shown.
OTHERS = {
    "adadelta": lambda: optimizers.Adadelta(0.1),
    "adamax": lambda: optimizers.Adamax(0.01),
    "nadam": lambda: optimizers.Nadam(0.01),
    "ftrl": lambda: optimizers.Ftrl(0.1),
    "lion": lambda: optimizers.Lion(0.01),
    "adafactor": lambda: optimizers.Adafactor(0.01),
    "loss scale": lambda: optimizers.LossScaleOptimizer(optimizers.SGD(0.1)),
    "scaled loss": lambda: optimizers.SGD(0.1, loss_scale_factor=8.0),
    "averages": lambda: optimizers.SGD(
        0.1, use_ema=True, ema_momentum=0.5, ema_overwrite_frequency=1
    ),
}


@pytest.fixture(autouse=True)
def _float64():
    keras.config.set_floatx("float64")
    yield
    keras.config.set_floatx("float32")


def element(model, path, index):
    variable = next(v for v in model.trainable_variables if v.path.endswith(path))
    return variable.numpy()[index]


@pytest.mark.parametrize("steps_before", [0, 3])
@pytest.mark.parametrize("name", [*FORMULAS, *OTHERS])
def test_the_new_weight_is_the_one_that_training_gives(name, steps_before):
    model, x, y = compiled("dense", {**FORMULAS, **OTHERS}[name]())
    for _ in range(steps_before):
        model.train_on_batch(x, y)
    before = element(model, "hidden/kernel", (2, 1))
    step = glassbox(model, x, y, weight="hidden/kernel[2, 1]").step("update")
    model.train_on_batch(x, y)
    after = element(model, "hidden/kernel", (2, 1))
    assert before != after
    assert step.values["w"] == before
    np.testing.assert_allclose(step.values["w_new"], after, rtol=1e-12)
    if name in FORMULAS:
        np.testing.assert_allclose(step.values["w_formula"], after, rtol=1e-10)
        assert step.formula
        assert "w_new = " in step.explanation.lines[-1]


def test_adam_by_hand():
    model, x, y = compiled("dense", optimizers.Adam(0.1, beta_1=0.8, beta_2=0.9))
    gradients = []
    for _ in range(3):
        box = glassbox(model, x, y, weight="out/kernel[0, 0]")
        values = box.step("update").values
        gradients.append(values["g"])
        model.train_on_batch(x, y)
    m = v = 0.0
    for g in gradients:
        m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g * g
    np.testing.assert_allclose([values["m_new"], values["v_new"]], [m, v])
    alpha = 0.1 * np.sqrt(1 - 0.9**3) / (1 - 0.8**3)
    np.testing.assert_allclose(values["alpha"], alpha, rtol=1e-6)
    expected = values["w"] - alpha * m / (np.sqrt(v) + 1e-7)
    np.testing.assert_allclose(values["w_new"], expected, rtol=1e-6)


def test_momentum_by_hand():
    model, x, y = compiled("dense", optimizers.SGD(0.5, momentum=0.9))
    velocity = 0.0
    for _ in range(3):
        values = glassbox(model, x, y, weight="out/bias[1]").step("update").values
        velocity = 0.9 * velocity - 0.5 * values["g"]
        np.testing.assert_allclose(values["v_new"], velocity)
        np.testing.assert_allclose(values["w_new"], values["w"] + velocity)
        model.train_on_batch(x, y)


def test_clipping_shows_the_length_of_what_is_clipped():
    model, x, y = compiled("dense", optimizers.SGD(1.0, global_clipnorm=0.01))
    box = glassbox(model, x, y, weight="out/kernel[0, 1]")
    updates = box.recording.updates.values()
    norm = np.sqrt(sum((update.gradient**2).sum() for update in updates))
    values = box.step("update").values
    np.testing.assert_allclose(values["g_used"], values["g"] * 0.01 / norm)
    assert f"max({norm:.4g}, 0.01)" in "\n".join(box.step("update").explanation.lines)


def test_weight_decay_comes_before_the_formula():
    model, x, y = compiled("dense", optimizers.AdamW(0.01, weight_decay=0.5))
    values = glassbox(model, x, y).step("update").values
    np.testing.assert_allclose(values["w_decayed"], values["w"] * (1 - 0.5 * 0.01))


def test_a_weight_that_does_not_decay_says_so():
    optimizer = optimizers.SGD(0.1, weight_decay=0.5)
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    model, x, y = compiled("dense", optimizer)
    step = glassbox(model, x, y, weight="out/bias[0]").step("update")
    assert "This weight does not decay." in step.explanation.lines


def test_no_weight_changes_while_gradients_are_collected():
    model, x, y = compiled("dense", optimizers.SGD(0.1, gradient_accumulation_steps=2))
    step = glassbox(model, x, y).step("update")
    assert step.values["w"] == step.values["w_new"]
    assert "collects gradients" in step.explanation.meaning
    model.train_on_batch(x, y)
    step = glassbox(model, x, y).step("update")
    assert step.values["w"] != step.values["w_new"]


def test_a_constraint_after_the_formula_is_told():
    model, x, y = compiled("dense", optimizers.SGD(0.1))
    kernel = model.layers[0].kernel
    kernel.constraint = keras.constraints.MaxNorm(0.01, axis=0)
    step = glassbox(model, x, y).step("update")
    assert abs(step.values["w_new"]) <= 0.01
    assert "after the weight's constraint" in step.explanation.lines[-1]


def test_a_weight_without_a_gradient_stays():
    a = keras.Input((2,))
    unused = keras.layers.Dense(1, name="unused")(a)
    used = keras.layers.Dense(1, name="used")(a)
    model = keras.Model(a, [used, unused])
    model.compile("sgd", ["mse", None])
    x = np.ones((2, 2))
    box = glassbox(model, x, [x[:, :1]], weight="unused/kernel")
    assert "No gradient reaches" in box.step("update").explanation.meaning
    assert box.step("check").values["numeric"] == 0.0


def test_the_formula_of_an_optimizer_of_ones_own_is_not_guessed():
    class Half(optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            variable.assign(variable * 0.5)

    model, x, y = compiled("dense", Half())
    step = glassbox(model, x, y).step("update")
    assert step.formula == ""
    np.testing.assert_allclose(step.values["w_new"], step.values["w"] / 2)
