"""The glass box itself: it changes nothing, follows choices, and can be read."""

import random

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers, ops
from edukeras.errors import NotCompiledError, UnknownNameError
from edukeras.inspect import GlassBox, glassbox
from tests.inspect.glass_box_models import MODELS, SAMPLES, compiled
from tests.inspect.sanitiser import check


@pytest.fixture
def box():
    return glassbox(*compiled("dense"), sample=2)


# -- it changes nothing -------------------------------------------------------


class Noisy(layers.Layer):
    """Draws from everything that can be drawn from, and counts."""

    def __init__(self):
        super().__init__(name="noisy")
        self.seeds = keras.random.SeedGenerator(3)
        self.count = 0

    def call(self, x):
        self.count += 1
        noise = random.random() + np.random.random() + keras.random.uniform(())
        return x + noise + keras.random.uniform((), seed=self.seeds) + self.count


def restless():
    keras.utils.set_random_seed(0)
    a = keras.Input((3,), name="a")
    x = layers.Dropout(0.3)(layers.GaussianNoise(0.1)(a))
    x = layers.BatchNormalization()(Noisy()(layers.Dense(4)(x)))
    outputs = [layers.Dense(1, name="p")(x), layers.Dense(1, name="q")(x)]
    model = keras.Model(a, outputs)
    model.compile("adam", ["mse", "mae"], metrics=[["mae"], ["mse"]])
    data = np.random.default_rng(0).normal(size=(8, 3))
    return model, data, [data[:, :1], data[:, 1:2]]


@pytest.mark.parametrize("trained", [0, 3])
def test_training_goes_on_as_if_nobody_had_looked(trained):
    def run(look):
        model, x, y = restless()
        found = [model.train_on_batch(x, y) for _ in range(trained)]
        if look:
            for sample in (0, 5):
                glassbox(model, x, y, sample=sample).html()
        found += [model.get_metrics_result() if trained else None]
        found += [model.train_on_batch(x, y, reset_metrics=False) for _ in range(3)]
        history = model.fit(x, y, epochs=2, batch_size=4, verbose=0).history
        state = [v.numpy() for v in model.optimizer.variables]
        return found, history, model.get_weights(), state, model.layers[4].count

    seen, unseen = run(True), run(False)
    assert seen[:2] == unseen[:2]
    assert seen[4] == unseen[4]
    for left, right in zip(seen[2] + seen[3], unseen[2] + unseen[3], strict=True):
        np.testing.assert_array_equal(left, right)


def test_an_error_in_the_step_leaves_nothing_behind():
    class Failing(layers.Dense):
        fail = False

        def call(self, x):
            self.scale = 2.0
            if self.fail:
                raise ArithmeticError("on purpose")
            return super().call(x)

    model = keras.Sequential([keras.Input((2,)), layers.Dropout(0.5), Failing(1)])
    model.compile("sgd", "mse")
    state = model.layers[0]._generator.bit_generator.state
    Failing.fail = True
    with pytest.raises(ArithmeticError, match="on purpose"):
        glassbox(model, np.ones((2, 2)), np.ones((2, 1)))
    assert all("call" not in vars(layer) for layer in model._flatten_layers())
    assert model.layers[0]._generator.bit_generator.state == state


def test_the_box_keeps_its_numbers_when_training_goes_on(box):
    model, x, y = compiled("dense", keras.optimizers.SGD(1.0))
    looked = glassbox(model, x, y, sample=1)
    before = looked.text()
    model.fit(x, y, epochs=3, verbose=0)
    from edukeras.inspect.glass_box import explain_recording

    assert explain_recording(looked.recording, sample=1).text() == before


def test_an_unbuilt_model_is_built_first():
    model = keras.Sequential([layers.Dense(2, name="late")])
    model.compile("sgd", "mse")
    assert not model.built
    found = glassbox(model, np.ones((3, 4)), np.ones((3, 2)))
    assert found.step("forward", "late").shapes[1] == ("late/kernel", "(4, 2)")


# -- what is followed ---------------------------------------------------------


def test_the_batch_is_the_one_that_holds_the_sample():
    model, _, _ = compiled("dense")
    x, y = np.random.default_rng(0).normal(size=(20, 4)), np.arange(20) % 3
    found = glassbox(model, x, y, sample=10, batch_size=8)
    assert found.batch_text() == ("batch: samples 8 to 15 of 20; followed: sample 10")
    weights = model.get_weights()
    z = x[10] @ weights[0] + weights[1]
    step = found.step("forward")
    _, unit = found.focus.element_of(found.recording.records[0])
    assert step.values["z"] == pytest.approx(z[unit], rel=1e-5)
    assert glassbox(model, x, y, sample=-1, batch_size=8).focus.sample == 3


def test_without_a_choice_what_counts_most_is_followed(box):
    for record in box.recording.records[:2]:
        index = box.focus.element_of(record)
        importance = np.abs(record.arriving[0][2] * record.results[0].array[2])
        assert index == (2, int(np.argmax(importance)))
        assert importance[index[1]] > 0
    slot = box.focus.weight
    gradient = np.abs(box.recording.updates[slot].gradient)
    hidden = next(r for r in box.recording.records if r.layer == "hidden")
    unit = box.focus.element_of(hidden)[1]
    assert box.recording.weights[slot].name == "hidden/kernel"
    assert box.focus.weight_index == (int(np.argmax(gradient[:, unit])), unit)


def test_where_the_followed_unit_is_dead_another_weight_is_followed():
    model, x, y = compiled("dense")
    found = glassbox(model, x, y, sample=1)
    hidden = next(r for r in found.recording.records if r.layer == "hidden")
    assert not hidden.results[0].array[1].any()  # all of its units, for this sample
    assert found.step("check").values["tape"] != 0


def test_a_unit_of_one_layer_leaves_the_others_free():
    model, x, y = compiled("dense")
    free = glassbox(model, x, y)
    found = glassbox(model, x, y, unit=4, layer="hidden")
    assert found.step("forward", "hidden").title == "hidden: dense, unit 4"
    assert found.step("forward", "out").title == free.step("forward", "out").title
    assert found.focus.weight_index[1] == 4


@pytest.mark.parametrize(
    "weight",
    ["out/kernel[2, 1]", ("out/kernel", (2, 1)), "out/kernel[-3,-2]"],
)
def test_a_weight_can_be_given_in_several_ways(weight):
    model, x, y = compiled("dense")
    found = glassbox(model, x, y, weight=weight)
    assert found.step("update").title == "out/kernel[2, 1]: SGD"
    by_variable = glassbox(model, x, y, weight=(model.layers[1].kernel, (2, 1)))
    assert by_variable.steps[-1].title == found.steps[-1].title


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"sample": 6}, ValueError, "sample from 0 to 5"),
        ({"unit": 5}, ValueError, "unit from 0 to 4"),
        ({"unit": 3, "layer": "out"}, ValueError, "in layer 'out'"),
        ({"layer": "hiden"}, UnknownNameError, "hidden"),
        ({"weight": "hidden/kernell"}, UnknownNameError, "hidden/kernel"),
        ({"weight": "out/kernel[7, 0]"}, ValueError, r"shape \(5, 3\)"),
        ({"weight": "out/kernel[0]"}, ValueError, r"shape \(5, 3\)"),
    ],
)
def test_a_wrong_choice_is_explained(options, error, message):
    with pytest.raises(error, match=message):
        glassbox(*compiled("dense"), **options)


def test_a_model_must_be_compiled():
    with pytest.raises(NotCompiledError, match="glassbox"):
        glassbox(keras.Sequential([layers.Dense(1)]), np.ones((1, 1)))


def test_names_inside_models_are_paths():
    found = glassbox(*compiled("branches"))
    assert {"shared", "both", "inner/deep", "kind"} <= set(found.recording.layers)
    assert glassbox(*compiled("branches"), layer="deep").focus.layer == "inner/deep"


def test_a_subclassed_model_shows_its_own_ops_and_its_layers():
    found = glassbox(*compiled("subclassed"))
    assert [(s.layer, s.op) for s in found.of_phase("forward")] == [
        ("block", "dense"),
        ("block", "silu"),
        ("", "add"),
        ("", "multiply"),
        ("head", "dense"),
    ]


def test_a_train_step_of_ones_own_is_mentioned():
    class Own(keras.Sequential):
        def train_step(self, data):
            raise AssertionError("not called")

    model = Own([keras.Input((2,)), layers.Dense(1)])
    model.compile("sgd", "mse")
    found = glassbox(model, np.ones((2, 2)), np.ones((2, 1)))
    assert "train_step of its own" in found.text()
    assert "train_step of its own" in found.html()


def test_an_op_of_ones_own_shows_its_docstring_and_numbers():
    from edukeras.autodiff import op

    @op
    def cube(x):
        """x * x * x, element by element."""
        return x**3, lambda grad, need: (3 * x * x * grad,)

    inputs = keras.Input((2,))
    model = keras.Model(
        inputs, layers.Lambda(cube, name="cubes")(layers.Dense(2)(inputs))
    )
    model.compile("sgd", "mse")
    found = glassbox(model, np.ones((2, 2)), np.ones((2, 2)), unit=1)
    step = found.step("forward", "cubes")
    assert step.explanation.meaning == "x * x * x, element by element."
    assert found.step("check").values["error"] < 1e-3


def test_a_layer_of_very_many_ops_is_one_step():
    found = glassbox(*compiled("recurrent"))
    steps = [step for step in found.of_phase("forward") if step.layer == "lstm"]
    assert len(steps) == 1
    assert "ops" in steps[0].op
    back = found.step("backward", "lstm").values
    paths = {slot: value.name for slot, value in found.recording.weights.items()}
    for slot, path in paths.items():
        if path in back:
            np.testing.assert_allclose(
                back[path], found.recording.updates[slot].gradient, rtol=1e-5
            )
    assert sum(path in back for path in paths.values()) == 3


def test_an_autoregressive_op_behind_stop_gradient_is_a_constant_in_the_check():
    inputs = keras.Input((2,))
    hidden = layers.Dense(2, name="hidden")(inputs)
    hidden = hidden * layers.Lambda(ops.stop_gradient)(hidden)
    model = keras.Model(inputs, layers.Dense(1)(hidden))
    model.compile("sgd", "mse")
    found = glassbox(model, np.ones((2, 2)), np.ones((2, 1)))
    assert found.step("check").values["error"] < 1e-3


# -- how it shows itself ------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_text_and_html_of_every_model(name):
    found = glassbox(*compiled(name), sample=SAMPLES - 1)
    text = found.text()
    assert max(map(len, text.splitlines())) <= 100
    assert glassbox(*compiled(name), sample=SAMPLES - 1).text() == text
    html = found.html()
    check(html)
    assert "nan" not in text
    assert html.count("<details>") == len(found.steps)
    phases = [step.phase for step in found.steps]
    assert sorted(set(phases), key=phases.index) == [
        "forward", "loss", "backward", "check", "update",
    ]  # fmt: skip
    for step in found.steps:
        assert step.result


def test_the_text_of_a_small_step_by_heart(model):
    model.compile(keras.optimizers.SGD(0.5), "mse")
    # hidden: relu(1*1 + 2*0.5) = 2, relu(-1 + 0.25) = 0; out: 2*2 + 1 = 5
    found = glassbox(model, np.array([[1.0, 2.0]]), np.array([[4.0]]))
    assert found.text().splitlines()[:28] == [
        'One training step of "tiny"',
        "batch: samples 0 to 0 of 1; followed: sample 0",
        "",
        "loss of the batch: 1",
        "after the step: 16",  # much too large a step: hidden is dead, out is 0
        "followed weight: hidden/kernel[1, 0]",
        "its gradient: 8",
        "before → after: 0.5 → -3.5",
        "",
        "Forward: what the model makes of the sample",
        "  hidden: dense, unit 0",
        "      z = w1*x1 + w2*x2 + ... + b;  a = relu(z) = max(0, z)",
        "      z = 1*1 + 0.5*2 + 0 = 2",
        "      a = relu(2) = 2",
        "  out: dense, unit 0",
        "      z = w1*x1 + w2*x2 + ... + b",
        "      z = 2*2 + (-2)*0 + 1 = 5",
        "",
        "Loss: how wrong that is",
        "  loss: mean of squares",
        "      loss = mean((y - target)**2)",
        "      error 0 = 5 - 4 = 1",
        "      loss = (5 - 4)**2 = 1",
        "  loss: mean over the batch",
        "      L = (loss of sample 0 + loss of sample 1 + ...) / n",
        "      L = 1 / 1 = 1",
        "",
        "Backward: what each number has to do with it",
    ]
    assert "      w_new = 0.5 - 0.5*8 = -3.5" in found.text()


def test_results_are_in_sight_and_the_rest_is_folded(box):
    html = box.html()
    summary = html.split("<summary", 1)[1].split("</summary>")[0]
    assert "hidden" in summary
    assert "relu(" in summary
    body = html.split("</summary>", 1)[1].split("</details>")[0]
    assert "The largest products" in body


def test_names_of_layers_are_escaped():
    model = keras.Sequential([keras.Input((2,)), layers.Dense(1, name="<b>&")])
    model.compile("sgd", "mse")
    html = glassbox(model, np.ones((1, 2)), np.ones((1, 1))).html()
    check(html)
    assert "&lt;b&gt;&amp;" in html


def test_a_step_that_is_not_there_is_an_error(box):
    assert isinstance(box, GlassBox)
    with pytest.raises(LookupError, match="'forward' with layer='nowhere'"):
        box.step("forward", "nowhere")


def test_numbers_that_went_wrong_are_shown_too():
    model, x, y = compiled("dense")
    model.layers[0].kernel.assign(np.full((4, 5), np.inf))
    found = glassbox(model, x, y)
    assert "nan" in found.text() or "inf" in found.text()
    check(found.html())


def test_the_labels_are_not_steps(box):
    assert all(step.op != "cast" for step in box.steps)
    assert any(record.name == "cast" for record in box.recording.records)
