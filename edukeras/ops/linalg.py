"""Products of vectors, matrices and tensors; norms and distances."""

from __future__ import annotations

import string
from typing import Any

import numpy as np

from edukeras import kernels
from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain
from edukeras.ops.core import shape
from edukeras.ops.dtypes import promote_arrays, to_float
from edukeras.ops.elementwise import divide, multiply, subtract
from edukeras.ops.exponentials import log10
from edukeras.ops.gradients import unbroadcast
from edukeras.ops.joining import stack
from edukeras.ops.reductions import mean
from edukeras.ops.shapes import moveaxis, ravel, transpose

# -- matrix products ----------------------------------------------------------


@op
def matmul(x1, x2):
    """The matrix product; more than two axes are stacks of matrices.

    Shapes: (..., B, N) @ (..., N, M) -> (..., B, M)

    >>> matmul(np.ones((2, 3)), np.ones((3, 4))).shape
    (2, 4)
    """
    a, b = promote_arrays(x1, x2)
    _check_inner_sizes(a, b)
    if a.ndim == 2 and b.ndim == 2:

        def backward_2d(grad, need):
            return (
                kernels.matmul(grad, b, transpose_b=True) if need[0] else None,
                kernels.matmul(a, grad, transpose_a=True) if need[1] else None,
            )

        return kernels.matmul(a, b), backward_2d

    # A vector is a matrix of one row (left) or one column (right).
    left = a[None, :] if a.ndim == 1 else a
    right = b[:, None] if b.ndim == 1 else b

    def backward(grad, need):
        if b.ndim == 1:
            grad = np.expand_dims(grad, -1)
        if a.ndim == 1:
            grad = np.expand_dims(grad, -2)
        da = db = None
        if need[0]:
            da = unbroadcast(np.matmul(grad, right.swapaxes(-1, -2)), left)
            da = da.reshape(a.shape)
        if need[1]:
            db = unbroadcast(np.matmul(left.swapaxes(-1, -2), grad), right)
            db = db.reshape(b.shape)
        return da, db

    return np.matmul(a, b), backward


def _check_inner_sizes(a: np.ndarray, b: np.ndarray) -> None:
    if not a.ndim or not b.ndim:
        raise ShapeError("matmul needs arrays of at least one axis, not scalars.")
    inner = b.shape[0] if b.ndim == 1 else b.shape[-2]
    if a.shape[-1] != inner:
        raise ShapeError(
            explain(
                "matmul multiplies rows by columns, so the last size of the first "
                "must equal the second-last size of the second.",
                received=f"shapes {a.shape} and {b.shape}",
            )
        )


@op
def tensordot(x1, x2, *, axes=2):
    """Sums products over pairs of axes; a number takes the last of x1, first of x2.

    >>> tensordot(np.ones((2, 3, 4)), np.ones((3, 4, 5))).shape
    (2, 5)
    """
    a, b = promote_arrays(x1, x2)
    if np.ndim(axes) == 0:
        axes = (range(a.ndim - axes, a.ndim), range(axes))
    first, second = (np.atleast_1d(pair).tolist() for pair in axes)
    first, second = [i % a.ndim for i in first], [i % b.ndim for i in second]
    free_a = [i for i in range(a.ndim) if i not in first]
    free_b = [i for i in range(b.ndim) if i not in second]

    def backward(grad, need):
        da = db = None
        in_a, in_b = range(len(free_a)), range(len(free_a), grad.ndim)
        if need[0]:  # its axes: free_a, then `first` in the order of b's axes
            da = np.tensordot(grad, b, axes=(in_b, free_b))
            order = free_a + [first[i] for i in np.argsort(second)]
            da = da.transpose(np.argsort(order))
        if need[1]:
            db = np.tensordot(a, grad, axes=(free_a, in_a))
            order = [second[i] for i in np.argsort(first)] + free_b
            db = db.transpose(np.argsort(order))
        return da, db

    return np.tensordot(a, b, axes=(first, second)), backward


@op
def dot(x1, x2):
    """Vectors: the sum of products; matrices: the matrix product; as NumPy's dot."""
    if np.ndim(x1) == 0 or np.ndim(x2) == 0:
        return multiply.arrays(x1, x2)
    axis = -2 if x2.ndim > 1 else 0
    return tensordot.arrays(x1, x2, axes=(-1, axis))


@op
def inner(x1, x2):
    """The sum of products over the last axes of both."""
    if np.ndim(x1) == 0 or np.ndim(x2) == 0:
        return multiply.arrays(x1, x2)
    return tensordot.arrays(x1, x2, axes=(-1, -1))


def vdot(x1: Any, x2: Any) -> Any:
    """The sum of products of all elements."""
    return dot(ravel(x1), ravel(x2))


@op
def outer(x1, x2):
    """All products of an element of x1 with one of x2: (n,), (m,) -> (n, m)."""
    a, b = promote_arrays(x1, x2)

    def backward(grad, need):
        return (
            (grad @ b.reshape(-1)).reshape(a.shape),
            (a.reshape(-1) @ grad).reshape(b.shape),
        )

    return np.outer(a, b), backward


@op
def kron(x1, x2):
    """Kronecker's product: x2, once for each element of x1, multiplied by it."""
    a, b = promote_arrays(x1, x2)
    ndim = max(a.ndim, b.ndim)
    wide_a = a.reshape((1,) * (ndim - a.ndim) + a.shape)
    wide_b = b.reshape((1,) * (ndim - b.ndim) + b.shape)

    def backward(grad, need):
        pairs = [n for pair in zip(wide_a.shape, wide_b.shape) for n in pair]
        of_a, of_b = tuple(range(0, 2 * ndim, 2)), tuple(range(1, 2 * ndim, 2))
        grad = grad.reshape(pairs)
        da = (grad * np.expand_dims(wide_b, of_a)).sum(axis=of_b)
        db = (grad * np.expand_dims(wide_a, of_b)).sum(axis=of_a)
        return da.reshape(a.shape), db.reshape(b.shape)

    return np.kron(a, b), backward


def cross(
    x1: Any,
    x2: Any,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> Any:
    """The vector product: at right angles to both vectors, of 3 (or 2) components.

    >>> cross([1.0, 0.0, 0.0], [0.0, 1.0, 0.0])
    Tensor([0., 0., 1.], shape=(3,), dtype=float32)
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = moveaxis(x1, axisa, -1), moveaxis(x2, axisb, -1)
    if shape(a)[-1] == 2 and shape(b)[-1] == 2:
        return subtract(a[..., 0] * b[..., 1], a[..., 1] * b[..., 0])
    # A vector of two components lies in the plane: its third one is 0.
    a1, a2, a3 = (a[..., i] if i < shape(a)[-1] else 0.0 for i in range(3))
    b1, b2, b3 = (b[..., i] if i < shape(b)[-1] else 0.0 for i in range(3))
    parts = [
        subtract(a2 * b3, a3 * b2),
        subtract(a3 * b1, a1 * b3),
        subtract(a1 * b2, a2 * b1),
    ]
    return stack(parts, axis=axisc)


# -- Einstein's notation ------------------------------------------------------


@op
def _einsum(*operands, subscripts):
    arrays = promote_arrays(*operands)
    inputs, output = _explicit_subscripts(subscripts, arrays)
    y = np.einsum(f"{','.join(inputs)}->{output}", *arrays, optimize=True)

    def backward(grad, need):
        return tuple(
            _einsum_gradient(grad, i, inputs, output, arrays) if wanted else None
            for i, wanted in enumerate(need)
        )

    return y, backward


def _explicit_subscripts(subscripts, operands):
    """Input and output letters; `...` becomes letters that are not in use."""
    left, arrow, output = subscripts.replace(" ", "").partition("->")
    inputs = left.split(",")
    free = [c for c in string.ascii_letters if c not in subscripts]
    widths = [x.ndim - len(s.replace("...", "")) for s, x in zip(inputs, operands)]
    widest = max([w for s, w in zip(inputs, widths) if "..." in s], default=0)
    batch = free[:widest]
    inputs = [
        s.replace("...", "".join(batch[widest - w :])) for s, w in zip(inputs, widths)
    ]
    if not arrow:
        letters = "".join(inputs)
        once = sorted(c for c in set(letters) - set(batch) if letters.count(c) == 1)
        return inputs, "".join(batch + once)
    return inputs, output.replace("...", "".join(batch))


def _einsum_gradient(grad, i, inputs, output, operands):
    """The same product with output and operand i exchanged."""
    letters, x = inputs[i], operands[i]
    others = [s for j, s in enumerate(inputs) if j != i]
    arrays = [a for j, a in enumerate(operands) if j != i]
    distinct = "".join(dict.fromkeys(letters))
    known = "".join(c for c in distinct if c in output or any(c in s for s in others))
    dx = np.einsum(
        f"{','.join([output, *others])}->{known}", grad, *arrays, optimize=True
    )
    # A letter that was only summed over: every element has the same share.
    for axis, c in enumerate(distinct):
        if c not in known:
            dx = np.repeat(np.expand_dims(dx, axis), x.shape[letters.index(c)], axis)
    if distinct == letters:
        return unbroadcast(dx, x)
    full = np.zeros(x.shape, dx.dtype)  # "ii": only the diagonal was read
    np.einsum(f"{letters}->{distinct}", full)[...] = dx
    return full


def einsum(subscripts: str, *operands: Any, **kwargs: Any) -> Any:
    """Sums of products by Einstein's notation: "ij,jk->ik" is the matrix product.

    >>> einsum("bi,bi->b", np.ones((2, 3)), np.ones((2, 3)))
    Tensor([3., 3.], shape=(2,), dtype=float64)
    """
    return _einsum(*operands, subscripts=subscripts)


def corrcoef(x: Any) -> Any:
    """The correlation of each row with each other row, between -1 and 1.

    Shapes: (variables, observations) -> (variables, variables)
    """
    centred = subtract(x, mean(x, axis=-1, keepdims=True))
    lengths = norm(centred, axis=-1, keepdims=True)
    directions = divide(centred, lengths)
    return matmul(directions, transpose(directions))


# -- norms and distances ------------------------------------------------------


@op
def norm(x, *, ord=None, axis=None, keepdims=False):
    """The length of vectors, or the size of matrices.

    Vectors (one axis): (sum |x|^ord)^(1 / ord); inf and -inf are the largest and the
    smallest |x|, 0 counts. Matrices (two axes): "fro" (and None) is that of all
    elements, "nuc", 2 and -2 come from the singular values, 1, -1, inf and -inf are
    the largest and smallest sums of columns and rows.
    """
    x = to_float(x)
    axes = list(range(x.ndim)) if axis is None else np.atleast_1d(axis).tolist()
    y = np.linalg.norm(x if axis is not None or ord is not None else x.reshape(-1),
                       ord, axis if axis is None else tuple(axes))  # fmt: skip
    wide = np.reshape(y, [1 if i in [a % x.ndim for a in axes] else n
                          for i, n in enumerate(x.shape)])  # fmt: skip

    def backward(grad, need):
        grad = np.reshape(grad, wide.shape)
        if ord in (None, "fro", "euclidean") or (ord == 2 and len(axes) == 1):
            slope = np.divide(x, wide, out=np.zeros_like(x), where=wide != 0)
            return (grad * slope,)
        if len(axes) == 1 and ord in (np.inf, -np.inf):
            hits = np.abs(x) == wide
            return (grad * np.sign(x) * hits / hits.sum(tuple(axes), keepdims=True),)
        if len(axes) == 1 and ord != 0:
            with np.errstate(divide="ignore", invalid="ignore"):
                slope = np.sign(x) * (np.abs(x) / wide) ** (ord - 1)
            return (grad * slope,)
        raise NotImplementedError(f"norm has no gradient here for ord={ord!r}.")

    return (wide if keepdims else y), backward


@op
def cdist(x, y):
    """The distance of each row of x to each row of y.

    Shapes: (..., n, d), (..., m, d) -> (..., n, m)
    """
    a, b = promote_arrays(to_float(x), to_float(y))
    differences = a[..., :, None, :] - b[..., None, :, :]  # (..., n, m, d)
    distances = np.sqrt((differences * differences).sum(-1))

    def backward(grad, need):
        slope = np.divide(grad, distances, out=np.zeros_like(distances),
                          where=distances != 0)[..., None] * differences  # fmt: skip
        return unbroadcast(slope.sum(-2), a), unbroadcast(-slope.sum(-3), b)

    return distances, backward


def psnr(x1: Any, x2: Any, max_val: float) -> Any:
    """The peak signal-to-noise ratio: 10 log10(max_val² / mean((x1 - x2)²)), in dB."""
    if shape(x1) != shape(x2):
        raise ShapeError(f"psnr compares images of one shape: {shape(x1)}, {shape(x2)}")
    difference = subtract(x1, x2)
    return 10 * log10(max_val**2 / mean(difference * difference))
