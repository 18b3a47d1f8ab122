"""Solving and taking apart: inverse, determinant, Cholesky, QR, SVD, eigenvalues.

Gradients: Giles, 2008, "Collected matrix derivative results for forward and reverse
mode algorithmic differentiation".  All work on stacks of matrices, (..., n, n).
"""

from __future__ import annotations

import numpy as np

from edukeras.autodiff import op
from edukeras.errors import ShapeError, explain
from edukeras.ops.dtypes import promote_arrays, to_float
from edukeras.ops.gradients import no_gradient, unbroadcast


def _square(name, x):
    if x.ndim < 2 or x.shape[-1] != x.shape[-2]:
        raise ShapeError(
            explain(
                f"{name} needs square matrices.",
                expected="shape (..., n, n)",
                received=f"shape {x.shape}",
            )
        )
    return to_float(x)


def _transposed(x):
    return x.swapaxes(-1, -2)


def _unknown_gradient(name):
    def backward(*_):
        raise NotImplementedError(
            f"The gradient of ops.{name} is not known here. "
            "Try: put ops.stop_gradient around its input."
        )

    return backward


# -- solving ------------------------------------------------------------------


@op
def inv(x):
    """The inverse matrix: inv(x) @ x is the identity."""
    y = np.linalg.inv(_square("inv", x))
    return y, lambda grad, need: (-_transposed(y) @ grad @ _transposed(y),)


@op
def solve(a, b):
    """The x for which a @ x = b; b is one vector or a matrix of columns.

    >>> solve([[2.0, 0.0], [0.0, 4.0]], [2.0, 2.0])
    Tensor([1. , 0.5], shape=(2,), dtype=float32)
    """
    a, b = promote_arrays(_square("solve", a), b)
    return _solved(a, b, np.linalg.solve)


def _solved(a, b, solver):
    """solve(a, b) by a function of matrices, and its backward."""
    vector = b.ndim == a.ndim - 1
    columns = b[..., None] if vector else b
    x = solver(a, columns)

    def backward(grad, need):
        grad = grad[..., None] if vector else grad
        db = solver(_transposed(a), grad)
        da = -db @ _transposed(x)
        return unbroadcast(da, a), (db[..., 0] if vector else unbroadcast(db, b))

    return (x[..., 0] if vector else x), backward


@op
def solve_triangular(a, b, *, lower=False):
    """`solve` for a triangular matrix: only that triangle of a is read."""
    a, b = promote_arrays(_square("solve_triangular", a), b)
    triangle = np.tril if lower else np.triu
    y, solve_backward = _solved(triangle(a), b, np.linalg.solve)

    def backward(grad, need):
        da, db = solve_backward(grad, need)
        return triangle(da), db

    return y, backward


@op
def lstsq(a, b, *, rcond=None):
    """The x for which a @ x is as near to b as can be (least squares).

    The gradient holds for matrices of full column rank.
    """
    a, b = promote_arrays(to_float(a), to_float(b))
    x = np.linalg.lstsq(a, b, rcond=rcond)[0]

    def backward(grad, need):
        columns = (v[:, None] if b.ndim == 1 else v for v in (x, b, grad))
        x_, b_, grad_ = columns
        # x = (a'a)^-1 a'b, and z = (a'a)^-1 grad carries the gradient back.
        z = np.linalg.solve(a.T @ a, grad_)
        da = (b_ - a @ x_) @ z.T - a @ z @ x_.T
        return da, (a @ z).reshape(b.shape)

    return x, backward


@op
def pinv(x, *, rcond=None):
    """The pseudo-inverse of Moore and Penrose, for matrices of any form.

    The gradient holds for matrices of full rank.
    """
    x = to_float(x)
    y = np.linalg.pinv(x) if rcond is None else np.linalg.pinv(x, rcond)

    def backward(grad, need):
        g, left, right = _transposed(grad), y @ x, x @ y
        rows, columns = np.eye(x.shape[-2]), np.eye(x.shape[-1])
        y_t = _transposed(y)
        dx = -y_t @ grad @ y_t
        dx += (rows - right) @ g @ y @ y_t
        dx += y_t @ y @ g @ (columns - left)
        return (dx.astype(x.dtype, copy=False),)

    return y, backward


# -- determinants -------------------------------------------------------------


@op
def det(x):
    """The determinant: by which factor the matrix stretches volumes."""
    x = _square("det", x)
    y = np.linalg.det(x)

    def backward(grad, need):
        return ((grad * y)[..., None, None] * _transposed(np.linalg.inv(x)),)

    return y, backward


@op
def slogdet(x):
    """The sign of the determinant, and the logarithm of its absolute value."""
    x = _square("slogdet", x)
    sign, logarithm = np.linalg.slogdet(x)

    def backward(grad_sign, grad, need):
        if grad is None:
            return (None,)
        return (grad[..., None, None] * _transposed(np.linalg.inv(x)),)

    return (sign, logarithm), backward


@op
def logdet(x):
    """log(|det(x)|), without overflow; x is symmetric and positive definite."""
    (_, y), slogdet_backward = slogdet.arrays(x)
    return y, lambda grad, need: slogdet_backward(None, grad, need)


# -- decompositions -----------------------------------------------------------


@op
def cholesky(x, *, upper=False):
    """The lower triangle L with L @ L.T = x, for symmetric positive definite x.

    upper: return L.T instead.
    """
    try:
        lower = np.linalg.cholesky(_square("cholesky", x))
    except np.linalg.LinAlgError as error:
        raise ValueError(
            explain("cholesky needs a positive definite matrix.", received=repr(x))
        ) from error

    def backward(grad, need):
        grad = _transposed(grad) if upper else grad
        inside = np.tril(_transposed(lower) @ grad)
        inside -= inside * np.eye(lower.shape[-1], dtype=lower.dtype) / 2
        inverse = np.linalg.inv(lower)
        dx = _transposed(inverse) @ inside @ inverse
        return ((dx + _transposed(dx)) / 2,)

    return (_transposed(lower) if upper else lower), backward


@op
def cholesky_inverse(x, *, upper=False):
    """inv(L @ L.T), given the triangle L."""
    triangle = np.triu if upper else np.tril
    factor = triangle(_square("cholesky_inverse", x))
    if upper:
        factor = _transposed(factor)
    y = np.linalg.inv(factor @ _transposed(factor))

    def backward(grad, need):
        product = -y @ grad @ y
        dfactor = (product + _transposed(product)) @ factor
        return (triangle(_transposed(dfactor) if upper else dfactor),)

    return y, backward


@op
def eigh(x):
    """Eigenvalues, ascending, and eigenvectors (columns) of symmetric matrices.

    The gradient needs eigenvalues that differ.
    """
    values, vectors = np.linalg.eigh(_square("eigh", x))

    def backward(grad_values, grad_vectors, need):
        inside = np.zeros_like(vectors)
        if grad_vectors is not None:
            gaps = values[..., None, :] - values[..., :, None]
            gaps += np.eye(values.shape[-1], dtype=gaps.dtype)
            inside = _transposed(vectors) @ grad_vectors / gaps
            inside *= 1 - np.eye(values.shape[-1], dtype=gaps.dtype)
        if grad_values is not None:
            inside = inside + grad_values[..., None] * np.eye(values.shape[-1])
        dx = vectors @ inside @ _transposed(vectors)
        return (((dx + _transposed(dx)) / 2).astype(x.dtype, copy=False),)

    return (values, vectors), backward


@op
def eig(x):
    """Eigenvalues and eigenvectors (columns), complex numbers. No gradient."""
    values, vectors = np.linalg.eig(_square("eig", x))
    dtype = np.result_type(vectors.dtype, np.complex64)
    return (values.astype(dtype), vectors.astype(dtype)), _unknown_gradient("eig")


@op
def qr(x, *, mode="reduced"):
    """x = q @ r: columns at right angles, and an upper triangle.

    The gradient is known for matrices with at least as many rows as columns.
    """
    if mode not in ("reduced", "complete"):
        raise ValueError(f'qr has the modes "reduced" and "complete", not {mode!r}.')
    x = to_float(x)
    q, r = np.linalg.qr(x, mode)
    if mode == "complete" or x.shape[-2] < x.shape[-1]:
        return (q, r), _unknown_gradient("qr")

    def backward(grad_q, grad_r, need):
        grad_q = np.zeros_like(q) if grad_q is None else grad_q
        grad_r = np.zeros_like(r) if grad_r is None else grad_r
        m = r @ _transposed(grad_r) - _transposed(grad_q) @ q
        symmetric = np.tril(m) + _transposed(np.tril(m, -1))
        return (_transposed(np.linalg.solve(r, _transposed(grad_q + q @ symmetric))),)

    return (q, r), backward


@op
def svd(x, *, full_matrices=True, compute_uv=True):
    """Singular values: x = u @ diag(s) @ v; without `compute_uv`, s alone.

    The gradient is known for the singular values, and through u and v for
    full_matrices=False and singular values that differ.
    """
    x = to_float(x)
    u, s, v = np.linalg.svd(x, full_matrices=False)

    def backward_values(grad, need):
        return ((u * grad[..., None, :]) @ v,)

    if not compute_uv:
        return s, backward_values

    def backward(grad_u, grad_s, grad_v, need):
        dx = 0 if grad_s is None else backward_values(grad_s, need)[0]
        if grad_u is None and grad_v is None:
            return (dx,)
        if full_matrices and x.shape[-1] != x.shape[-2]:
            raise NotImplementedError("Try: ops.svd(x, full_matrices=False).")
        return (dx + _svd_vectors_gradient(u, s, v, grad_u, grad_v),)

    if full_matrices:
        return tuple(np.linalg.svd(x, full_matrices=True)), backward
    return (u, s, v), backward


def _svd_vectors_gradient(u, s, v, grad_u, grad_v):
    """The part of the gradient of `svd` that comes through u and v."""
    ut, vt = _transposed(u), _transposed(v)  # v holds the right vectors in its rows
    identity = np.eye(s.shape[-1], dtype=s.dtype)
    squares = s * s
    gaps = squares[..., None, :] - squares[..., :, None] + identity
    f = (1 - identity) / gaps
    scale = s[..., None, :]
    dx = np.zeros(np.broadcast_shapes((*u.shape[:-1], v.shape[-1])), s.dtype)
    if grad_u is not None:
        j = f * (ut @ grad_u)
        dx = dx + u @ ((j + _transposed(j)) * scale) @ v
        dx = dx + (grad_u - u @ (ut @ grad_u)) / scale @ v
    if grad_v is not None:
        gv = _transposed(grad_v)
        k = f * (v @ gv)
        dx = dx + u @ ((k + _transposed(k)) * s[..., :, None]) @ v
        dx = dx + (u / scale) @ _transposed(gv - vt @ (v @ gv))
    return dx


@op
def lu_factor(x):
    """The triangles L and U in one matrix, and the exchanged rows. No gradient."""
    from scipy import linalg  # here: it takes longer to load than NumPy

    x = _square("lu_factor", x)
    stack = x.reshape(-1, *x.shape[-2:])
    factors = [linalg.lu_factor(matrix) for matrix in stack]
    lu = np.stack([matrix for matrix, _ in factors]).reshape(x.shape)
    pivots = np.stack([rows for _, rows in factors]).reshape(x.shape[:-1])
    return (lu, pivots.astype(np.int32)), _unknown_gradient("lu_factor")


@op
def matrix_rank(x, *, tol=None):
    """How many rows are independent of each other."""
    return np.linalg.matrix_rank(to_float(x), tol).astype(np.int32), no_gradient
