"""Matrix products, for all kernels that need them: the one way to BLAS."""

from scipy.linalg.cython_blas cimport dgemm, dgemv, sgemm, sgemv

from _common cimport real

cdef extern from *:
    """
    /* OpenBLAS's own functions, or NULL where BLAS is another library. */
    static int (*blas_get_num_threads)(void) = 0;
    static void (*blas_set_num_threads)(int) = 0;
    """
    int (*blas_get_num_threads)() noexcept nogil
    void (*blas_set_num_threads)(int) noexcept nogil


cdef inline void use_thread_control(size_t getter, size_t setter) noexcept:
    """Says where OpenBLAS has its get_num_threads and set_num_threads.

    Each module that includes this file has its own two pointers, and must be told.
    """
    global blas_get_num_threads, blas_set_num_threads
    blas_get_num_threads = <int (*)() noexcept nogil> getter
    blas_set_num_threads = <void (*)(int) noexcept nogil> setter


cdef enum:
    # Up to so many multiplications OpenBLAS takes matrices as they are, where the CPU
    # has AVX-512; larger ones it copies first, in an order that suits the caches.
    # Without the copy it is 1.5 times as fast.
    SMALL = 1000000
    # Products of up to so many multiplications run on one thread.  They take a tenth
    # of a millisecond, and waking a second thread for that gains nothing on an idle
    # machine; on a busy one, it may not be scheduled for milliseconds.
    FOR_ONE_THREAD = 8000000


cdef inline void product(
    const real* a, bint turn_a,
    const real* b, bint turn_b,
    real beta, real* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
) noexcept nogil:
    """c = a @ b + beta * c, beta 0 or 1; a (m, k), b (k, n), c (m, n) when turned.

    Of middle size, it is cut into equal small parts, each some rows of c.
    """
    cdef Py_ssize_t i, start = 0, rows = m, work = m * k * n
    if k > 0 and (m == 1 or n == 1):
        # With a single row or column, BLAS's gemv is much faster than its gemm.
        if beta == 0:
            for i in range(m * n):
                c[i] = 0
        if m == 1:  # c = a @ b is b.T @ a
            gemv(b, not turn_b, k if turn_b else n, n if turn_b else k, a, c)
        else:
            gemv(a, turn_a, m if turn_a else k, k if turn_a else m, b, c)
        return
    if work > FOR_ONE_THREAD:
        gemm(a, turn_a, b, turn_b, beta, c, m, k, n, m)
        return
    cdef int threads = 1
    if blas_set_num_threads != NULL:
        threads = blas_get_num_threads()
    if threads > 1:
        blas_set_num_threads(1)
    if work > SMALL:
        rows = (m - 1) // ((work - 1) // SMALL + 1) + 1
        if rows < 8:
            rows = m
    while start < m:
        gemm(
            a + (start if turn_a else start * k), turn_a, b, turn_b,
            beta, c + start * n, min(rows, m - start), k, n, m,
        )
        start += rows
    if threads > 1:
        blas_set_num_threads(threads)


cdef inline void gemm(
    const real* a, bint turn_a,
    const real* b, bint turn_b,
    real beta, real* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
    Py_ssize_t rows_of_all,
) noexcept nogil:
    """c = a @ b + beta * c, or m of the rows_of_all rows of it.

    BLAS expects matrices column by column. Ours, row by row, are to BLAS their own
    transposes. So we ask for c.T = b.T @ a.T: the operands swapped and nothing moved.
    """
    # BLAS counts in 32 bits.
    cdef int rows = <int> m, inner = <int> k, columns = <int> n
    # The length of a row in memory. It must not be 0, even where nothing is computed.
    cdef int row_a = max(1, <int> rows_of_all if turn_a else inner)
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


cdef inline void gemv(
    const real* matrix, bint turn, Py_ssize_t row_length, Py_ssize_t rows,
    const real* vector, real* out,
) noexcept nogil:
    """out += matrix @ vector, or with turn, matrix.T @ vector."""
    cdef int m = <int> row_length, n = <int> rows, step = 1
    cdef char mode = b"N" if turn else b"T"  # to BLAS it is turned already, as above
    cdef real one = 1
    if real is float:
        sgemv(
            &mode, &m, &n, &one, <real*> matrix, &m,
            <real*> vector, &step, &one, out, &step,
        )
    else:
        dgemv(
            &mode, &m, &n, &one, <real*> matrix, &m,
            <real*> vector, &step, &one, out, &step,
        )


cdef inline void product_by_rows(
    const real* a, const real* b, real beta, real* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
) noexcept nogil:
    """c = a @ b + beta * c, a few rows of a at a time, however many there are."""
    cdef Py_ssize_t start, part = SMALL // max(1, k * n)
    if part >= m or part < 8:
        part = m
    start = 0
    while start < m:
        part = min(part, m - start)
        product(
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
        product(
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
