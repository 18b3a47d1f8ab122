"""Pooling of images and sequences: the largest or the mean of what each window sees.

The innermost loops go over the channels, which lie side by side.
"""

cimport numpy as cnp
from libc.math cimport INFINITY

from edukeras.reference import pooling as twin

from _common cimport (
    alike,
    contiguous,
    doubles,
    empty_like,
    floats,
    is_float,
    is_real,
    real,
    same_type,
)
from _windows cimport (
    Windows,
    cropped,
    describe,
    new_images,
    output_shape,
    padded,
    padded_place,
)

cnp.import_array()

cdef tuple NO_DILATION = (1, 1)


cdef bint fits(Windows* w, x, size, strides, padding):
    """Whether the workers can do it; then it fills w."""
    return (
        is_real(x)
        and cnp.PyArray_NDIM(x) in (3, 4)
        and describe(w, x, size, strides, NO_DILATION, padding)
    )


cdef bint is_output(Windows* w, y, x):
    """Whether y has the type and shape of pooled x."""
    return same_type(y, x) and y.shape == output_shape(w, x, w.channels)


def max_pool(x, size, strides, padding):
    """The largest element that each window sees, channel by channel.

    Shapes: (B, *sizes, C) -> (B, *positions of the window, C)
    """
    cdef Windows w
    if not fits(&w, x, size, strides, padding):
        return twin.max_pool(x, size, strides, padding)
    x = padded(&w, x, -INFINITY)
    cdef cnp.ndarray y = new_images(&w, w.rows, w.columns, w.channels, x)
    if is_float(x):
        max_worker[float](&w, floats(x), floats(y))
    else:
        max_worker[double](&w, doubles(x), doubles(y))
    return y


def max_pool_backward(grad, x, y, size, strides, padding):
    """Hands each gradient to the first of the largest elements in its window.

    Shapes: grad and y (B, *positions, C), y the output -> that of x
    """
    cdef Windows w
    if not (
        fits(&w, x, size, strides, padding) and is_output(&w, y, x) and alike(grad, y)
    ):
        return twin.max_pool_backward(grad, x, y, size, strides, padding)
    x, y = padded(&w, x, -INFINITY), contiguous(y)
    # What has found no receiver yet: the worker takes from it.
    cdef cnp.ndarray left = cnp.PyArray_NewCopy(grad, cnp.NPY_CORDER)
    cdef cnp.ndarray dx = empty_like(x)
    if is_float(x):
        max_backward_worker[float](&w, floats(left), floats(x), floats(y), floats(dx))
    else:
        max_backward_worker[double](
            &w, doubles(left), doubles(x), doubles(y), doubles(dx)
        )
    return cropped(&w, dx)


def average_pool(x, size, strides, padding):
    """The mean of what each window sees; what was padded does not count.

    Shapes: (B, *sizes, C) -> (B, *positions of the window, C)
    """
    cdef Windows w
    if not fits(&w, x, size, strides, padding):
        return twin.average_pool(x, size, strides, padding)
    x = padded(&w, x, 0)
    cdef cnp.ndarray y = new_images(&w, w.rows, w.columns, w.channels, x)
    if is_float(x):
        average_worker[float](&w, floats(x), floats(y))
    else:
        average_worker[double](&w, doubles(x), doubles(y))
    return y


def average_pool_backward(grad, x, size, strides, padding):
    """Shares each gradient among the elements of its window; x gives the shape."""
    cdef Windows w
    if not (fits(&w, x, size, strides, padding) and is_output(&w, grad, x)):
        return twin.average_pool_backward(grad, x, size, strides, padding)
    grad = contiguous(grad)
    cdef cnp.ndarray dx
    dx = new_images(&w, w.padded_height, w.padded_width, w.channels, x)
    if is_float(x):
        average_backward_worker[float](&w, floats(grad), floats(dx))
    else:
        average_backward_worker[double](&w, doubles(grad), doubles(dx))
    return cropped(&w, dx)


cdef void max_worker(Windows* w, const real* x, real* y) noexcept nogil:
    cdef Py_ssize_t row, column, i, j, c
    cdef const real* seen
    cdef real larger
    for row in range(w.images * w.rows):
        for column in range(w.columns):
            for i in range(w.window_height):
                seen = x + first_seen(w, row, column, i)
                for j in range(w.window_width):
                    if i == 0 and j == 0:
                        for c in range(w.channels):
                            y[c] = seen[c]
                    else:
                        for c in range(w.channels):
                            # Written so that NaN wins, and is not replaced.
                            larger = y[c] if seen[c] <= y[c] else seen[c]
                            y[c] = larger if y[c] == y[c] else y[c]
                    seen += w.channels
            y += w.channels


cdef void max_backward_worker(
    Windows* w, real* left, const real* x, const real* y, real* dx
) noexcept nogil:
    cdef Py_ssize_t row, column, i, j, c, place
    cdef real given
    clear(w, dx)
    for row in range(w.images * w.rows):
        for column in range(w.columns):
            for i in range(w.window_height):
                place = first_seen(w, row, column, i)
                for j in range(w.window_width):
                    for c in range(w.channels):
                        given = 0 if x[place + c] < y[c] else left[c]
                        dx[place + c] += given
                        left[c] -= given
                    place += w.channels
            left += w.channels
            y += w.channels


cdef void average_worker(Windows* w, const real* x, real* y) noexcept nogil:
    cdef Py_ssize_t row, column, i, j, c
    cdef const real* seen
    cdef real share
    for row in range(w.images * w.rows):
        for column in range(w.columns):
            for c in range(w.channels):
                y[c] = 0
            for i in range(w.window_height):
                seen = x + first_seen(w, row, column, i)
                for j in range(w.window_width):
                    for c in range(w.channels):
                        y[c] += seen[c]
                    seen += w.channels
            share = <real> 1 / <real> count(w, row, column)
            for c in range(w.channels):
                y[c] *= share
            y += w.channels


cdef void average_backward_worker(
    Windows* w, const real* grad, real* dx
) noexcept nogil:
    cdef Py_ssize_t row, column, i, j, c
    cdef real* place
    cdef real share
    clear(w, dx)
    for row in range(w.images * w.rows):
        for column in range(w.columns):
            share = <real> 1 / <real> count(w, row, column)
            for i in range(w.window_height):
                place = dx + first_seen(w, row, column, i)
                for j in range(w.window_width):
                    for c in range(w.channels):
                        place[c] += share * grad[c]
                    place += w.channels
            grad += w.channels


cdef inline void clear(Windows* w, real* dx) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(padded_place(w, w.images, 0, 0)):
        dx[i] = 0


cdef inline Py_ssize_t first_seen(
    Windows* w, Py_ssize_t row, Py_ssize_t column, Py_ssize_t i
) noexcept nogil:
    """Where the i-th row of a window begins; rows of all images are counted on."""
    return padded_place(
        w, row // w.rows, row % w.rows * w.stride_y + i, column * w.stride_x
    )


cdef inline Py_ssize_t count(
    Windows* w, Py_ssize_t row, Py_ssize_t column
) noexcept nogil:
    """How many elements of the image a window sees."""
    cdef Py_ssize_t y = row % w.rows * w.stride_y, x = column * w.stride_x
    return overlap(y, w.window_height, w.top, w.height) * overlap(
        x, w.window_width, w.left, w.width
    )


cdef inline Py_ssize_t overlap(
    Py_ssize_t start, Py_ssize_t length, Py_ssize_t before, Py_ssize_t size
) noexcept nogil:
    """How much of start ... start + length lies in before ... before + size."""
    cdef Py_ssize_t first = max(start, before)
    cdef Py_ssize_t last = min(start + length, before + size)
    return max(last - first, 0)
