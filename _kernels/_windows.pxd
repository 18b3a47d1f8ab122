"""Windows that slide over images (B, H, W, C), or over sequences (B, T, C), which are
images with a single row."""

cimport numpy as cnp

from _common cimport contiguous, doubles, floats, is_float, real


cdef struct Windows:
    Py_ssize_t images, channels
    Py_ssize_t height, width                # of the image
    Py_ssize_t top, bottom, left, right     # margins
    Py_ssize_t padded_height, padded_width
    Py_ssize_t window_height, window_width
    Py_ssize_t stride_y, stride_x           # from one position to the next
    Py_ssize_t dilation_y, dilation_x       # between the elements of a window
    Py_ssize_t rows, columns                # of positions


cdef inline bint describe(
    Windows* w, cnp.ndarray x, size, strides, dilation, padding
):
    """Fills w; whether there is at least one position for the window."""
    cdef int rank = cnp.PyArray_NDIM(x) - 2
    w.images, w.channels = cnp.PyArray_DIM(x, 0), cnp.PyArray_DIM(x, rank + 1)
    w.width, w.window_width = cnp.PyArray_DIM(x, rank), size[rank - 1]
    w.stride_x, w.dilation_x = strides[rank - 1], dilation[rank - 1]
    w.left, w.right = padding[rank - 1]
    w.height = w.window_height = w.stride_y = w.dilation_y = 1
    w.top = w.bottom = 0
    if rank == 2:
        w.height, w.window_height = cnp.PyArray_DIM(x, 1), size[0]
        w.stride_y, w.dilation_y = strides[0], dilation[0]
        w.top, w.bottom = padding[0]
    w.padded_height = w.top + w.height + w.bottom
    w.padded_width = w.left + w.width + w.right
    cdef Py_ssize_t room_y, room_x
    room_y = w.padded_height - (w.window_height - 1) * w.dilation_y - 1
    room_x = w.padded_width - (w.window_width - 1) * w.dilation_x - 1
    if room_y < 0 or room_x < 0:
        return False
    w.rows, w.columns = room_y // w.stride_y + 1, room_x // w.stride_x + 1
    return True


cdef inline tuple output_shape(Windows* w, cnp.ndarray x, channels):
    """The shape of what has so many channels at each position."""
    if cnp.PyArray_NDIM(x) == 3:
        return (w.images, w.columns, channels)
    return (w.images, w.rows, w.columns, channels)


cdef inline bint has_margins(Windows* w):
    return w.top + w.bottom + w.left + w.right > 0


cdef inline cnp.ndarray new_images(
    Windows* w, Py_ssize_t height, Py_ssize_t width, Py_ssize_t channels,
    cnp.ndarray like,
):
    """A new array for images of this size, or for sequences if `like` has such."""
    cdef cnp.npy_intp[4] shape = [w.images, height, width, channels]
    if cnp.PyArray_NDIM(like) == 3:
        shape[1], shape[2] = width, channels
    return cnp.PyArray_EMPTY(
        cnp.PyArray_NDIM(like), shape, cnp.PyArray_TYPE(like), 0
    )


cdef inline cnp.ndarray padded(Windows* w, cnp.ndarray x, double value):
    """x with margins of this value, contiguous; x itself if it is so already."""
    x = contiguous(x)
    if not has_margins(w):
        return x
    cdef cnp.ndarray out
    out = new_images(w, w.padded_height, w.padded_width, w.channels, x)
    if is_float(x):
        pad[float](w, floats(x), floats(out), <float> value)
    else:
        pad[double](w, doubles(x), doubles(out), value)
    return out


cdef inline void pad(Windows* w, const real* x, real* out, real value) noexcept nogil:
    cdef Py_ssize_t b, y, i, length = w.width * w.channels
    cdef const real* source
    cdef real* place
    for i in range(w.images * w.padded_height * w.padded_width * w.channels):
        out[i] = value
    for b in range(w.images):
        for y in range(w.height):
            place = out + padded_place(w, b, w.top + y, w.left)
            source = x + (b * w.height + y) * length
            for i in range(length):
                place[i] = source[i]


cdef inline cnp.ndarray cropped(Windows* w, cnp.ndarray out):
    """A new array with padded images without their margins; itself if there are none"""
    if not has_margins(w):
        return out
    cdef cnp.ndarray x = new_images(w, w.height, w.width, w.channels, out)
    if is_float(x):
        crop[float](w, floats(out), floats(x))
    else:
        crop[double](w, doubles(out), doubles(x))
    return x


cdef inline void crop(Windows* w, const real* out, real* x) noexcept nogil:
    cdef Py_ssize_t b, y, i, length = w.width * w.channels
    cdef const real* source
    cdef real* place
    for b in range(w.images):
        for y in range(w.height):
            source = out + padded_place(w, b, w.top + y, w.left)
            place = x + (b * w.height + y) * length
            for i in range(length):
                place[i] = source[i]


cdef inline Py_ssize_t padded_place(
    Windows* w, Py_ssize_t image, Py_ssize_t y, Py_ssize_t x
) noexcept nogil:
    """Where in memory a pixel of the padded images is."""
    return ((image * w.padded_height + y) * w.padded_width + x) * w.channels
