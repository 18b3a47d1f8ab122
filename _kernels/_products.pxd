"""Matrix products, for all kernels that need them: the one way to BLAS."""

from scipy.linalg.cython_blas cimport dgemm, dgemv, sgemm, sgemv

from _common cimport real
from _large_products cimport CAN_TILE, large_product, suits_tiles
from _threads cimport (
    Work,
    blas_set_num_threads,
    divide,
    next_part,
    threads_to_use,
    together,
)


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

    Of middle size, it is cut into equal small parts, each some rows of c. A large one
    is shared among threads, in tiles of our own or by BLAS.
    """
    cdef Py_ssize_t i, work = m * k * n
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
    if shared_product(
        a, turn_a, b, turn_b, c if beta else <real*> NULL, n, c, m, k, n
    ):
        return
    if work > FOR_ONE_THREAD and not (real is float and has_tiles()):
        gemm(a, turn_a, b, turn_b, beta, c, m, k, n, m)
        return
    cdef Pieces pieces
    pieces.a, pieces.b, pieces.c = a, b, c
    pieces.turn_a, pieces.turn_b, pieces.add = turn_a, turn_b, beta != 0
    pieces.of_floats = real is float
    pieces.m, pieces.k, pieces.n = m, k, n
    cdef Py_ssize_t rows = m
    if work > SMALL:
        rows = (m - 1) // ((work - 1) // SMALL + 1) + 1
        if rows < 8:
            rows = m
    cdef int threads = threads_to_use()
    cdef int members = threads if work > FOR_ONE_THREAD else 1
    if threads > 1:
        blas_set_num_threads(1)
    divide(&pieces.work, m, members, rows, rows)
    together(multiply_pieces, &pieces, members)
    if threads > 1:
        blas_set_num_threads(threads)


ctypedef struct Pieces:
    const void* a
    const void* b
    void* c
    bint turn_a
    bint turn_b
    bint add
    bint of_floats
    Py_ssize_t m
    Py_ssize_t k
    Py_ssize_t n
    Work work  # rows of c


cdef inline void multiply_pieces(void* given, int member) noexcept nogil:
    """What each thread does: some rows of c, then some more, until all are begun."""
    cdef Pieces* its = <Pieces*> given
    cdef Py_ssize_t begin, end, skipped
    while next_part(&its.work, member, &begin, &end):
        skipped = begin if its.turn_a else begin * its.k
        if its.of_floats:
            gemm[float](
                <const float*> its.a + skipped, its.turn_a,
                <const float*> its.b, its.turn_b,
                1 if its.add else 0, <float*> its.c + begin * its.n,
                end - begin, its.k, its.n, its.m,
            )
        else:
            gemm[double](
                <const double*> its.a + skipped, its.turn_a,
                <const double*> its.b, its.turn_b,
                1 if its.add else 0, <double*> its.c + begin * its.n,
                end - begin, its.k, its.n, its.m,
            )


cdef inline bint has_tiles() noexcept nogil:
    """Whether large products of floats are computed in our own tiles, beside OpenBLAS.

    Then no product runs on several threads of OpenBLAS: after it they go on looking for
    work for some 30 ms, and take the time of the threads that compute the next tiles.
    """
    return CAN_TILE and blas_set_num_threads != NULL


cdef inline bint shared_product(
    const real* a, bint turn_a,
    const real* b, bint turn_b,
    const real* start, Py_ssize_t start_length, real* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
) noexcept nogil:
    """c = start + a @ b, as `large_product`; False where that is not the way."""
    if real is float:
        if m * k * n > FOR_ONE_THREAD and suits_tiles(m, k, n) and has_tiles():
            return large_product(
                a, turn_a, b, turn_b, start, start_length, c, m, k, n, threads_to_use()
            )
    return False


cdef inline void product_plus_row(
    const real* a, const real* b, const real* row, real* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
) noexcept nogil:
    """c = a @ b + row, a bias, in each row of c; NULL: none."""
    if shared_product(a, False, b, False, row, 0, c, m, k, n):
        return
    fill_rows(row, c, m, n)
    product(a, False, b, False, <real> (0 if row == NULL else 1), c, m, k, n)


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
