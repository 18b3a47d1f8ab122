"""Errors in words, and the pipeline with the joint that does not fit."""

import numpy as np
import pytest

import edukeras as keras
from edukeras import layers
from edukeras.inspect import explain_error
from tests.inspect.sanitiser import check

RNG = np.random.default_rng(0)
X = RNG.normal(size=(50, 4)).astype("float32")
Y = np.arange(50) % 3


def classifier(loss="sparse_categorical_crossentropy", shape=(4,)):
    model = keras.Sequential(
        [
            keras.Input(shape, name="in"),
            layers.Dense(8, "relu", name="hidden"),
            layers.Dense(3, "softmax", name="out"),
        ]
    )
    model.compile("adam", loss)
    return model


def explained(action, **options):
    """The Explanation of what the action raises."""
    with pytest.raises(Exception) as error:  # noqa: PT011  (any is to be explained)
        action()
    explanation = explain_error(error.value, **options)
    for line in explanation.text().splitlines():
        assert len(line) <= 100
    check(explanation.html())
    return explanation


def shapes(explanation):
    return [(s.name, s.shape) for s in explanation.pipeline.stations]


# -- the guilty joint ---------------------------------------------------------


def test_targets_that_the_loss_cannot_compare():
    loss = "categorical_crossentropy"
    shown = explained(lambda: classifier(loss).fit(X, Y, verbose=0))
    assert shapes(shown) == [
        ("x", "(50, 4)"),
        ("in", "(None, 4)"),
        ("hidden", "(None, 8)"),
        ("out", "(None, 3)"),
        ("y", "(32,)"),
    ]
    assert shown.pipeline.guilty.name == "y"
    assert "✖ here: the loss compares (32, 3) with (32,)" in shown.text()
    assert [f.code for f in shown.findings] == ["EK005"]


def test_data_that_the_input_does_not_take():
    shown = explained(lambda: classifier(shape=(50, 4)).fit(X, Y, verbose=0))
    assert shown.pipeline.guilty.name == "in"
    assert shapes(shown)[0] == ("x", "(32, 4)")
    assert [f.code for f in shown.findings] == ["EK025"]


def test_one_sample_without_its_batch():
    shown = explained(lambda: classifier().predict(X[0], verbose=0))
    assert [f.code for f in shown.findings] == ["EK026"]


def test_a_layer_that_a_sequential_cannot_connect():
    def build():
        keras.Sequential(
            [
                keras.Input((28, 28), name="in"),
                layers.Conv2D(8, 3, name="conv"),
                layers.Flatten(name="flat"),
            ]
        )

    shown = explained(build)
    assert shapes(shown) == [("in", "(None, 28, 28)"), ("conv", "?"), ("flat", "")]
    assert shown.pipeline.guilty.name == "conv"
    assert not shown.pipeline.stations[2].reached
    assert shown.fix.startswith("layers.Reshape((28, 28, 1))")


def test_a_recurrent_layer_after_one_that_gives_its_last_step():
    def build():
        inputs = keras.Input((10, 3), name="in")
        layers.GRU(4, name="second")(layers.LSTM(6, name="first")(inputs))

    shown = explained(build)
    assert shapes(shown) == [
        ("in", "(None, 10, 3)"),
        ("first", "(None, 6)"),
        ("second", "?"),
    ]
    assert "LSTM(..., return_sequences=True)" in shown.fix


def test_a_layer_inside_a_subclass():
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.first = layers.Dense(4)
            self.second = layers.LSTM(3, name="lstm")

        def call(self, x):
            return self.second(self.first(x))

    model = Net()
    model.compile("adam", "mse")
    shown = explained(lambda: model.fit(X, Y, verbose=0))
    assert shown.pipeline.guilty.name == "lstm"
    assert shapes(shown)[0] == ("x", "(50, 4)")
    assert shown.where == "return self.second(self.first(x))"


def test_a_kernel_the_wrong_way_round():
    layer = classifier().layers[0]
    shown = explained(lambda: layer.set_weights([np.zeros((8, 4)), np.zeros(8)]))
    assert [f.code for f in shown.findings] == ["EK030"]
    assert "hidden.set_weights([kernel.T, bias])" in shown.text()


def test_labels_out_of_range():
    shown = explained(lambda: classifier().fit(X, Y + 1, verbose=0))
    assert [f.code for f in shown.findings] == ["EK007"]


def test_our_own_errors_bring_their_hint():
    shown = explained(lambda: keras.Sequential([layers.Dense(2)]).fit(X, Y))
    assert shown.kind == "NotCompiledError"
    assert shown.fix.startswith("call model.compile(")


# -- Python and NumPy ---------------------------------------------------------


def run(code, names=None):
    names = {"np": np, "keras": keras} if names is None else names
    return explained(lambda: exec(code, names), names=names, code=code)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("np.ones((4, 3)) + np.ones(4)", "Here 3 meets 4"),
        ("np.ones((4, 3)) + np.ones(4)", "b[:, None]"),
        ("np.ones((2, 3)) @ np.ones((2, 3))", "the last axis of a"),
        ("np.ones(6).reshape(4, 2)", "x.reshape(len(x), -1)"),
        ("bool(np.ones(2) == 1)", ".all()"),
        ("np.array(['a']).astype(float)", "text where a number"),
        ("a, b = [1, 2, 3]", "number of names on the left"),
        ("plot(3)", "cells run in the order"),
        ("plt.plot([1])", "import matplotlib.pyplot as plt"),
        ("images = 1\nimage", "images  # instead of image"),
        ("def f(x):\n    x + 1\nf(1) + 1", "return ...  # at the end of f"),
        ("def f(x):\n    x + 1\nf(1).shape", "return ...  # at the end of f"),
        ("keras.Input((4,)).shape[0] * 2", "(None, 4)"),
        ("list = [1]\nlist(range(3))", "no function"),
        ("len()", ""),
        ("(lambda a: a)()", "needs more than it was given"),
        ("(lambda a: a)(1, b=2)", "no argument of that name"),
        ("'n = ' + 3", "Text and numbers"),
        ("np.ones(3)[3]", "begin at 0"),
        ("np.ones(3)[0, 0]", "fewer axes"),
        ("{'a': 1}['b']", "no key 'b'"),
        ("import tensorflow_of_nobody", "is not installed here"),
        ("x = (1", "Python could not read line 1"),
        ("1 / 0", "below the line is 0"),
        ("open('no such file')", "folder of the notebook"),
        ("def f():\n    f()\nf()", "without end"),
        ("raise NotImplementedError()", "still to be written"),
        ("np.ones(3).reshpe(3)", "reshape"),
        ("raise RuntimeError('oh')", "oh"),
    ],
)
def test_errors_of_python_and_numpy_get_a_few_words(code, words):
    assert " ".join(words.split()) in " ".join(run(code).text().split())


def test_the_line_of_ones_own_code_is_shown():
    assert run("a = 1\nb = a / 0\n").where == "b = a / 0"


def test_the_traceback_is_folded_and_the_same_on_every_machine():
    shown = explained(lambda: classifier().fit(X, Y + 1, verbose=0))
    assert "<details>" in shown.html()
    assert any(line.startswith("edukeras/models/training.py:") for line in shown.frames)
    assert not any("/work" in line or "/home" in line for line in shown.frames[:-1])


def test_messages_are_escaped():
    shown = explained(lambda: exec("raise ValueError('<script>x</script>')"))
    assert "<script>" not in shown.html()
