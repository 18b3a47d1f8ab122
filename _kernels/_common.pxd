"""What the kernels share: the type `real`, and the few lines each front needs.

A front looks at its arrays: anything but float32 and float64 arrays that fit together
goes to the NumPy twin, which computes it or says what is wrong. The worker gets bare
pointers, because for small arrays a memoryview costs more than the arithmetic.

Workers write <real> 1 for 1: a bare constant is a double in C, and a single one makes
the compiler do the whole line in doubles, at half the speed.
"""

cimport numpy as cnp
from libc.limits cimport INT_MAX

ctypedef fused real:
    float
    double


cdef inline bint is_real(object x):
    """Whether x is an array of float32 or float64, in this computer's byte order."""
    return (
        cnp.PyArray_Check(x)
        and cnp.PyArray_TYPE(x) in (cnp.NPY_FLOAT, cnp.NPY_DOUBLE)
        and cnp.PyArray_ISNOTSWAPPED(x)
    )


cdef inline bint same_type(object x, cnp.ndarray like):
    """Whether x is an array of the same type as `like`, which is real."""
    return is_real(x) and cnp.PyArray_TYPE(x) == cnp.PyArray_TYPE(like)


cdef inline bint alike(object x, cnp.ndarray like):
    """Whether x is an array of the same type and shape as `like`, which is real."""
    return same_type(x, like) and cnp.PyArray_SAMESHAPE(x, like)


cdef inline bint is_vector(object x, cnp.ndarray like, Py_ssize_t size):
    """Whether x is a vector of this size and of the same type as `like`."""
    return (
        same_type(x, like)
        and cnp.PyArray_NDIM(x) == 1
        and cnp.PyArray_SIZE(x) == size
    )


cdef inline bint is_matrix(object x, cnp.ndarray like):
    """Whether x is a matrix of the same type as `like`; BLAS counts in ints."""
    return (
        same_type(x, like)
        and cnp.PyArray_NDIM(x) == 2
        and cnp.PyArray_DIM(x, 0) <= INT_MAX
        and cnp.PyArray_DIM(x, 1) <= INT_MAX
    )


cdef inline bint is_float(cnp.ndarray x):
    """Of the two real types, whether x has float32."""
    return cnp.PyArray_TYPE(x) == cnp.NPY_FLOAT


cdef inline cnp.ndarray contiguous(cnp.ndarray x):
    """x itself where its numbers lie one after the other, else such a copy."""
    return x if cnp.PyArray_ISCARRAY_RO(x) else cnp.PyArray_Copy(x)


cdef inline cnp.ndarray empty_like(cnp.ndarray x):
    """A new array of the shape and type of x, in C order, not filled."""
    return cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(x), cnp.PyArray_DIMS(x), cnp.PyArray_TYPE(x), 0
    )


cdef inline cnp.ndarray empty_vector(Py_ssize_t size, cnp.ndarray like):
    """A new vector of the type of `like`, not filled."""
    cdef cnp.npy_intp shape = size
    return cnp.PyArray_EMPTY(1, &shape, cnp.PyArray_TYPE(like), 0)


cdef inline cnp.ndarray empty_matrix(
    Py_ssize_t rows, Py_ssize_t columns, cnp.ndarray like
):
    """A new matrix of the type of `like`, not filled."""
    cdef cnp.npy_intp[2] shape = [rows, columns]
    return cnp.PyArray_EMPTY(2, shape, cnp.PyArray_TYPE(like), 0)


cdef inline float* floats(cnp.ndarray x):
    return <float*> cnp.PyArray_DATA(x)


cdef inline double* doubles(cnp.ndarray x):
    return <double*> cnp.PyArray_DATA(x)


cdef inline float* floats_or_null(x):
    return NULL if x is None else floats(x)


cdef inline double* doubles_or_null(x):
    return NULL if x is None else doubles(x)
