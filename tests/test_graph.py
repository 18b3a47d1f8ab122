import numpy as np
import pytest

from edukeras import ops
from edukeras.errors import GraphError
from edukeras.graph import (
    Graph,
    Node,
    Operation,
    auto_name,
    forget_names,
    infer_outputs,
    snake_case,
)
from edukeras.layers import Dense, Input
from edukeras.tensor import KerasTensor, Tensor


def symbol(shape=(None, 3), name="x"):
    """A symbolic input, as keras.Input makes it."""
    tensor = KerasTensor(shape, name=name)
    Node(Operation(name), (), {}, tensor)
    return tensor


class Times(Operation):
    """A layer in miniature: multiplies by a number."""

    def __init__(self, factor, name=None):
        super().__init__(name)
        self.factor = factor
        self.calls = 0

    def __call__(self, x):
        if isinstance(x, KerasTensor):
            y = KerasTensor(x.shape, x.dtype)
            Node(self, (x,), {}, y)
            return y
        self.calls += 1
        return x * self.factor


def run(graph, *values):
    return [np.asarray(y).tolist() for y in graph.run([Tensor(v) for v in values])]


# -- names --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Dense", "dense"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("MaxPooling1D", "max_pooling1d"),
        ("LSTM", "lstm"),
        ("MyRNNCell", "my_rnn_cell"),
    ],
)
def test_default_names_follow_keras(name, expected):
    assert snake_case(name) == expected


def test_names_are_counted_until_forgotten():
    forget_names()
    assert [auto_name("dense") for _ in range(3)] == ["dense", "dense_1", "dense_2"]
    forget_names()
    assert auto_name("dense") == "dense"


def test_an_op_in_a_graph_has_the_name_of_the_op():
    forget_names()
    a = symbol()
    assert ops.add(a, a).name == "add"
    assert ops.concatenate([a, a], axis=1).name == "concatenate"


# -- shapes -------------------------------------------------------------------


def test_what_changes_with_the_batch_size_is_unknown():
    x = KerasTensor((None, 4, None))
    assert infer_outputs(ops.transpose, (x,), {}).shape == (None, 4, None)
    assert infer_outputs(ops.sum, (x,), {"axis": -1}).shape == (None, 4)
    assert ops.reshape(x, (-1, 2)).shape == (None, 2)


def test_several_outputs_and_dtypes():
    values, indices = ops.top_k(KerasTensor((None, 5)), k=2)
    assert (values.shape, indices.shape) == ((None, 2), (None, 2))
    assert (values.dtype, indices.dtype) == ("float32", "int32")


def test_the_batch_size_that_shape_gives_may_be_used_in_reshape():
    x = KerasTensor((None, 4, 3))
    assert ops.reshape(x, (ops.shape(x)[0], 12)).shape == (None, 12)
    assert ops.reshape(x, (ops.shape(x)[0], -1)).shape == (None, 12)


def test_wrong_shapes_fail_when_the_op_is_called():
    with pytest.raises(ValueError, match="matmul multiplies rows by columns"):
        ops.matmul(KerasTensor((None, 4)), np.ones((3, 5)))


# -- order --------------------------------------------------------------------


def test_a_graph_computes_its_outputs():
    a, b = symbol(name="a"), symbol(name="b")
    graph = Graph([a, b], [a * 2 + b, ops.sum(b)])
    assert run(graph, [[1, 2, 3]], [[1, 1, 1]]) == [[[3, 5, 7]], 3]


def test_tensors_in_lists_and_keyword_arguments_are_found():
    a, b = symbol(name="a"), symbol(name="b")
    joined = ops.concatenate([a, ops.multiply(x1=b, x2=2)], axis=1)
    assert run(Graph([a, b], [joined]), [[1, 2, 3]], [[4, 5, 6]]) == [
        [[1, 2, 3, 8, 10, 12]]
    ]


def test_an_input_may_be_an_output():
    a = symbol()
    assert run(Graph([a], [a, a * 2]), [[1, 2, 3]]) == [[[1, 2, 3]], [[2, 4, 6]]]


def test_a_graph_may_start_in_the_middle():
    a = symbol(name="a")
    middle = a * 2
    assert run(Graph([middle], [middle + 1]), [[1, 2, 3]]) == [[[2, 3, 4]]]


def test_an_input_that_no_output_uses_belongs_to_the_graph():
    a, b = symbol(name="a"), symbol(name="b")
    graph = Graph([a, b], [a * 2])
    assert {"a", "b"} <= {operation.name for operation in graph.operations}
    assert run(graph, [[1, 2, 3]], [[9, 9, 9]]) == [[[2, 4, 6]]]


def test_a_shared_operation_runs_once_per_call():
    a, b = symbol(name="a"), symbol(name="b")
    double = Times(2)
    graph = Graph([a, b], [double(a) + double(b)])
    assert graph.operations.count(double) == 1
    assert run(graph, [[1, 2, 3]], [[10, 20, 30]]) == [[[22, 44, 66]]]
    assert double.calls == 2


def test_calls_that_the_outputs_do_not_need_are_left_out():
    a = symbol()
    used, unused = Times(2), Times(3)
    y = used(a)
    unused(a)
    graph = Graph([a], [y])
    assert unused not in graph.operations
    run(graph, [[1, 2, 3]])
    assert (used.calls, unused.calls) == (1, 0)


def test_operations_are_sorted_by_distance_from_the_outputs():
    a = symbol(name="a")
    first, second, third, side = (Times(i, name=f"times_{i}") for i in range(4))
    x = third(second(first(a)))
    graph = Graph([a], [x + side(a)])
    names = [operation.name for operation in graph.operations]
    assert names[:3] == ["a", "times_0", "times_1"]
    assert set(names[3:5]) == {"times_2", "times_3"}
    assert names[5].startswith("add")


def test_a_shared_operation_stands_where_it_is_farthest():
    a = symbol(name="a")
    shared, other = Times(2, name="shared"), Times(3, name="other")
    graph = Graph([a], [shared(other(shared(a)))])
    assert [operation.name for operation in graph.operations] == [
        "a",
        "shared",
        "other",
    ]


# -- errors -------------------------------------------------------------------


def test_a_disconnected_graph_names_the_missing_input():
    a, b = symbol(name="a"), symbol(name="b")
    with pytest.raises(GraphError, match=r'also need "b".*inputs \[\'a\'\]'):
        Graph([a], [a + b])


def test_a_tensor_from_nowhere_is_explained():
    a = symbol()
    with pytest.raises(GraphError, match=r"keras\.Input"):
        Graph([a], [KerasTensor((None, 3))])


def test_a_reshape_that_needs_a_divisible_batch_is_inferred():
    x = KerasTensor((None, 6))
    assert ops.reshape(x, (-1, 4)).shape == (None, 4)


def test_an_input_that_no_output_uses_comes_before_the_layers_of_its_depth():
    model_input, unused = Input((2,), name="i"), Input((2,), name="unused")
    layer = Dense(2, name="d")
    graph = Graph([model_input, unused], [layer(model_input)])
    assert [operation.name for operation in graph.operations] == ["i", "unused", "d"]
