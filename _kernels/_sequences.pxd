"""What the kernels of recurrent layers share: sizes, checks, the large products.

Recurrent layers run over whole sequences, step after step: (T, B, N) -> (T + 1, B, M).
The input's part of the sums is one large matrix product for all steps, and so are the
gradients of the weights. What must wait for the step before is a small product and a
loop that stays in the cache.
"""

cimport numpy as cnp
from libc.limits cimport INT_MAX

from _common cimport is_matrix, is_real, is_vector, real, same_type
from _products cimport (
    add_rows,
    fill_rows,
    product,
    product_by_rows,
    turned_product_by_rows,
)

# The sizes of sequences: T steps, B samples, N features, M units, and the width of the
# kernels: M for each of their parts.
cdef struct Sizes:
    Py_ssize_t steps, batch, features, units, width


cdef inline bint fits(Sizes* s, x, kernel, recurrent_kernel, h, int parts):
    """Whether the workers can do it; then it fills s."""
    if not (
        is_real(x)
        and cnp.PyArray_NDIM(x) == 3
        and is_matrix(kernel, x)
        and is_matrix(recurrent_kernel, x)
        and is_matrix(h, x)
    ):
        return False
    s.steps, s.batch = cnp.PyArray_DIM(x, 0), cnp.PyArray_DIM(x, 1)
    s.features, s.units = cnp.PyArray_DIM(x, 2), cnp.PyArray_DIM(h, 1)
    s.width = parts * s.units
    return (
        cnp.PyArray_DIM(kernel, 0) == s.features
        and cnp.PyArray_DIM(kernel, 1) == s.width
        and cnp.PyArray_DIM(recurrent_kernel, 0) == s.units
        and cnp.PyArray_DIM(recurrent_kernel, 1) == s.width
        and cnp.PyArray_DIM(h, 0) == s.batch
        and s.steps * s.batch <= INT_MAX
    )


cdef inline bint is_bias(bias, Sizes* s, x):
    return bias is None or is_vector(bias, x, s.width)


cdef inline bint is_sequence(array, x, Py_ssize_t steps, Py_ssize_t batch, Py_ssize_t size):
    """Whether it has the type of x and this shape."""
    return (
        same_type(array, x)
        and cnp.PyArray_NDIM(array) == 3
        and cnp.PyArray_DIM(array, 0) == steps
        and cnp.PyArray_DIM(array, 1) == batch
        and cnp.PyArray_DIM(array, 2) == size
    )


cdef inline cnp.ndarray empty_sequence(
    Py_ssize_t steps, Py_ssize_t batch, Py_ssize_t size, cnp.ndarray like
):
    cdef cnp.npy_intp[3] shape = [steps, batch, size]
    return cnp.PyArray_EMPTY(3, shape, cnp.PyArray_TYPE(like), 0)


cdef inline void project(
    Sizes* s, const real* x, const real* kernel, const real* bias, real* sums
) noexcept nogil:
    """The input's part of the sums, of all steps at once."""
    cdef Py_ssize_t rows = s.steps * s.batch
    fill_rows(bias, sums, rows, s.width)
    product_by_rows(
        x, kernel, <real> 0 if bias == NULL else <real> 1, sums,
        rows, s.features, s.width,
    )


cdef inline void weights_worker(
    Sizes* s, const real* x, const real* kernel, const real* states,
    const real* dsums, const real* drecurrent_sums,
    real* dx, real* dkernel, real* drecurrent, real* dbias, real* drecurrent_bias,
):
    """The gradients of input and weights, from those of the sums of all steps."""
    cdef Py_ssize_t j, rows = s.steps * s.batch
    with nogil:
        turned_product_by_rows(x, dsums, dkernel, rows, s.features, s.width)
        turned_product_by_rows(
            states, drecurrent_sums, drecurrent, rows, s.units, s.width
        )
        if dx != NULL:
            product(
                dsums, False, kernel, True, <real> 0, dx, rows, s.width, s.features
            )
        for j in range(s.width):
            dbias[j] = 0
        add_rows(dsums, dbias, rows, s.width)
        if drecurrent_bias != NULL:
            for j in range(s.width):
                drecurrent_bias[j] = 0
            add_rows(drecurrent_sums, drecurrent_bias, rows, s.width)
