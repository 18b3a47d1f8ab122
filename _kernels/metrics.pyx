"""How many predictions are right, counted in one pass over a batch."""

cimport numpy as cnp
from libc.stdint cimport int32_t, int64_t

from edukeras.reference import metrics as twin

from _common cimport (
    alike,
    contiguous,
    doubles,
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


def count_same_class(y_true, y_pred):
    """In how many rows both have their largest number at the same place.

    Shapes: (B, C), (B, C)
    """
    if not (is_real(y_pred) and is_table(y_pred) and alike(y_true, y_pred)):
        return twin.count_same_class(y_true, y_pred)
    true, pred = contiguous(y_true), contiguous(y_pred)
    cdef Py_ssize_t rows = cnp.PyArray_DIM(pred, 0), classes = cnp.PyArray_DIM(pred, 1)
    if is_float(pred):
        return same_class_worker[float](floats(true), floats(pred), rows, classes)
    return same_class_worker[double](doubles(true), doubles(pred), rows, classes)


cdef Py_ssize_t same_class_worker(
    const real* true, const real* pred, Py_ssize_t rows, Py_ssize_t classes
) noexcept nogil:
    cdef Py_ssize_t i, start, count = 0
    for i in range(rows):
        start = i * classes
        count += (
            place_of_largest(true + start, classes)
            == place_of_largest(pred + start, classes)
        )
    return count


def count_right_labels(labels, y_pred):
    """In how many rows the largest number is at the place that the label says.

    Shapes: (B,) of whole numbers, (B, C)
    """
    if not (is_real(y_pred) and is_table(y_pred) and are_labels(labels, y_pred)):
        return twin.count_right_labels(labels, y_pred)
    pred, numbers = contiguous(y_pred), contiguous(labels)
    if cnp.PyArray_TYPE(numbers) == cnp.NPY_INT32:
        return right_labels[int32_t](<int32_t*> cnp.PyArray_DATA(numbers), pred)
    return right_labels[int64_t](<int64_t*> cnp.PyArray_DATA(numbers), pred)


cdef Py_ssize_t right_labels(const integer* labels, cnp.ndarray pred):
    cdef Py_ssize_t rows = cnp.PyArray_DIM(pred, 0), classes = cnp.PyArray_DIM(pred, 1)
    if is_float(pred):
        return right_labels_worker(labels, floats(pred), rows, classes)
    return right_labels_worker(labels, doubles(pred), rows, classes)


cdef Py_ssize_t right_labels_worker(
    const integer* labels, const real* pred, Py_ssize_t rows, Py_ssize_t classes
) noexcept nogil:
    cdef Py_ssize_t i, count = 0
    for i in range(rows):
        count += labels[i] == place_of_largest(pred + i * classes, classes)
    return count


cdef inline Py_ssize_t place_of_largest(const real* x, Py_ssize_t n) noexcept nogil:
    """As np.argmax: of equal numbers the first; NaN counts as the largest."""
    cdef Py_ssize_t j, place = 0
    for j in range(1, n):
        if x[place] != x[place]:
            break
        if not x[j] <= x[place]:
            place = j
    return place


cdef bint is_table(cnp.ndarray x):
    """Whether x is a matrix with something in it."""
    return is_matrix(x, x) and cnp.PyArray_SIZE(x) > 0


cdef bint are_labels(labels, cnp.ndarray table):
    """Whether labels are int32 or int64, one per row."""
    return (
        cnp.PyArray_Check(labels)
        and cnp.PyArray_TYPE(labels) in (cnp.NPY_INT32, cnp.NPY_INT64)
        and cnp.PyArray_ISNOTSWAPPED(labels)
        and cnp.PyArray_NDIM(labels) == 1
        and cnp.PyArray_SIZE(labels) == cnp.PyArray_DIM(table, 0)
    )
