"""GradientTape behaves as TensorFlow's."""

import threading

import numpy as np
import pytest

import edukeras as keras
from edukeras import ops
from edukeras.autodiff import GradientTape, op
from edukeras.errors import ShapeError
from edukeras.tensor import Tensor, Variable

# -- what a tape follows ------------------------------------------------------


def test_variables_are_followed_by_themselves():
    w, b = Variable([2.0, 3.0]), Variable(1.0)
    with GradientTape() as tape:
        loss = ops.sum(w * w + b)
    assert [g.tolist() for g in tape.gradient(loss, [w, b])] == [[4, 6], 2]


def test_other_tensors_are_followed_after_watch():
    x, y = Tensor([1.0, 2.0]), Tensor([1.0, 2.0])
    with GradientTape(persistent=True) as tape:
        tape.watch(x)
        z = x * y
    assert tape.gradient(z, x).tolist() == [1, 2]
    assert tape.gradient(z, y) is None


def test_watch_takes_nested_tensors_and_refuses_arrays():
    x, y = Tensor(1.0), Tensor(2.0)
    with GradientTape() as tape:
        tape.watch({"x": x, "rest": [y]})
        z = x * y
        with pytest.raises(ValueError, match=r"not ndarray.*convert_to_tensor"):
            tape.watch(np.ones(2))
    assert [g.item() for g in tape.gradient(z, [x, y])] == [2, 1]


def test_variables_that_are_not_trainable_are_not_followed():
    v = Variable(2.0, trainable=False)
    with GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v) is None


def test_without_watching_accessed_variables_only_watched_ones_have_gradients():
    v, w = Variable(2.0), Variable(3.0)
    with GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(w)
        y = v * w
    gradients = tape.gradient(y, [v, w])
    assert gradients[0] is None
    assert gradients[1].item() == 2


def test_ops_outside_the_tape_are_not_recorded():
    v = Variable(2.0)
    before = v * v
    with GradientTape() as tape:
        pass
    assert tape.gradient(before, v) is None
    assert tape.records == []


def test_nothing_is_recorded_without_variables():
    with GradientTape() as tape:
        ops.exp(Tensor([1.0])) * 2
    assert tape.records == []


# -- targets and sources ------------------------------------------------------


def test_gradient_of_unused_input_is_none():
    v, unused = Variable(2.0), Variable(3.0)
    with GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, {"v": v, "unused": unused})["unused"] is None


def test_gradients_come_in_the_nesting_of_the_sources():
    a, b, c = Variable(1.0), Variable(2.0), Variable(3.0)
    with GradientTape() as tape:
        y = a * b * c
    gradients = tape.gradient(y, {"first": a, "others": (b, [c])})
    assert gradients["first"].item() == 6
    assert gradients["others"][0].item() == 3
    assert gradients["others"][1][0].item() == 2


def test_several_targets_add_up():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * v
        z = y * 2  # y is both a target and on the way to another
    assert tape.gradient([y, z], v).item() == 6 + 12


def test_a_target_with_axes_counts_as_its_sum():
    v = Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v).tolist() == [2, 4]


def test_output_gradients_are_where_it_starts():
    v = Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, v, output_gradients=[10.0, 1.0]).tolist() == [20, 4]


def test_gradient_of_a_variable_by_itself_is_one():
    v = Variable([5.0])
    with GradientTape() as tape:
        pass
    assert tape.gradient(v, v).tolist() == [1]


def test_gradients_of_values_on_the_way():
    v = Variable(3.0)
    with GradientTape() as tape:
        middle = v * v
        y = middle * 5
    by_middle, by_v = tape.gradient(y, [middle, v])
    assert (by_middle.item(), by_v.item()) == (5, 30)


def test_a_target_that_is_no_tensor_is_explained():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * v
    with pytest.raises(ValueError, match=r"not float.*with GradientTape"):
        tape.gradient(float(y), v)


# -- several uses -------------------------------------------------------------


def test_gradients_of_a_value_used_twice_add_up():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * v + v * 4 + v
    assert tape.gradient(y, v).item() == 6 + 4 + 1


def test_a_tape_is_used_up_by_its_first_gradient():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * v
    tape.gradient(y, v)
    with pytest.raises(RuntimeError, match="persistent=True"):
        tape.gradient(y, v)


def test_a_persistent_tape_gives_the_same_again():
    v = Variable(3.0)
    with GradientTape(persistent=True) as tape:
        y = v * v
        z = y * y
    assert tape.gradient(z, v).item() == 108
    assert tape.gradient(y, v).item() == 6
    assert tape.gradient(z, v).item() == 108


def test_gradient_may_be_asked_for_inside_the_with():
    v = Variable(3.0)
    with GradientTape(persistent=True) as tape:
        y = v * v
        assert tape.gradient(y, v).item() == 6


def test_nested_tapes_each_record():
    v, w = Variable(3.0), Variable(5.0)
    with GradientTape() as outer:
        y = v * w
        with GradientTape() as inner:
            z = v * v
        total = y + z
    assert inner.gradient(z, v).item() == 6
    assert outer.gradient(total, [v, w])[0].item() == 5 + 6
    assert len(inner.records) == 0


def test_a_tape_in_another_thread_does_not_record_ours():
    v = Variable(3.0)
    records = []

    def work():
        with GradientTape() as other:
            entered.set()
            recorded.wait(5)
        records.append(len(other.records))

    entered, recorded = threading.Event(), threading.Event()
    thread = threading.Thread(target=work)
    thread.start()
    assert entered.wait(5)
    v * v
    recorded.set()
    thread.join()
    assert records == [0]


def test_a_later_change_of_a_variable_does_not_disturb_other_sources():
    v, w = Variable([2.0]), Variable([3.0])
    with GradientTape() as tape:
        y = ops.exp(v) + w
    v.assign([0.0])
    np.testing.assert_allclose(tape.gradient(y, v).numpy(), np.exp([2.0]), rtol=1e-6)


# -- special gradients --------------------------------------------------------


def test_stop_gradient():
    v = Variable(3.0)
    with GradientTape() as tape:
        y = v * ops.stop_gradient(v)
    assert tape.gradient(y, v).item() == 3


def test_custom_gradient_replaces_the_real_one():
    @ops.custom_gradient
    def clipped(x):
        return x * 100.0, lambda upstream: upstream * 1.0

    v = Variable([1.0, 2.0])
    with GradientTape() as tape:
        y = ops.sum(clipped(v) * 3.0)
    assert y.item() == 900
    assert tape.gradient(y, v).tolist() == [3, 3]


def test_custom_gradient_of_two_inputs():
    @ops.custom_gradient
    def product(a, b):
        return a * b, lambda upstream: (upstream * b, upstream * a * 10.0)

    a, b = Variable(2.0), Variable(5.0)
    with GradientTape() as tape:
        y = product(a, b)
    assert [g.item() for g in tape.gradient(y, [a, b])] == [5, 20]


def test_gradients_sum_over_broadcast_axes():
    v = Variable(np.ones((3, 1)))
    with GradientTape() as tape:
        y = ops.sum(v * np.arange(8.0).reshape(2, 1, 4))
    np.testing.assert_array_equal(tape.gradient(y, v).numpy(), [[28.0]] * 3)


def test_gradients_have_the_dtype_of_their_source():
    half, single = Variable(np.ones(2, np.float16)), Variable(np.ones(2, np.float32))
    with GradientTape() as tape:
        y = ops.sum(half * single)
    assert [g.dtype for g in tape.gradient(y, [half, single])] == ["float16", "float32"]


def test_unused_outputs_of_an_op_have_no_gradient():
    x = Variable(np.array([[3.0, 1.0], [1.0, 2.0]]))
    with GradientTape() as tape:
        values, _ = ops.eigh(x)
        y = ops.sum(values)  # the trace
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), np.eye(2), atol=1e-12)


# -- the decorator ------------------------------------------------------------


@op
def scaled(x, y, *, factor=2.0, shift=0.0):
    """factor * x * y + shift"""
    z = factor * x * y + shift
    return z, lambda grad, need: (factor * grad * y, factor * grad * x)


def test_options_may_be_given_by_position_and_inputs_by_name():
    x, y = np.float32([1, 2]), np.float32([3, 4])
    assert scaled(x, y, 3.0).tolist() == [9, 24]
    assert scaled(x, y=y, shift=1.0).tolist() == [7, 17]
    assert scaled(shift=1.0, y=y, x=x, factor=1.0).tolist() == [4, 9]


def test_wrong_arguments_are_reported_with_the_signature():
    with pytest.raises(
        TypeError, match=r"ops\.scaled\(x, y, factor=2\.0, shift=0\.0\)"
    ):
        scaled(1.0)


def test_the_array_form_stays_reachable():
    output, backward = scaled.arrays(np.ones(2), np.ones(2))
    assert type(output) is np.ndarray
    assert backward(np.ones(2), (True, True))[0].tolist() == [2, 2]


def test_shapes_that_do_not_fit_are_named_with_the_op():
    with pytest.raises(ShapeError, match=r"ops\.add.*\(2, 3\) and \(4,\)"):
        ops.add(np.ones((2, 3)), np.ones(4))


# -- only what this tape follows ----------------------------------------------


def test_watching_ends_with_the_tape():
    """A tensor that was watched once had gradients from all later tapes."""
    x = Tensor([3.0])
    with GradientTape() as first:
        first.watch(x)
        y = x * x
    with GradientTape() as second:
        z = x * x * y
    assert float(first.gradient(y, x)[0]) == 6.0
    assert second.gradient(z, [x, y]) == [None, None]
    assert not x.traced


def test_watching_a_frozen_variable_ends_with_the_tape():
    v = Variable([3.0], trainable=False)
    with GradientTape() as first:
        first.watch(v)
        y = v * v
    with GradientTape() as second:
        z = v * v
    assert float(first.gradient(y, v)[0]) == 6.0
    assert second.gradient(z, v) is None


def test_an_inner_tape_that_watches_leaves_the_outer_one_watching():
    x = Tensor([3.0])
    with GradientTape() as outer:
        outer.watch(x)
        with GradientTape() as inner:
            inner.watch(x)
            a = x * x
        b = x * x * x
    assert float(inner.gradient(a, x)[0]) == 6.0
    assert float(outer.gradient(b, x)[0]) == 27.0


def test_what_the_tape_has_made_has_a_gradient():
    v = Variable([3.0])
    with GradientTape() as tape:
        h = v * 2
        y = h * h
    assert float(tape.gradient(y, h)[0]) == 12.0


# -- NumPy's functions --------------------------------------------------------

NUMPY_CALLS = {
    "mean": lambda x: np.mean(x, axis=1, keepdims=True),
    "concatenate": lambda x: np.concatenate([x, 2 * x], axis=0),
    "stack": lambda x: np.stack([x, x * x]),
    "sum": lambda x: np.sum(x, axis=0),
    "max": lambda x: np.max(x),
    "dot": lambda x: np.dot(x, np.ones((3, 2))),
    "reshape": lambda x: np.reshape(x, (3, 2)) ** 2,
    "where": lambda x: np.where(np.asarray(x) > 2.5, x, 3 * x),
    "clip": lambda x: np.clip(x, 1.5, 4.5),
    "norm": lambda x: np.linalg.norm(x, axis=1),
    "einsum": lambda x: np.einsum("ij,kj->ik", x, x),
    "transpose": lambda x: np.transpose(x) @ np.ones((2, 1)),
    "std": lambda x: np.std(x, axis=0),
}


@pytest.mark.parametrize("call", NUMPY_CALLS.values(), ids=NUMPY_CALLS)
def test_numpy_functions_keep_the_gradient(call):
    """They returned arrays, and gradients through them were None without a word."""
    values = np.arange(1.0, 7.0).reshape(2, 3)
    x = Variable(values, dtype="float64")
    with GradientTape() as tape:
        y = call(x)
        loss = ops.sum(y * y)
    np.testing.assert_allclose(y, call(values))  # NumPy on arrays
    found = np.asarray(tape.gradient(loss, x))
    step, expected = 1e-6, np.zeros_like(values)
    for i in np.ndindex(values.shape):
        ends = []
        for sign in (1, -1):
            moved = values.copy()
            moved[i] += sign * step
            ends.append(np.sum(call(moved) ** 2))
        expected[i] = (ends[0] - ends[1]) / (2 * step)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_outside_of_tapes_numpy_functions_return_numpy_values():
    x = Variable([1.0, 2.0])
    assert type(np.mean(x)) is np.float32
    assert type(np.concatenate([x, x])) is np.ndarray
    with GradientTape():
        assert type(np.mean(Tensor([1.0]))) is np.float32  # not followed
        assert np.argmax(x) == 1
        assert np.shape(x) == (2,)


def test_a_numpy_function_without_an_op_says_where_the_gradient_ends():
    x = Variable([1.0, 2.0])
    with GradientTape():
        with pytest.raises(ValueError, match=r"np\.interp is no op.*x\.numpy\(\)"):
            np.interp(x, [0.0, 1.0], [0.0, 2.0])
        np.interp(x.numpy(), [0.0, 1.0], [0.0, 2.0])


def test_numpy_functions_on_symbolic_tensors_are_ops():
    x = keras.Input((3,))
    model = keras.Model(x, np.concatenate([x, np.sum(x, axis=1, keepdims=True)], -1))
    assert model.predict([[1.0, 2.0, 3.0]], verbose=0).tolist() == [[1, 2, 3, 6]]


def test_numpy_tells_the_shape_of_every_tensor():
    for x in (keras.Input((3, 4)), Tensor(np.zeros((2, 3, 4)), traced=True)):
        assert np.shape(x) == tuple(x.shape)
        assert np.ndim(x) == 3
