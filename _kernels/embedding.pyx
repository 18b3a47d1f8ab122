"""Embedding: rows of a table by their numbers."""

cimport numpy as cnp
from libc.stdint cimport int32_t, int64_t
from libc.string cimport memcpy

from edukeras.reference import embedding as twin

from _common cimport (
    contiguous,
    doubles,
    empty_matrix,
    floats,
    is_float,
    is_matrix,
    is_real,
    real,
)

cnp.import_array()

ctypedef fused integer:
    int32_t
    int64_t


cdef cnp.ndarray row_numbers(ids):
    """ids as int32 or int64, contiguous; None for what is left to the twin."""
    if not (cnp.PyArray_Check(ids) and cnp.PyArray_ISNOTSWAPPED(ids)):
        return None
    if cnp.PyArray_TYPE(ids) in (cnp.NPY_INT32, cnp.NPY_INT64):
        return contiguous(ids)
    return None


cdef bint in_range(cnp.ndarray ids, Py_ssize_t rows):
    """Whether all numbers are from 0 to rows - 1."""
    cdef Py_ssize_t n = cnp.PyArray_SIZE(ids)
    if cnp.PyArray_TYPE(ids) == cnp.NPY_INT32:
        return all_below[int32_t](<int32_t*> cnp.PyArray_DATA(ids), n, rows)
    return all_below[int64_t](<int64_t*> cnp.PyArray_DATA(ids), n, rows)


cdef bint all_below(const integer* ids, Py_ssize_t n, Py_ssize_t rows) noexcept nogil:
    cdef Py_ssize_t i, wrong = 0
    for i in range(n):
        wrong += ids[i] < 0 or ids[i] >= rows
    return wrong == 0


def embedding(table, ids):
    """table[ids], all of them from 0 to V - 1.

    Shapes: table (V, D), ids (...) of whole numbers -> (..., D)
    """
    cdef cnp.ndarray numbers = row_numbers(ids)
    if numbers is None or not (is_real(table) and is_matrix(table, table)):
        return twin.embedding(table, ids)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(table, 0), size = cnp.PyArray_DIM(table, 1)
    cdef Py_ssize_t n = cnp.PyArray_SIZE(numbers)
    if not in_range(numbers, rows):
        return twin.embedding(table, ids)  # words the error
    table = contiguous(table)
    cdef cnp.ndarray y = empty_matrix(n, size, table)
    cdef bint short = cnp.PyArray_TYPE(numbers) == cnp.NPY_INT32
    cdef const char* data = <const char*> cnp.PyArray_DATA(numbers)
    if short:
        copy_worker[int32_t](
            <const char*> cnp.PyArray_DATA(table), <const int32_t*> data,
            <char*> cnp.PyArray_DATA(y), n, size * cnp.PyArray_ITEMSIZE(table),
        )
    else:
        copy_worker[int64_t](
            <const char*> cnp.PyArray_DATA(table), <const int64_t*> data,
            <char*> cnp.PyArray_DATA(y), n, size * cnp.PyArray_ITEMSIZE(table),
        )
    return y.reshape((*ids.shape, size))


def embedding_backward(grad, ids, rows):
    """The sum of the gradients of each row, for a table of so many rows.

    Shapes: grad (..., D), ids (...) -> (rows, D)
    """
    cdef cnp.ndarray numbers = row_numbers(ids)
    if (
        numbers is None
        or not is_real(grad)
        or cnp.PyArray_NDIM(grad) != cnp.PyArray_NDIM(numbers) + 1
        or grad.shape[: ids.ndim] != ids.shape
        or not in_range(numbers, rows)
    ):
        return twin.embedding_backward(grad, ids, rows)
    grad = contiguous(grad)
    cdef Py_ssize_t size = cnp.PyArray_DIM(grad, cnp.PyArray_NDIM(numbers))
    cdef Py_ssize_t n = cnp.PyArray_SIZE(numbers)
    cdef cnp.ndarray dtable = empty_matrix(rows, size, grad)
    cdef bint short = cnp.PyArray_TYPE(numbers) == cnp.NPY_INT32
    cdef const char* data = <const char*> cnp.PyArray_DATA(numbers)
    cnp.PyArray_FILLWBYTE(dtable, 0)
    if is_float(grad) and short:
        add_worker[float, int32_t](
            floats(grad), <const int32_t*> data, floats(dtable), n, size
        )
    elif is_float(grad):
        add_worker[float, int64_t](
            floats(grad), <const int64_t*> data, floats(dtable), n, size
        )
    elif short:
        add_worker[double, int32_t](
            doubles(grad), <const int32_t*> data, doubles(dtable), n, size
        )
    else:
        add_worker[double, int64_t](
            doubles(grad), <const int64_t*> data, doubles(dtable), n, size
        )
    return dtable


cdef void copy_worker(
    const char* table, const integer* ids, char* y, Py_ssize_t n, Py_ssize_t size
) noexcept nogil:
    """Copies rows; size is that of a row in bytes."""
    cdef Py_ssize_t i
    for i in range(n):
        memcpy(y + i * size, table + ids[i] * size, size)


cdef void add_worker(
    const real* grad, const integer* ids, real* dtable, Py_ssize_t n, Py_ssize_t size
) noexcept nogil:
    cdef Py_ssize_t i, j
    cdef real* row
    for i in range(n):
        row = dtable + ids[i] * size
        for j in range(size):
            row[j] += grad[i * size + j]
