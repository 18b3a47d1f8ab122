"""Matrix products for the kernels that need many: convolution and recurrence."""

from scipy.linalg.cython_blas cimport dgemm, sgemm

from _common cimport real


cdef inline void add_product(
    const real* a, bint turn_a,
    const real* b, bint turn_b,
    real beta, real* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
) noexcept nogil:
    """c = a @ b + beta * c, beta 0 or 1; a (m, k), b (k, n), c (m, n) when turned.

    BLAS expects matrices column by column. Ours, row by row, are to BLAS their own
    transposes. So we ask for c.T = b.T @ a.T: the operands swapped and nothing moved.
    """
    # BLAS counts in 32 bits.
    cdef int rows = <int> m, inner = <int> k, columns = <int> n
    # The length of a row in memory. It must not be 0, even where nothing is computed.
    cdef int row_a = max(1, rows if turn_a else inner)
    cdef int row_b = max(1, inner if turn_b else columns)
    cdef int row_c = max(1, columns)
    cdef char mode_a = b"T" if turn_a else b"N"
    cdef char mode_b = b"T" if turn_b else b"N"
    cdef real one = 1
    if real is float:
        sgemm(
            &mode_b, &mode_a, &columns, &rows, &inner, &one,
            <real*> b, &row_b, <real*> a, &row_a, &beta, c, &row_c,
        )
    else:
        dgemm(
            &mode_b, &mode_a, &columns, &rows, &inner, &one,
            <real*> b, &row_b, <real*> a, &row_a, &beta, c, &row_c,
        )


# Up to so many products OpenBLAS multiplies matrices as they are, where the CPU has
# AVX-512; larger ones it copies first, in an order that suits the caches. Without the
# copy it is about twice as fast, on one core faster than with the copy on two.
cdef enum:
    SMALL = 1000000


cdef inline void add_product_by_rows(
    const real* a, const real* b, real beta, real* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
) noexcept nogil:
    """c = a @ b + beta * c, a few rows of a at a time, so that each part is small."""
    cdef Py_ssize_t start, part = SMALL // max(1, k * n)
    if part >= m or part < 8:
        part = m
    start = 0
    while start < m:
        part = min(part, m - start)
        add_product(
            a + start * k, False, b, False, beta, c + start * n, part, k, n
        )
        start += part


cdef inline void turned_product_by_rows(
    const real* a, const real* b, real* c, Py_ssize_t rows, Py_ssize_t m, Py_ssize_t n
) noexcept nogil:
    """c = a.T @ b, adding up the parts of a few rows of a and b, so that all are small.
    """
    cdef Py_ssize_t i, start, part = SMALL // max(1, m * n)
    if part >= rows or part < 8:
        part = rows
    for i in range(m * n):
        c[i] = 0
    start = 0
    while start < rows:
        part = min(part, rows - start)
        add_product(
            a + start * m, True, b + start * n, False, <real> 1, c, m, part, n
        )
        start += part


cdef inline void fill_rows(
    const real* row, real* c, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    """Each row of c is this one: a bias, to which a product is added. NULL: nothing."""
    cdef Py_ssize_t i, j
    if row != NULL:
        for i in range(rows):
            for j in range(columns):
                c[i * columns + j] = row[j]


cdef inline void add_rows(
    const real* c, real* total, Py_ssize_t rows, Py_ssize_t columns
) noexcept nogil:
    """total += the sum of the rows of c: the gradient of a bias."""
    cdef Py_ssize_t i, j
    for i in range(rows):
        for j in range(columns):
            total[j] += c[i * columns + j]
