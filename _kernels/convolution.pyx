"""Convolution in one step, of images and sequences: products, bias, activation.

What each window sees is copied into a row ("im2col"); all rows times the kernel are one
matrix product. That is done block by block, each so small that it stays in the cache.
Volumes, and activations other than relu, are left to the twin.
"""

cimport numpy as cnp
from libc.string cimport memcpy

from edukeras.reference import convolution as twin

from _common cimport (
    alike,
    contiguous,
    doubles,
    doubles_or_null,
    empty_like,
    empty_vector,
    floats,
    floats_or_null,
    is_float,
    is_real,
    is_vector,
    real,
    same_type,
)
from _products cimport SMALL, fill_rows, product
from _threads cimport use_threads
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


def control_threads(getter, setter, team):
    """Tells where OpenBLAS has its get_num_threads and set_num_threads, and the team."""
    use_threads(getter, setter, team)

# How many numbers a block of windows has at most: a quarter of a megabyte of floats.
cdef enum:
    BLOCK = 1 << 16


cdef bint fits(Windows* w, x, kernel, strides, dilation, padding, activation):
    """Whether the workers can do it; then it fills w."""
    if not (
        activation in ("linear", "relu")
        and is_real(x)
        and cnp.PyArray_NDIM(x) in (3, 4)
        and same_type(kernel, x)
        and cnp.PyArray_NDIM(kernel) == cnp.PyArray_NDIM(x)
    ):
        return False
    cdef int rank = cnp.PyArray_NDIM(x) - 2
    return (
        cnp.PyArray_DIM(kernel, rank) == cnp.PyArray_DIM(x, rank + 1)
        and cnp.PyArray_SIZE(x) > 0
        and cnp.PyArray_SIZE(kernel) > 0
        and describe(w, x, kernel.shape, strides, dilation, padding)
    )


def conv(x, kernel, bias, strides, padding, dilation, activation):
    """activation(sums of the kernel times what each window sees + bias)

    Shapes: x (B, *sizes, C), kernel (*window, C, F), bias (F,) or None
        -> (B, *positions of the window, F)
    """
    cdef Windows w
    if not (
        fits(&w, x, kernel, strides, dilation, padding, activation)
        and (
            bias is None
            or is_vector(bias, x, cnp.PyArray_DIM(kernel, cnp.PyArray_NDIM(x) - 1))
        )
    ):
        return twin.conv(x, kernel, bias, strides, padding, dilation, activation)
    x, kernel = padded(&w, x, 0), contiguous(kernel)
    if bias is not None:
        bias = contiguous(bias)
    cdef Py_ssize_t filters = cnp.PyArray_DIM(kernel, kernel.ndim - 1)
    cdef cnp.ndarray y = new_images(&w, w.rows, w.columns, filters, x)
    cdef Py_ssize_t positions = block_rows(&w, filters) * w.columns
    cdef cnp.ndarray seen = empty_vector(positions * depth(&w), x)
    cdef cnp.ndarray bias_row = empty_vector(w.columns * filters, x)
    cdef bint relu = activation == "relu"
    if is_float(x):
        conv_worker[float](
            &w, filters, floats(x), floats(kernel), floats_or_null(bias), floats(y),
            floats(seen), floats(bias_row), relu,
        )
    else:
        conv_worker[double](
            &w, filters, doubles(x), doubles(kernel), doubles_or_null(bias), doubles(y),
            doubles(seen), doubles(bias_row), relu,
        )
    return y


def conv_backward(
    grad, x, kernel, y, strides, padding, dilation, activation, need
):
    """Gradients of `conv`: (dx, dkernel, dbias), None where need[i] is false.

    Shapes: grad and y (B, *positions, F), y the output -> those of x, kernel, bias
    """
    cdef Windows w
    if not (
        fits(&w, x, kernel, strides, dilation, padding, activation)
        and same_type(y, x)
        and alike(grad, y)
        and y.shape == output_shape(&w, x, cnp.PyArray_DIM(kernel, x.ndim - 1))
    ):
        return twin.conv_backward(
            grad, x, kernel, y, strides, padding, dilation, activation, need
        )
    x, kernel = padded(&w, x, 0), contiguous(kernel)
    grad, y = contiguous(grad), contiguous(y)
    need_x, need_kernel, need_bias = need
    cdef Py_ssize_t filters = cnp.PyArray_DIM(kernel, kernel.ndim - 1)
    cdef Py_ssize_t positions = block_rows(&w, filters) * w.columns
    cdef cnp.ndarray seen = empty_vector(positions * depth(&w), x)
    cdef cnp.ndarray dz = empty_vector(positions * filters, x)
    # Small products are faster with the copy than with a turned operand.
    cdef cnp.ndarray turned_kernel = contiguous(kernel.reshape(-1, filters).T)
    cdef bint relu = activation == "relu"
    dx = empty_like(x) if need_x else None
    dkernel = empty_like(kernel) if need_kernel else None
    # The sum over all rows of positions; then that over the positions in a row.
    dbias_row = empty_vector(w.columns * filters, x) if need_bias else None
    if is_float(x):
        conv_backward_worker[float](
            &w, filters, floats(grad), floats(x), floats(turned_kernel), floats(y),
            floats(seen), floats(dz),
            floats_or_null(dx), floats_or_null(dkernel), floats_or_null(dbias_row),
            relu,
        )
    else:
        conv_backward_worker[double](
            &w, filters, doubles(grad), doubles(x), doubles(turned_kernel), doubles(y),
            doubles(seen), doubles(dz),
            doubles_or_null(dx), doubles_or_null(dkernel), doubles_or_null(dbias_row),
            relu,
        )
    if need_x:
        dx = cropped(&w, dx)
    dbias = dbias_row.reshape(-1, filters).sum(axis=0) if need_bias else None
    return dx, dkernel, dbias


cdef Py_ssize_t depth(Windows* w) noexcept:
    """How many numbers a window sees."""
    return w.window_height * w.window_width * w.channels


cdef Py_ssize_t block_rows(Windows* w, Py_ssize_t filters) noexcept:
    """How many rows of positions make a block; rows of all images are counted on."""
    cdef Py_ssize_t numbers = w.columns * depth(w)
    cdef Py_ssize_t rows = BLOCK // numbers
    if numbers * filters <= SMALL:
        rows = min(rows, SMALL // (numbers * filters))
    return min(max(1, rows), w.images * w.rows)


cdef void conv_worker(
    Windows* w, Py_ssize_t filters,
    const real* x, const real* kernel, const real* bias, real* y,
    real* seen, real* bias_row, bint relu,
):
    cdef Py_ssize_t rows = block_rows(w, filters), inner = depth(w)
    cdef Py_ssize_t block, start, stop, row, i, length = w.columns * filters
    cdef real* out
    cdef real z
    cdef bint turned = w.channels == 1
    with nogil:
        # Long loops are faster: the bias as often as a row has positions.
        for i in range(length):
            bias_row[i] = 0
        fill_rows(bias, bias_row, w.columns, filters)
        for block in range((w.images * w.rows + rows - 1) // rows):
            start = block * rows
            stop = min(start + rows, w.images * w.rows)
            gather(w, x, start, stop, seen, turned)
            out = y + start * length
            product(
                seen, turned, kernel, False, <real> 0, out,
                (stop - start) * w.columns, inner, filters,
            )
            for row in range(stop - start):
                if relu:
                    for i in range(length):
                        z = out[i] + bias_row[i]
                        out[i] = 0 if z < 0 else z
                else:
                    for i in range(length):
                        out[i] += bias_row[i]
                out += length


cdef void conv_backward_worker(
    Windows* w, Py_ssize_t filters,
    const real* grad, const real* x, const real* turned_kernel, const real* y,
    real* seen, real* dz_block,
    real* dx, real* dkernel, real* dbias_row, bint relu,
):
    cdef Py_ssize_t rows = block_rows(w, filters), inner = depth(w)
    cdef Py_ssize_t block, start, stop, row, i, positions, length = w.columns * filters
    cdef const real* dz
    cdef bint turned = w.channels == 1
    with nogil:
        if dx != NULL:
            for i in range(padded_place(w, w.images, 0, 0)):
                dx[i] = 0
        if dkernel != NULL:
            for i in range(inner * filters):
                dkernel[i] = 0
        if dbias_row != NULL:
            for i in range(length):
                dbias_row[i] = 0
        for block in range((w.images * w.rows + rows - 1) // rows):
            start = block * rows
            stop = min(start + rows, w.images * w.rows)
            positions = (stop - start) * w.columns
            dz = grad + start * length
            if relu:
                for i in range(positions * filters):
                    dz_block[i] = dz[i] if y[start * length + i] > 0 else 0
                dz = dz_block
            if dbias_row != NULL:
                for row in range(stop - start):
                    for i in range(length):
                        dbias_row[i] += dz[row * length + i]
            if dkernel != NULL:
                gather(w, x, start, stop, seen, turned)
                product(
                    seen, not turned, dz, False, <real> 1, dkernel,
                    inner, positions, filters,
                )
            if dx != NULL:
                product(
                    dz, False, turned_kernel, False, <real> 0, seen,
                    positions, filters, inner,
                )
                scatter(w, seen, start, stop, dx)


cdef inline void gather(
    Windows* w, const real* x, Py_ssize_t start, Py_ssize_t stop, real* seen,
    bint turned,
) noexcept nogil:
    """What the windows of some rows of positions see: a row of `seen` for each window.

    With turned it is a column for each; for single channels that copies more at once.
    """
    cdef Py_ssize_t row, i, j, k, run = w.channels, pieces = w.window_width
    cdef Py_ssize_t step = w.stride_x * w.channels, row_length
    cdef Py_ssize_t inner = w.window_height * w.window_width * w.channels
    cdef const real* source
    cdef real* place
    if turned:
        row_length = (stop - start) * w.columns
        for row in range(start, stop):
            for i in range(w.window_height):
                source = x + padded_place(
                    w, row // w.rows, row % w.rows * w.stride_y + i * w.dilation_y, 0
                )
                for j in range(w.window_width):
                    place = seen + (i * w.window_width + j) * row_length
                    place += (row - start) * w.columns
                    for k in range(w.columns):
                        place[k] = source[j * w.dilation_x + k * w.stride_x]
        return
    if w.dilation_x == 1:  # what a window sees in one row of the image is one piece
        run, pieces = w.window_width * w.channels, 1
    for row in range(start, stop):
        for i in range(w.window_height):
            source = x + padded_place(
                w, row // w.rows, row % w.rows * w.stride_y + i * w.dilation_y, 0
            )
            place = seen + (row - start) * w.columns * inner
            place += i * w.window_width * w.channels
            for k in range(w.columns):
                for j in range(pieces):
                    memcpy(
                        place + j * run,
                        source + j * w.dilation_x * w.channels,
                        run * sizeof(real),
                    )
                source += step
                place += inner


cdef inline void scatter(
    Windows* w, const real* seen, Py_ssize_t start, Py_ssize_t stop, real* dx
) noexcept nogil:
    """The reverse of `gather`, not turned: adds all numbers where they came from."""
    cdef Py_ssize_t row, i, j, k, n, run = w.channels, pieces = w.window_width
    cdef Py_ssize_t step = w.stride_x * w.channels
    cdef Py_ssize_t inner = w.window_height * w.window_width * w.channels
    cdef const real* source
    cdef real* place
    if w.dilation_x == 1:
        run, pieces = w.window_width * w.channels, 1
    for row in range(start, stop):
        for i in range(w.window_height):
            place = dx + padded_place(
                w, row // w.rows, row % w.rows * w.stride_y + i * w.dilation_y, 0
            )
            source = seen + (row - start) * w.columns * inner
            source += i * w.window_width * w.channels
            for k in range(w.columns):
                for j in range(pieces):
                    for n in range(run):
                        place[j * w.dilation_x * w.channels + n] += source[j * run + n]
                source += inner
                place += step
