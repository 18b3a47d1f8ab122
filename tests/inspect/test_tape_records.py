import numpy as np
import pytest

import edukeras as keras
from edukeras import layers, ops
from edukeras.autodiff import GradientTape
from edukeras.inspect import tape_records
from edukeras.tensor import Tensor, Variable
from tests.inspect.sanitiser import check


@pytest.fixture
def tape():
    """A dense layer by hand: relu(x @ w + b), and its squared error."""
    x, target = Tensor(np.ones((4, 3))), Tensor(np.zeros((4, 2)))
    w, b = Variable(np.ones((3, 2)), name="w"), Variable(np.ones(2), name="b")
    with GradientTape(persistent=True) as opened:
        y = ops.relu(x @ w + b)
        opened.loss = ops.mean((y - target) ** 2.0)
    return opened


def test_each_op_has_a_row_with_what_went_in_and_came_out(tape):
    assert tape_records(tape).text().splitlines() == [
        "    op        inputs                      result      gradients go to",
        "#0  matmul    constant (4, 3), w (3, 2)   (4, 2)      w",
        "#1  add       #0 (4, 2), b (2,)           (4, 2)      #0, b",
        "#2  relu      #1 (4, 2)                   (4, 2)      #1",
        "#3  subtract  #2 (4, 2), constant (4, 2)  (4, 2)      #2",
        "#4  power     #3 (4, 2), 2.0              (4, 2)      #3",
        "#5  mean      #4 (4, 2)                   one number  #4",
    ]


def test_the_html_has_a_drawing_of_the_ops(tape):
    html = tape_records(tape).html()
    (picture,) = check(html)
    assert "matmul, add, relu, subtract, power, mean" in picture["alt"]
    drawing, _ = tape_records(tape).drawing()
    assert drawing.count("<rect") == 1 + 6 + 2  # the paper, six ops, two weights
    assert drawing.count("<polyline") == 7


def test_looking_does_not_use_the_tape_up():
    x = Variable(2.0)
    with GradientTape() as tape:
        y = x * x
    tape_records(tape).html()
    assert float(tape.gradient(y, x)) == 4.0
    assert "No records." in tape_records(tape).text()
    check(tape_records(tape).html())


def test_watched_tensors_and_ops_with_several_results_have_names():
    a, b = Tensor([1.0, 2.0]), Tensor([3.0, 4.0])
    with GradientTape() as tape:
        tape.watch([a, b])
        first, second = ops.split(a * b, 2)
        second + first
    inputs = [record.inputs for record in tape_records(tape).records]
    assert inputs[0] == ("watched", "watched 2")
    assert len(inputs[-1]) == 2
    assert all(name.startswith("#") for name in inputs[-1])
    check(tape_records(tape).html())


def test_the_tape_of_a_model_names_its_weights():
    model = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="out")], name="m")
    with GradientTape() as tape:
        model(np.ones((4, 3)))
    (record,) = tape_records(tape).records
    assert record.inputs[1:] == ("m/out/kernel", "m/out/bias")


def test_a_very_long_tape_is_cut():
    x = Variable(1.0)
    with GradientTape() as tape:
        y = x
        for _ in range(300):
            y = y + 1.0
    text = tape_records(tape).text()
    assert text.splitlines()[-1] == "... 100 more records"
    assert max(map(len, text.splitlines())) <= 100
    assert check(tape_records(tape).html()) == []  # and not drawn


def test_something_else_is_no_tape():
    with pytest.raises(TypeError, match="GradientTape"):
        tape_records([1, 2])
