"""Every compiled kernel against its NumPy twin, and both against independent numbers.

CASES is the one table: each kernel with its arrays and options. It drives both dtypes,
four memory layouts and five sizes, one of them with a single row and one with none.
"""

import math
from importlib import import_module

import numpy as np
import pytest

from edukeras import kernels
from edukeras.reference.dense import ACTIVATIONS

COMPILED = kernels.info().kind == "compiled"
KINDS = ["reference", "compiled"] if COMPILED else ["reference"]
needs_compiled = pytest.mark.skipif(not COMPILED, reason="no compiled kernels here")

TOLERANCES = {
    "float32": {"rtol": 1e-5, "atol": 1e-5},
    "float64": {"rtol": 1e-12, "atol": 1e-13},
}
LAYOUTS = ["contiguous", "strided", "turned", "read-only"]

# Sizes of the axes. 33 and 20 fill SIMD registers and leave a rest.
SIZES = {
    "some rows": {"B": 5, "C": 7, "M": 4, "H": 3, "W": 2},
    "many rows": {"B": 33, "C": 20, "M": 17, "H": 5, "W": 9},
    "one row": {"B": 1, "C": 7, "M": 4, "H": 3, "W": 1},
    "one column": {"B": 6, "C": 1, "M": 1, "H": 1, "W": 1},
    "no rows": {"B": 0, "C": 7, "M": 4, "H": 3, "W": 2},
}
for axes in SIZES.values():
    axes.update(K=3, L=2, T=4, S=5)  # two windows, time steps, states
    axes.update(R=3 * axes["M"], G=4 * axes["M"])  # kernels of three and four parts
# With windows K and L, these keep the size of images.
KL = ((1, 1), (0, 1))

ALL = (True, True, True)  # dense_backward: the gradients of x, kernel and bias
EPSILON = 0.01  # for probabilities, so large that some of them are clipped

# Kernel; its arrays, each by content and axes, or None for an absent one; its options.
CASES = [
    ("relu", ["normal BC"], ()),
    ("relu_backward", ["normal BC", "normal BC"], ()),
    ("leaky_relu", ["normal BC"], (0.2,)),
    ("leaky_relu_backward", ["normal BC", "normal BC"], (0.2,)),
    ("sigmoid", ["normal BC"], ()),
    ("sigmoid", ["normal BHWC"], ()),
    ("sigmoid_backward", ["normal BC", "unit BC"], ()),
    ("tanh", ["normal BC"], ()),
    ("tanh_backward", ["normal BC", "unit BC"], ()),
    ("elu", ["normal BC"], (1.0,)),
    ("elu", ["normal BC"], (0.3,)),
    ("elu_backward", ["normal BC", "normal BC"], (0.3,)),
    ("selu", ["normal BC"], ()),
    ("selu_backward", ["normal BC", "normal BC"], ()),
    ("softplus", ["normal BC"], ()),
    ("softplus_backward", ["normal BC", "unit BC"], ()),
    ("softsign", ["normal BC"], ()),
    ("softsign_backward", ["normal BC", "unit BC"], ()),
    ("exponential", ["normal BC"], ()),
    ("exponential_backward", ["normal BC", "unit BC"], ()),
    ("silu", ["normal BC"], ()),
    ("silu_backward", ["normal BC", "normal BC"], ()),
    ("gelu", ["normal BC"], (True,)),
    ("gelu", ["normal BC"], (False,)),
    ("gelu_backward", ["normal BC", "normal BC"], (True,)),
    ("gelu_backward", ["normal BC", "normal BC"], (False,)),
    ("softmax", ["normal BC"], ()),
    ("softmax", ["normal BHWC"], ()),
    ("softmax_backward", ["normal BC", "unit BC"], ()),
    ("log_softmax", ["normal BC"], ()),
    ("log_softmax_backward", ["normal BC", "normal BC"], ()),
    ("matmul", ["normal BC", "normal CM"], ()),
    ("matmul", ["normal CB", "normal CM"], (True, False)),
    ("matmul", ["normal BC", "normal MC"], (False, True)),
    ("matmul", ["normal CB", "normal MC"], (True, True)),
    ("matmul", ["normal MB", "normal BC"], ()),
    *[
        ("dense", ["normal BC", "normal CM", "normal M"], (activation,))
        for activation in ACTIVATIONS
    ],
    ("dense", ["normal BC", "normal CM", None], ("relu",)),
    *[
        (
            "dense_backward",
            ["normal BM", "normal BC", "normal CM", "unit BM"],
            (activation, ALL),
        )
        for activation in ACTIVATIONS
    ],
    *[
        (
            "dense_backward",
            ["normal BM", "normal BC", "normal CM", "unit BM"],
            ("tanh", need),
        )
        for need in [(True, False, False), (False, True, False), (False, False, True)]
    ],
    ("batchnorm_train", ["normal BC", "unit C", "normal C"], (-1, 1e-3)),
    ("batchnorm_train", ["normal BHWC", "unit C", "normal C"], (3, 1e-3)),
    ("batchnorm_train", ["normal BHWC", "unit H", None], (1, 1e-3)),
    ("batchnorm_train", ["normal BHWC", None, "normal B"], (0, 1e-3)),
    (
        "batchnorm_inference",
        ["normal BC", "unit C", "normal C", "normal C", "unit C"],
        (-1, 0.1),
    ),
    (
        "batchnorm_inference",
        ["normal BHW", None, None, "normal H", "unit H"],
        (-2, 0.1),
    ),
    (
        "batchnorm_backward",
        ["normal BC", "normal BC", "unit C", "normal C", "unit C"],
        (-1, 0.1),
    ),
    (
        "batchnorm_backward",
        ["normal BHW", "normal BHW", "unit H", "normal H", "unit H"],
        (1, 0.1),
    ),
    (
        "batchnorm_backward",
        ["normal BHW", "normal BHW", None, "normal W", "unit W"],
        (2, 0.1),
    ),
    ("softmax_crossentropy", ["normal BC", "unit BC"], ()),
    ("softmax_crossentropy", ["normal BC", "one-hot BC"], ()),
    ("softmax_crossentropy_backward", ["normal B", "unit BC", "unit BC"], ()),
    ("sparse_softmax_crossentropy", ["normal BC", "labels B"], ()),
    ("sparse_softmax_crossentropy_backward", ["normal B", "unit BC", "labels B"], ()),
    ("categorical_crossentropy", ["unit BC", "unit BC"], (EPSILON,)),
    ("categorical_crossentropy", ["unit BC", "one-hot BC"], (EPSILON,)),
    (
        "categorical_crossentropy_backward",
        ["normal B", "unit BC", "unit BC"],
        (EPSILON,),
    ),
    ("sparse_categorical_crossentropy", ["unit BC", "labels B"], (EPSILON,)),
    (
        "sparse_categorical_crossentropy_backward",
        ["normal B", "unit BC", "labels B"],
        (EPSILON,),
    ),
    ("sigmoid_binary_crossentropy", ["normal BC", "unit BC"], ()),
    ("sigmoid_binary_crossentropy_backward", ["normal BC", "normal BC", "unit BC"], ()),
    ("binary_crossentropy", ["unit BC", "one-hot BC"], (EPSILON,)),
    ("binary_crossentropy", ["unit BHW", "unit BHW"], (EPSILON,)),
    ("binary_crossentropy_backward", ["normal BC", "unit BC", "unit BC"], (EPSILON,)),
    *[
        ("conv", ["unit BHWC", "small KLCM", bias], ((1, 1), KL, (1, 1), activation))
        for bias in ("normal M", None)
        for activation in ("linear", "relu", "tanh")
    ],
    (
        "conv",
        ["unit BHWC", "small KLCM", "unit M"],
        ((2, 1), ((2, 2), (1, 1)), (1, 2), "relu"),
    ),
    ("conv", ["unit BWC", "small KCM", "unit M"], ((2,), ((2, 0),), (1,), "relu")),
    (
        "conv",
        ["unit BHWLC", "small KLLCM", None],
        ((1,) * 3, (*KL, (0, 0)), (1,) * 3, "linear"),
    ),
    *[
        (
            "conv_backward",
            ["unit BHWM", "unit BHWC", "small KLCM", "normal BHWM"],
            ((1, 1), KL, (1, 1), activation, need),
        )
        for activation, need in [
            ("relu", ALL),
            ("tanh", ALL),
            ("linear", (True, False, False)),
            ("linear", (False, True, False)),
            ("linear", (False, False, True)),
        ]
    ],
    (
        "conv_backward",
        ["unit BWM", "unit BWC", "small KCM", "normal BWM"],
        ((1,), ((4, 0),), (2,), "relu", ALL),
    ),
    ("max_pool", ["normal BHWC"], ((3, 2), (1, 1), KL)),
    ("max_pool", ["normal BHWC"], ((2, 2), (2, 2), ((0, 1), (1, 1)))),
    ("max_pool", ["normal BWC"], ((2,), (2,), ((0, 1),))),
    ("max_pool", ["normal BHWLC"], ((2, 1, 2), (1, 1, 1), ((1, 1), (0, 0), (1, 0)))),
    (
        "max_pool_backward",
        ["normal BHWC", "few BHWC", "few BHWC"],
        ((3, 2), (1, 1), KL),
    ),
    (
        "max_pool_backward",
        ["normal BWC", "few BWC", "few BWC"],
        ((3,), (1,), ((1, 1),)),
    ),
    ("average_pool", ["normal BHWC"], ((3, 2), (1, 1), KL)),
    ("average_pool", ["normal BWC"], ((2,), (2,), ((0, 1),))),
    ("average_pool_backward", ["normal BHWC", "normal BHWC"], ((3, 2), (1, 1), KL)),
    ("average_pool_backward", ["normal BWC", "normal BWC"], ((3,), (1,), ((1, 1),))),
    ("embedding", ["normal CM", "labels BH"], ()),
    ("embedding", ["normal CM", "labels B"], ()),
    ("embedding_backward", ["normal BHM", "labels BH"], (20,)),
    ("embedding_backward", ["normal BM", "labels B"], (20,)),
    ("simple_rnn", ["normal TBC", "small CM", "small MM", "normal M", "unit BM"], ()),
    ("simple_rnn", ["normal TBC", "small CM", "small MM", None, "unit BM"], ()),
    *[
        (
            "simple_rnn_backward",
            ["small TBM", "small TBC", "small CM", "small MM", "unit SBM"],
            (need_x,),
        )
        for need_x in (True, False)
    ],
    (
        "lstm",
        ["normal TBC", "small CG", "small MG", "normal G", "unit BM", "normal BM"],
        (),
    ),
    ("lstm", ["normal TBC", "small CG", "small MG", None, "unit BM", "normal BM"], ()),
    *[
        (
            "lstm_backward",
            ["small TBM", "small BM", "small TBC", "small CG", "small MG", "unit SBM"]
            + ["normal SBM", "unit TBG"],
            (need_x,),
        )
        for need_x in (True, False)
    ],
    (
        "gru",
        ["normal TBC", "small CR", "small MR", "normal R", "normal R", "unit BM"],
        (),
    ),
    ("gru", ["normal TBC", "small CR", "small MR", None, None, "unit BM"], ()),
    *[
        (
            "gru_backward",
            ["small TBM", "small TBC", "small CR", "small MR", "unit SBM", "unit TBG"],
            (need_x,),
        )
        for need_x in (True, False)
    ],
]

# These change their arrays, all but the gradient, which is the last one.
UPDATES = [
    ("sgd_update", ["normal CM", "normal CM"], (0.1,)),
    ("momentum_update", ["normal CM", "normal CM", "normal CM"], (0.1, 0.9, False)),
    ("momentum_update", ["normal CM", "normal CM", "normal CM"], (0.1, 0.9, True)),
    ("rmsprop_update", ["normal CM", "unit CM", "normal CM"], (0.1, 0.9, 1e-7)),
    (
        "adam_update",
        ["normal CM", "normal CM", "unit CM", "normal CM"],
        (0.1, 0.9, 0.999, 1e-7),
    ),
    ("sgd_update", ["normal B", "normal B"], (0.1,)),
    ("average_update", ["normal CM", "normal CM"], (0.9,)),
]

# These return a whole number.
COUNTS = [
    ("count_same_class", ["few BC", "few BC"]),
    ("count_same_class", ["one-hot BC", "unit BC"]),
    ("count_right_labels", ["labels B", "few BC"]),
]


def content(kind, shape, sizes, rng):
    if kind == "normal":
        return 2 * rng.normal(size=shape)
    if kind == "small":
        return 0.2 * rng.normal(size=shape)
    if kind == "few":  # many equal ones
        return rng.integers(3, size=shape) - 1.0
    if kind == "unit":  # from 0 to 1, both included
        return np.clip(1.1 * rng.random(shape) - 0.05, 0, 1)
    if kind == "labels":
        return rng.integers(sizes["C"], size=shape)
    assert kind == "one-hot"
    return np.eye(shape[-1])[rng.integers(shape[-1], size=shape[:-1])]


def make_arrays(descriptions, size, dtype):
    """The arrays of a case; the same ones each time."""
    rng = np.random.default_rng(0)
    arrays = []
    for description in descriptions:
        if description is None:
            arrays.append(None)
            continue
        kind, axes = description.split()
        array = content(kind, [SIZES[size][axis] for axis in axes], SIZES[size], rng)
        arrays.append(array if kind == "labels" else array.astype(dtype))
    return arrays


def in_layout(array, layout):
    """The same numbers, otherwise in memory."""
    if array is None:
        return None
    if layout == "strided":
        array = np.repeat(array, 2, axis=-1)[..., ::2]
    elif layout == "turned":
        array = np.asfortranarray(array)
    elif layout == "read-only":
        array = array.copy()
        array.flags.writeable = False
    return array


def function(kind, name):
    with kernels.using(kind):
        return getattr(kernels, name)


def as_tuple(result):
    return result if isinstance(result, tuple) else (result,)


def test_every_kernel_has_a_case():
    names = {
        name
        for family in kernels.FAMILIES
        for name in import_module(f"edukeras.reference.{family}").__all__
    }
    # dropout_mask takes no arrays and has its own tests.
    assert {case[0] for case in CASES + UPDATES + COUNTS} | {"dropout_mask"} == names


@needs_compiled
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "descriptions", "options"), CASES)
def test_kernel_equals_its_twin(name, descriptions, options, layout, dtype):
    kernel, twin = function("compiled", name), function("reference", name)
    assert kernel is not twin
    for size in SIZES:
        arrays = make_arrays(descriptions, size, dtype)
        if name == "batchnorm_train" and size == "no rows":
            continue  # the mean of nothing
        inputs = [in_layout(array, layout) for array in arrays]
        results = as_tuple(kernel(*inputs, *options))
        expected = as_tuple(twin(*arrays, *options))
        assert len(results) == len(expected)
        for result, right in zip(results, expected, strict=True):
            if right is None:
                assert result is None
                continue
            assert result.dtype == right.dtype == dtype
            assert result.shape == right.shape
            assert result.flags.c_contiguous
            assert not any(np.shares_memory(result, x) for x in inputs if x is not None)
            np.testing.assert_allclose(result, right, **TOLERANCES[dtype])
        for x, array in zip(inputs, arrays, strict=True):
            np.testing.assert_array_equal(x, array)  # the inputs are as they were


@needs_compiled
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "descriptions", "options"), UPDATES)
def test_update_equals_its_twin(name, descriptions, options, layout, dtype):
    for size in SIZES:
        ours = make_arrays(descriptions, size, dtype)
        theirs = make_arrays(descriptions, size, dtype)
        gradient = in_layout(ours[-1], layout)
        lists = [[array] for array in (*ours[:-1], gradient)]
        assert function("compiled", name)(*lists, *options) is None
        assert function("reference", name)(*([a] for a in theirs), *options) is None
        np.testing.assert_array_equal(gradient, theirs[-1])
        for mine, other in zip(ours, theirs, strict=True):
            np.testing.assert_allclose(mine, other, **TOLERANCES[dtype])


@needs_compiled
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("name", "descriptions"), COUNTS)
def test_count_equals_its_twin(name, descriptions, layout, dtype):
    for size in SIZES:
        arrays = make_arrays(descriptions, size, dtype)
        inputs = [in_layout(array, layout) for array in arrays]
        expected = function("reference", name)(*arrays)
        assert function("compiled", name)(*inputs) == expected
        assert type(expected) is int


@pytest.mark.parametrize("kind", KINDS)
def test_update_of_a_strided_variable_reaches_it(kind):
    memory = np.zeros((2, 6), "float32")
    ones = np.ones((2, 3), "float32")
    function(kind, "sgd_update")([memory[:, ::2]], [ones], 0.5)
    np.testing.assert_array_equal(memory, [[-0.5, 0] * 3] * 2)


@pytest.mark.parametrize("kind", KINDS)
def test_update_of_a_read_only_variable_is_refused(kind):
    variable = np.zeros(3)
    variable.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        function(kind, "sgd_update")([variable], [np.ones(3)], 0.5)


# --- what neither kernel handles itself -----------------------------------------------


@needs_compiled
@pytest.mark.parametrize("dtype", ["float16", "int64", ">f4", "longdouble"])
@pytest.mark.parametrize(
    ("name", "descriptions", "options"),
    [
        ("relu", ["normal BC"], ()),
        ("relu_backward", ["normal BC", "normal BC"], ()),
        ("softmax", ["normal BC"], ()),
        ("matmul", ["normal BC", "normal CM"], ()),
        ("dense", ["normal BC", "normal CM", "normal M"], ("tanh",)),
        (
            "batchnorm_inference",
            ["normal BC", None, None, "normal C", "unit C"],
            (-1, 0.1),
        ),
        ("softmax_crossentropy", ["normal BC", "one-hot BC"], ()),
        ("binary_crossentropy", ["unit BC", "one-hot BC"], (EPSILON,)),
        ("conv", ["unit BHWC", "unit KLCM", None], ((1, 1), KL, (1, 1), "relu")),
        ("max_pool", ["normal BHWC"], ((2, 2), (1, 1), KL)),
        ("embedding_backward", ["normal BM", "labels B"], (20,)),
    ],
)
def test_other_dtypes_go_to_the_twin(name, descriptions, options, dtype):
    arrays = make_arrays(descriptions, "some rows", dtype)
    result = as_tuple(function("compiled", name)(*arrays, *options))
    expected = as_tuple(function("reference", name)(*arrays, *options))
    for one, other in zip(result, expected, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", KINDS)
def test_mixed_dtypes_give_the_dtype_of_the_predictions(kind):
    logits, targets = np.ones((2, 3), "float32"), np.eye(3)[:2]  # float64
    loss, p = function(kind, "softmax_crossentropy")(logits, targets)
    assert loss.dtype == p.dtype == "float32"
    np.testing.assert_allclose(loss, math.log(3), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["matmul", "dense"])
def test_matrices_that_do_not_fit_are_refused(kind, name):
    options = (None, "relu") if name == "dense" else ()
    with pytest.raises(ValueError, match="mismatch"):
        function(kind, name)(np.ones((2, 3)), np.ones((4, 5)), *options)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("label", [-1, 3, 2**40])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("sparse_softmax_crossentropy", ()),
        ("sparse_categorical_crossentropy", (1e-7,)),
    ],
)
def test_label_out_of_range_is_refused(kind, label, name, options):
    x = np.full((2, 3), 0.5, "float32")
    labels = np.array([1, label])
    with pytest.raises(ValueError, match=f"Label {label} at position 1.*3 classes"):
        function(kind, name)(x, labels, *options)
    with pytest.raises(ValueError, match=f"Label {label} at position 1.*3 classes"):
        function(kind, f"{name}_backward")(np.ones(2, "float32"), x, labels, *options)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["int32", "int64"])
@pytest.mark.parametrize("number", [-1, 3, 2**30])
def test_number_without_a_row_is_refused(kind, number, dtype):
    ids = np.array([[1, number]], dtype)
    with pytest.raises(ValueError, match=rf"from 0 to 2\..*{number}"):
        function(kind, "embedding")(np.ones((3, 2)), ids)
    with pytest.raises(ValueError, match=rf"from 0 to 2\..*{number}"):
        function(kind, "embedding_backward")(np.ones((1, 2, 2)), ids, 3)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 16])
def test_convolution_in_several_blocks(kind, channels):
    # A block has at most 2**16 numbers and a million products.
    x = np.random.default_rng(0).random((7, 40, 41, channels))
    kernel = np.random.default_rng(1).random((3, 2, channels, 32))
    options = ((1, 1), ((1, 1), (0, 1)), (1, 1), "linear")
    y = function(kind, "conv")(x, kernel, None, *options)
    one_by_one = [
        function(kind, "conv")(x[i : i + 1], kernel, None, *options) for i in range(7)
    ]
    np.testing.assert_allclose(y, np.concatenate(one_by_one), rtol=1e-12)
    middle = np.einsum("bhwc,hwcf->bf", x[:, 19:22, 20:22], kernel)
    np.testing.assert_allclose(y[:, 20, 20], middle, rtol=1e-12)
    # The gradient of sum(y * grad) by the kernel, times the kernel, is that sum.
    grad = np.random.default_rng(2).random(y.shape)
    dx, dkernel, dbias = function(kind, "conv_backward")(
        grad, x, kernel, y, *options, ALL
    )
    np.testing.assert_allclose((dkernel * kernel).sum(), (grad * y).sum(), rtol=1e-10)
    np.testing.assert_allclose((dx * x).sum(), (grad * y).sum(), rtol=1e-10)
    np.testing.assert_allclose(dbias, grad.sum(axis=(0, 1, 2)), rtol=1e-10)


@pytest.mark.parametrize("kind", KINDS)
def test_too_few_labels_are_refused(kind):
    with pytest.raises(ValueError, match=r"one label per row.*\(3,\).*\(2,\)"):
        function(kind, "sparse_softmax_crossentropy")(np.ones((3, 4)), np.array([0, 1]))


@pytest.mark.parametrize("kind", KINDS)
def test_labels_of_another_integer_type(kind):
    logits = np.log(np.array([[0.25, 0.75], [0.5, 0.5]]))
    loss, _ = function(kind, "sparse_softmax_crossentropy")(
        logits, np.array([1, 0], "uint8")
    )
    np.testing.assert_allclose(loss, [-math.log(0.75), -math.log(0.5)])


# --- independent numbers --------------------------------------------------------------

# One number at a time, by the definition, with the math module.
FORMULAS = {
    "relu": lambda x: max(x, 0.0),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "tanh": math.tanh,
    "selu": lambda x: (
        1.0507009873554805 * (x if x > 0 else 1.6732632423543772 * math.expm1(x))
    ),
    "softplus": lambda x: math.log(1 + math.exp(x)),
    "softsign": lambda x: x / (1 + abs(x)),
    "exponential": math.exp,
    "silu": lambda x: x / (1 + math.exp(-x)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FORMULAS)
def test_activation_by_its_formula(kind, name):
    x = np.array([-3.0, -0.5, 0.0, 0.25, 4.0])
    expected = [FORMULAS[name](number) for number in x.tolist()]
    np.testing.assert_allclose(function(kind, name)(x), expected, rtol=1e-13)


@pytest.mark.parametrize("kind", KINDS)
def test_activations_with_options_by_hand(kind):
    x = np.array([-2.0, 3.0])
    np.testing.assert_allclose(function(kind, "leaky_relu")(x, 0.1), [-0.2, 3])
    np.testing.assert_allclose(
        function(kind, "elu")(x, 2.0), [2 * (math.exp(-2) - 1), 3], rtol=1e-13
    )
    # 3 * Phi(3) and -2 * Phi(-2), from a table of the normal distribution.
    np.testing.assert_allclose(
        function(kind, "gelu")(x, False), [-2 * 0.022750132, 3 * 0.998650102], rtol=1e-7
    )
    # The same by the formula of the approximation.
    inner = [math.sqrt(2 / math.pi) * (x + 0.044715 * x**3) for x in (-2, 3)]
    expected = [-1 * (1 + math.tanh(inner[0])), 1.5 * (1 + math.tanh(inner[1]))]
    np.testing.assert_allclose(function(kind, "gelu")(x, True), expected, rtol=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_softmax_by_hand(kind):
    x = np.log(np.array([[1.0, 2.0, 5.0]]))
    p = np.array([[0.125, 0.25, 0.625]])
    np.testing.assert_allclose(function(kind, "softmax")(x), p)
    np.testing.assert_allclose(function(kind, "log_softmax")(x), np.log(p))


@pytest.mark.parametrize("kind", KINDS)
def test_dense_by_hand(kind):
    x, w = np.array([[1.0, 2.0]]), np.array([[3.0, -1.0], [1.0, -2.0]])
    b = np.array([0.5, 1.0])
    y = function(kind, "dense")(x, w, b, "relu")  # of 5 + 0.5 and -5 + 1
    np.testing.assert_array_equal(y, [[5.5, 0]])
    backward = function(kind, "dense_backward")
    dx, dw, db = backward(np.array([[2.0, 7.0]]), x, w, y, "relu", ALL)
    np.testing.assert_array_equal(dx, [[6, 2]])
    np.testing.assert_array_equal(dw, [[2, 0], [4, 0]])
    np.testing.assert_array_equal(db, [2, 0])


@pytest.mark.parametrize("kind", KINDS)
def test_batchnorm_by_hand(kind):
    x = np.array([[1.0, 5.0], [3.0, 5.0]])
    y, mean, variance = function(kind, "batchnorm_train")(
        x, np.array([3.0, 3.0]), np.array([10.0, 20.0]), -1, 1.25
    )
    np.testing.assert_allclose(mean, [2, 5])
    np.testing.assert_allclose(variance, [1, 0])
    # 1 / sqrt(1 + 1.25) is 2 / 3.
    np.testing.assert_allclose(y, [[8, 20], [12, 20]])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axis", [1, -1])
def test_batchnorm_of_float32_data_far_from_zero(kind, axis):
    x = np.random.default_rng(0).normal(1000, 1, size=(3000, 4)).astype("float32")
    exact = x.astype("float64")
    if axis == 1:
        x = x.reshape(30, 100, 4).transpose(0, 2, 1)  # (30, 4, 100)
    y, mean, variance = function(kind, "batchnorm_train")(x, None, None, axis, 0.0)
    np.testing.assert_allclose(mean, exact.mean(axis=0), rtol=1e-7)
    np.testing.assert_allclose(variance, exact.var(axis=0), rtol=1e-6)
    y = y if axis == -1 else y.transpose(0, 2, 1).reshape(3000, 4)
    expected = (exact - exact.mean(axis=0)) / exact.std(axis=0)
    np.testing.assert_allclose(y, expected, atol=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_crossentropies_by_hand(kind):
    def run(name, *arguments):
        return function(kind, name)(*arguments)

    p = np.array([[0.2, 0.8], [0.5, 0.5]])
    t = np.array([[0.0, 1.0], [0.5, 0.5]])
    expected = [-math.log(0.8), math.log(2)]
    np.testing.assert_allclose(run("softmax_crossentropy", np.log(p), t)[0], expected)
    np.testing.assert_allclose(run("softmax_crossentropy", np.log(p), t)[1], p)
    np.testing.assert_allclose(
        run("categorical_crossentropy", 3 * p, t, 1e-7), expected
    )

    labels = np.array([1, 0])
    loss, probabilities = run("sparse_softmax_crossentropy", np.log(p), labels)
    np.testing.assert_allclose(loss, expected)
    np.testing.assert_allclose(probabilities, p)
    np.testing.assert_allclose(
        run("sparse_categorical_crossentropy", 3 * p, labels, 1e-7), expected
    )

    p, t = np.array([0.8, 0.8, 0.5]), np.array([1.0, 0.0, 0.25])
    expected = [-math.log(0.8), -math.log(0.2), math.log(2)]
    logits = np.log(p / (1 - p))
    np.testing.assert_allclose(run("binary_crossentropy", p, t, 1e-7), expected)
    np.testing.assert_allclose(run("sigmoid_binary_crossentropy", logits, t), expected)


@pytest.mark.parametrize("kind", KINDS)
def test_updates_by_hand(kind):
    def run(name, *numbers):
        arrays = [
            np.array([number]) for number in numbers[: 4 if "adam" in name else 3]
        ]
        options = numbers[len(arrays) :]
        function(kind, name)(*([array] for array in arrays), *options)
        return [array.item() for array in arrays[:-1]]

    variable, other = np.array([1.0]), np.array([[2.0]])
    gradients = [np.array([4.0]), np.array([[-8.0]])]
    function(kind, "sgd_update")([variable, other], gradients, 0.125)
    assert variable == [0.5]
    assert other == [[3]]
    # velocity 0.5 * 2 - 0.25 * 4 = 0
    assert run("momentum_update", 1.0, 2.0, 4.0, 0.25, 0.5, False) == [1, 0]
    assert run("momentum_update", 1.0, 2.0, 4.0, 0.25, 0.5, True) == [0, 0]
    # velocity 0.75 * 12 + 0.25 * 16 - the root of 13 + 3 is 4
    assert run("rmsprop_update", 1.0, 12.0, 4.0, 0.5, 0.75, 3.0) == [0.5, 13]
    # momentum 2 + (4 - 2) / 2 = 3, velocity 0 + (16 - 0) / 4 = 4
    assert run("adam_update", 7.0, 2.0, 0.0, 4.0, 6.0, 0.5, 0.75, 1.0) == [1, 3, 4]


@pytest.mark.parametrize("kind", KINDS)
def test_average_by_hand(kind):
    average = np.array([8.0])
    function(kind, "average_update")([average], [np.array([4.0])], 0.75)
    assert average == [7]


@needs_compiled
@pytest.mark.parametrize(("dtype", "steps"), [("float32", 1000), ("float64", 8000)])
def test_fading_state_ends_at_zero(dtype, steps):
    # Denormal numbers, which it would end at otherwise, make the update slow.
    momentum, other = np.ones(1, dtype), np.full(1, np.nan, dtype)
    state = [np.zeros(1, dtype) for _ in range(3)]
    for _ in range(steps):
        lists = [[array] for array in (state[0], momentum, state[1], state[2])]
        function("compiled", "adam_update")(*lists, 0.0, 0.9, 0.999, 1e-7)
    assert momentum == 0
    lists = [[array] for array in (state[0], other, state[1], state[2])]
    function("compiled", "adam_update")(*lists, 0.0, 0.9, 0.999, 1e-7)
    assert np.isnan(other)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_right_predictions_by_hand(kind, dtype):
    p = np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7], [0.1, math.nan, 0.7]], dtype)
    t = np.eye(3, dtype=dtype)
    # Of equal ones the first counts, and NaN as the largest.
    assert function(kind, "count_same_class")(t, p) == 1
    for labels in (np.array([1, 2, 1]), np.array([1, 2, 1], "int32")):
        assert function(kind, "count_right_labels")(labels, p) == 2
    assert function(kind, "count_right_labels")(np.array([-1, 7, 300]), p) == 0


# --- gradients against central differences --------------------------------------------


def slope(function_of, x, weights):
    """d sum(weights * function_of(x)) / dx by central differences."""
    result = np.empty_like(x)
    step = 1e-6
    for index in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[index] += step
        down[index] -= step
        difference = weights * (function_of(up) - function_of(down))
        result[index] = difference.sum() / (2 * step)
    return result


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("relu", ()),
        ("leaky_relu", (0.2,)),
        ("sigmoid", ()),
        ("tanh", ()),
        ("elu", (0.7,)),
        ("selu", ()),
        ("softplus", ()),
        ("softsign", ()),
        ("exponential", ()),
        ("silu", ()),
        ("gelu", (True,)),
        ("gelu", (False,)),
        ("softmax", ()),
        ("log_softmax", ()),
    ],
)
def test_gradient_of_activation(kind, name, options):
    forward, backward = function(kind, name), function(kind, f"{name}_backward")
    x, grad = make_arrays(["normal BC", "normal BC"], "some rows", "float64")
    given = x if name in ("silu", "gelu") else forward(x, *options)
    expected = slope(lambda x: forward(x, *options), x, grad)
    np.testing.assert_allclose(
        backward(grad, given, *options), expected, rtol=1e-6, atol=1e-8
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_gradient_of_dense(kind, activation):
    forward, backward = function(kind, "dense"), function(kind, "dense_backward")
    x, w, b, grad = make_arrays(
        ["normal BC", "unit CM", "normal M", "normal BM"], "some rows", "float64"
    )
    dx, dw, db = backward(grad, x, w, forward(x, w, b, activation), activation, ALL)
    near = {"rtol": 1e-6, "atol": 1e-6}
    near_x = slope(lambda x: forward(x, w, b, activation), x, grad)
    np.testing.assert_allclose(dx, near_x, **near)
    near_w = slope(lambda w: forward(x, w, b, activation), w, grad)
    np.testing.assert_allclose(dw, near_w, **near)
    near_b = slope(lambda b: forward(x, w, b, activation), b, grad)
    np.testing.assert_allclose(db, near_b, **near)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("axis", [1, 2])
def test_gradient_of_batchnorm(kind, axis):
    forward, backward = (
        function(kind, "batchnorm_train"),
        function(kind, "batchnorm_backward"),
    )
    channels = "normal H" if axis == 1 else "normal W"
    x, gamma, beta, grad = make_arrays(
        ["normal BHW", channels, channels, "normal BHW"], "some rows", "float64"
    )
    _, mean, variance = forward(x, gamma, beta, axis, 0.1)
    dx, dgamma, dbeta = backward(grad, x, gamma, mean, variance, axis, 0.1)
    near = {"rtol": 1e-6, "atol": 1e-7}
    near_x = slope(lambda x: forward(x, gamma, beta, axis, 0.1)[0], x, grad)
    np.testing.assert_allclose(dx, near_x, **near)
    near_gamma = slope(lambda gamma: forward(x, gamma, beta, axis, 0.1)[0], gamma, grad)
    np.testing.assert_allclose(dgamma, near_gamma, **near)
    near_beta = slope(lambda beta: forward(x, gamma, beta, axis, 0.1)[0], beta, grad)
    np.testing.assert_allclose(dbeta, near_beta, **near)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("targets", ["unit BC", "labels B"])
def test_gradient_of_softmax_crossentropy(kind, targets):
    name = (
        "sparse_softmax_crossentropy" if "labels" in targets else "softmax_crossentropy"
    )
    forward, backward = function(kind, name), function(kind, f"{name}_backward")
    x, t, grad = make_arrays(["normal BC", targets, "normal B"], "some rows", "float64")
    _, probabilities = forward(x, t)
    expected = slope(lambda x: forward(x, t)[0], x, grad)
    np.testing.assert_allclose(
        backward(grad, probabilities, t), expected, rtol=1e-6, atol=1e-7
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("targets", ["unit BC", "labels B"])
def test_gradient_of_categorical_crossentropy(kind, targets):
    name = "categorical_crossentropy"
    name = f"sparse_{name}" if "labels" in targets else name
    forward, backward = function(kind, name), function(kind, f"{name}_backward")
    p, t, grad = make_arrays(["unit BC", targets, "normal B"], "some rows", "float64")
    if "labels" in targets:
        p[0] = [0.01] * 7
        p[0, t[0] - 1] = 5.0  # so that the label's own share is clipped
    clipped = p / p.sum(axis=1, keepdims=True) < EPSILON
    assert clipped.any()
    assert not clipped.all()
    np.testing.assert_allclose(
        backward(grad, p, t, EPSILON),
        slope(lambda p: forward(p, t, EPSILON), p, grad),
        rtol=1e-6,
        atol=1e-7,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_gradient_of_binary_crossentropies(kind):
    def run(name, *arguments):
        return function(kind, name)(*arguments)

    x, p, t, grad = make_arrays(
        ["normal BC", "unit BC", "unit BC", "normal BC"], "many rows", "float64"
    )
    assert (p < EPSILON).any()
    np.testing.assert_allclose(
        run("sigmoid_binary_crossentropy_backward", grad, x, t),
        slope(lambda x: run("sigmoid_binary_crossentropy", x, t), x, grad),
        rtol=1e-6,
        atol=1e-6,
    )
    np.testing.assert_allclose(
        run("binary_crossentropy_backward", grad, p, t, EPSILON),
        slope(lambda p: run("binary_crossentropy", p, t, EPSILON), p, grad),
        rtol=1e-6,
        atol=1e-6,
    )


# --- extremes -------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize(
    ("name", "at_minus_huge", "at_huge"),
    [
        ("sigmoid", 0, 1),
        ("tanh", -1, 1),
        ("softplus", 0, 30000),
        ("silu", 0, 30000),
        ("exponential", 0, math.inf),
        ("selu", -1.0507009873554805 * 1.6732632423543772, 1.0507009873554805 * 30000),
    ],
)
def test_huge_inputs_neither_overflow_nor_warn(
    kind, dtype, name, at_minus_huge, at_huge
):
    y = function(kind, name)(np.array([-30000.0, 30000.0], dtype))
    np.testing.assert_allclose(y, [at_minus_huge, at_huge], rtol=1e-6, atol=1e-30)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TOLERANCES)
def test_what_is_too_small_becomes_zero_and_not_minus_zero(kind, dtype):
    x = np.array([[0.0, 3000.0]], dtype)
    assert not np.signbit(function(kind, "softmax")(x)).any()
    assert not np.signbit(function(kind, "exponential")(-x)).any()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize("name", [*FORMULAS, "softmax", "log_softmax"])
def test_nan_stays_nan(kind, dtype, name):
    y = function(kind, name)(np.array([[1.0, math.nan, -1.0]], dtype))
    assert np.isnan(y[0, 1])


@pytest.mark.parametrize("kind", KINDS)
def test_softmax_of_masked_scores_is_exactly_zero(kind):
    y = function(kind, "softmax")(np.array([[2.0, -1e9, 2.0]], "float32"))
    np.testing.assert_array_equal(y, [[0.5, 0, 0.5]])


@pytest.mark.parametrize("kind", KINDS)
def test_loss_of_huge_logits_is_exact(kind):
    logits = np.array([[1e4, 0.0], [0.0, 1e4]], "float32")
    loss, _ = function(kind, "sparse_softmax_crossentropy")(logits, np.array([0, 0]))
    np.testing.assert_array_equal(loss, [0, 1e4])
    loss = function(kind, "sigmoid_binary_crossentropy")(logits, np.ones_like(logits))
    np.testing.assert_allclose(loss, [[0, math.log(2)], [math.log(2), 0]], rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_share_of_an_all_zero_row_is_nan_without_a_warning(kind):
    p, t = np.zeros((1, 3)), np.eye(3)[:1]
    assert np.isnan(function(kind, "categorical_crossentropy")(p, t, 1e-7)).all()
    backward = function(kind, "categorical_crossentropy_backward")
    assert np.isnan(backward(np.ones(1), p, t, 1e-7)).all()
    labels = np.zeros(1, int)
    assert np.isnan(
        function(kind, "sparse_categorical_crossentropy")(p, labels, 1e-7)
    ).all()
    backward = function(kind, "sparse_categorical_crossentropy_backward")
    assert np.isnan(backward(np.ones(1), p, labels, 1e-7)).all()


@needs_compiled
@pytest.mark.parametrize("dtype", TOLERANCES)
@pytest.mark.parametrize(
    ("name", "exact", "lowest", "highest"),
    [
        ("exponential", np.exp, -80, 80),
        ("tanh", np.tanh, -10, 10),
        ("softplus", lambda x: np.log1p(np.exp(x)), -30, 30),
    ],
)
def test_elementary_functions_are_right_to_a_few_units_in_the_last_place(
    name, exact, lowest, highest, dtype
):
    x = np.concatenate(
        [np.linspace(lowest, highest, 20001), np.geomspace(1e-20, 1, 999)]
    )
    x = x.astype(dtype)
    right = exact(x.astype("longdouble"))
    error = np.abs(function("compiled", name)(x) - right)
    assert (error / np.spacing(np.abs(right).astype(dtype))).max() < 4


# --- dropout --------------------------------------------------------------------------


@needs_compiled
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("rate", [0, 0.1, 0.5, 0.75, 1])
@pytest.mark.parametrize("shape", [(), (0,), (1,), (3, 7), (2, 5, 101)])
@pytest.mark.parametrize("seed", [0, 1234567, -3, 2**64 + 5])
def test_dropout_masks_are_equal_to_the_last_bit(shape, rate, seed, dtype):
    mask = function("compiled", "dropout_mask")(shape, rate, seed, dtype)
    twin = function("reference", "dropout_mask")(shape, rate, seed, dtype)
    assert mask.shape == twin.shape == shape
    assert mask.dtype == twin.dtype == dtype
    np.testing.assert_array_equal(mask, twin)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_uses_splitmix64(kind):
    # The generator's published first outputs for this seed, as parts of 2**64:
    # 0.350, 0.174, 0.532, 0.249, 0.889.
    mask = function(kind, "dropout_mask")((5,), 0.3, 1234567, "float64")
    np.testing.assert_allclose(mask, np.array([1, 0, 1, 0, 1]) / 0.7)


@pytest.mark.parametrize("kind", KINDS)
def test_dropout_drops_the_rate_and_keeps_the_mean(kind):
    mask = function(kind, "dropout_mask")((100, 1000), 0.2, 42, "float32")
    assert set(np.unique(mask)) == {0, np.float32(1.25)}
    assert abs((mask == 0).mean() - 0.2) < 0.005
    assert abs(mask.mean() - 1) < 0.005
    # Neighbouring seeds drop independently: both with chance 0.04.
    other = function(kind, "dropout_mask")((100, 1000), 0.2, 43, "float32")
    assert abs(((mask == 0) & (other == 0)).mean() - 0.04) < 0.003
