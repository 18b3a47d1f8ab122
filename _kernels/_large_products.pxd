"""Large products of float32 matrices on all cores, where that beats BLAS: on AVX-512.

The plan is that of every fast BLAS (Goto and van de Geijn 2008, "Anatomy of
High-Performance Matrix Multiplication"; its words are used here). A multiplication is
quick, memory is slow, so each number that has come near is used as often as can be:

    registers    a tile of c, 12 x 32 sums, from the first product to the last
    nearest      a panel of a: 12 rows, DEPTH columns, 24 kB
    cache (L1)       used for all columns of the block of b
    next (L2)    a block of b: DEPTH rows, WIDTH columns, 512 kB
                     used for all rows of a
    L3, memory   a, b and c

Both are packed first, that is, copied in the order in which the tile reads them. It
takes a fiftieth of the time.

Threads share the work: first they pack a, then they compute blocks of columns of c. A
number of c is always computed in the same order, whichever thread does it: the results
do not depend on the number of threads.
"""

from libc.stdlib cimport free, malloc
from libc.string cimport memcpy

from _threads cimport Work, divide, give_way, look_at, next_part, take, together

cdef extern from "_tile.h":
    enum:
        CAN_TILE
        TILE_ROWS
        TILE_COLUMNS

    void multiply_tile(
        int rows, Py_ssize_t depth, const float* a, const float* b,
        const float* start, Py_ssize_t start_length, float* c, Py_ssize_t c_length,
    ) noexcept nogil
    void turn_4x4(
        const float* source, Py_ssize_t source_length, float* to, Py_ssize_t to_length
    ) noexcept nogil


cdef enum:
    DEPTH = 512
    WIDTH = 256  # at most; the last blocks are narrower
    LEAST_WIDTH = 64
    PANELS_A_TIME = 8  # are packed: some 50 microseconds for a depth of 2048
    LINE = 16  # floats in a cache line
    LEAST_PANELS = 5  # of a, for which it pays to pack a block of b
    TURNED_STEP = 256  # so many lines of a panel stay in the L1 while they are turned
    STEP = 8
    WORK_OF_A_THREAD = 2000000  # multiplications: 35 microseconds
    # a is packed in bands of up to so many floats: 8 MB, part of an L3.
    BAND_DEPTH = 4096
    BAND_SIZE = 2097152


ctypedef struct Task:
    # One band of a product; c_length and so on are the lengths of rows in memory.
    const float* a
    const float* b
    const float* start
    float* c
    Py_ssize_t a_length
    Py_ssize_t b_length
    Py_ssize_t start_length
    Py_ssize_t c_length
    bint turn_a
    bint turn_b
    Py_ssize_t rows
    Py_ssize_t depth
    Py_ssize_t columns

    float* packed_a
    float* packed_b  # one block for each thread
    Py_ssize_t panels
    Py_ssize_t groups  # into which the panels are divided where there are few columns
    Work packing  # of panels
    Py_ssize_t panels_packed
    Work multiplying  # columns of all groups


cdef inline bint suits_tiles(Py_ssize_t m, Py_ssize_t k, Py_ssize_t n) noexcept nogil:
    """Whether a product has enough rows and columns for tiles; BLAS does the others."""
    return m >= TILE_ROWS and n >= LEAST_WIDTH and k >= 32


cdef inline bint large_product(
    const float* a, bint turn_a,
    const float* b, bint turn_b,
    const float* start, Py_ssize_t start_length, float* c,
    Py_ssize_t m, Py_ssize_t k, Py_ssize_t n,
    int threads,
) noexcept nogil:
    """c = start + a @ b; False if there is not enough memory.

    start is NULL for 0, c itself, or with start_length 0, one row for all rows of c.
    """
    threads = <int> max(1, min(threads, m * k * n // WORK_OF_A_THREAD))
    cdef Py_ssize_t depth = min(k, BAND_DEPTH)
    cdef Py_ssize_t rows = min(m, BAND_SIZE // depth // TILE_ROWS * TILE_ROWS)
    cdef Py_ssize_t panels = parts_of(rows, TILE_ROWS)
    cdef Py_ssize_t band, part, row, p
    cdef size_t size = panels * TILE_ROWS * depth, block = DEPTH * WIDTH
    # Both parts begin at a cache line: 64 bytes, 16 floats. `size` must not shift that.
    size = parts_of(size, LINE) * LINE
    cdef void* memory = malloc((size + threads * block + LINE) * sizeof(float))
    if memory == NULL:
        return False
    cdef size_t line = LINE * sizeof(float)
    cdef float* packed = <float*> ((<size_t> memory // line + 1) * line)
    cdef Task task
    task.turn_a, task.turn_b = turn_a, turn_b
    task.a_length = m if turn_a else k
    task.b_length = k if turn_b else n
    task.c_length = task.columns = n
    task.packed_a, task.packed_b = packed, packed + size
    for band in range(parts_of(m, rows)):
        row = band * rows
        for part in range(parts_of(k, depth)):
            p = part * depth
            task.a = a + (p * m + row if turn_a else row * k + p)
            task.b = b + (p if turn_b else p * n)
            task.c = c + row * n
            if p > 0:
                task.start, task.start_length = task.c, n
            elif start != NULL:
                task.start, task.start_length = start + row * start_length, start_length
            else:
                task.start = NULL
            task.rows = min(rows, m - row)
            task.depth = min(depth, k - p)
            prepare(&task, threads)
            together(work_on, &task, threads)
    free(memory)
    return True


cdef inline Py_ssize_t parts_of(Py_ssize_t size, Py_ssize_t width) noexcept nogil:
    """How many parts of this width a size has, the last one maybe smaller."""
    return (size + width - 1) // width


cdef inline void prepare(Task* task, int threads) noexcept nogil:
    """Shares for each thread; where there are few columns, rows are divided, too."""
    task.panels = parts_of(task.rows, TILE_ROWS)
    task.panels_packed = 0
    task.groups = max(1, min(
        parts_of(2 * threads * LEAST_WIDTH, task.columns), task.panels // LEAST_PANELS
    ))
    divide(&task.packing, task.panels, threads, PANELS_A_TIME, PANELS_A_TIME)
    divide(
        &task.multiplying, task.columns * task.groups, threads, LEAST_WIDTH, WIDTH
    )


cdef inline void work_on(void* given, int member) noexcept nogil:
    """What each thread does."""
    cdef Task* task = <Task*> given
    pack_a(task, member)
    while look_at(&task.panels_packed) < task.panels:
        give_way()  # the others are at their last panels
    multiply_blocks(task, member, task.packed_b + member * DEPTH * WIDTH)


cdef inline void pack_a(Task* task, int member) noexcept nogil:
    """Panels of 12 rows, each panel column by column."""
    cdef Py_ssize_t first, last, part, i, p, depth, size = TILE_ROWS * task.depth
    # Lines that are not turned are short parts of long rows, whose other parts go to
    # the next panels: a few rows at a time, and the cache has to fetch them once.
    cdef Py_ssize_t step = STEP if task.turn_a else TURNED_STEP
    while next_part(&task.packing, member, &first, &last):
        for part in range(parts_of(task.depth, step)):
            p = part * step
            depth = min(step, task.depth - p)
            for i in range(first, last):
                pack(
                    task.a, task.a_length, not task.turn_a, i * TILE_ROWS, p,
                    min(TILE_ROWS, task.rows - i * TILE_ROWS), depth,
                    task.packed_a + i * size + p * TILE_ROWS, TILE_ROWS,
                )
        take(&task.panels_packed, last - first)


cdef inline void pack_b(
    Task* task, Py_ssize_t column, Py_ssize_t columns,
    Py_ssize_t p, Py_ssize_t depth, float* packed,
) noexcept nogil:
    """Panels of 32 columns, each panel row by row."""
    cdef Py_ssize_t step = TURNED_STEP if task.turn_b else STEP, part, panel, j, q
    for part in range(parts_of(depth, step)):
        q = part * step
        for panel in range(parts_of(columns, TILE_COLUMNS)):
            j = panel * TILE_COLUMNS
            pack(
                task.b, task.b_length, task.turn_b, column + j, p + q,
                min(TILE_COLUMNS, columns - j), min(step, depth - q),
                packed + j * depth + q * TILE_COLUMNS, TILE_COLUMNS,
            )


cdef inline void pack(
    const float* source, Py_ssize_t length, bint turn,
    Py_ssize_t i, Py_ssize_t p, Py_ssize_t count, Py_ssize_t depth,
    float* to, Py_ssize_t size,
) noexcept nogil:
    """Copies a few lines of a panel: `size` numbers for each p, 0 from `count` on.

    The numbers of one p lie side by side already, or with turn, one below the other.
    """
    cdef Py_ssize_t q, r, lines, whole
    if not turn:
        source += p * length + i
        if count == size == TILE_COLUMNS:
            for q in range(depth):  # sizes that the compiler knows make short copies
                memcpy(to, source, TILE_COLUMNS * 4)
                to += TILE_COLUMNS
                source += length
        elif count == size == TILE_ROWS:
            for q in range(depth):
                memcpy(to, source, TILE_ROWS * 4)
                to += TILE_ROWS
                source += length
        else:
            for q in range(depth):
                for r in range(size):
                    to[q * size + r] = source[q * length + r] if r < count else 0
        return
    source += i * length + p
    lines, whole = count // 4 * 4, depth // 4 * 4
    for r in range(0, lines, 4):
        for q in range(0, whole, 4):
            turn_4x4(source + r * length + q, length, to + q * size + r, size)
    for r in range(size):  # what is left over
        for q in range(whole if r < lines else 0, depth):
            to[q * size + r] = source[r * length + q] if r < count else 0


cdef inline void multiply_blocks(Task* task, int member, float* packed) noexcept nogil:
    """Blocks of columns of c, for all panels of a or those of one group."""
    cdef Py_ssize_t begin, end, columns
    while next_part(&task.multiplying, member, &begin, &end):
        while begin < end:  # a block may end one group and begin the next
            columns = min(end - begin, task.columns - begin % task.columns)
            multiply_block(
                task, begin // task.columns, begin % task.columns, columns, packed
            )
            begin += columns


cdef inline void multiply_block(
    Task* task, Py_ssize_t group, Py_ssize_t column, Py_ssize_t columns, float* packed
) noexcept nogil:
    """One block, whatever its depth."""
    cdef Py_ssize_t part, i, p, depth
    for part in range(parts_of(task.depth, DEPTH)):
        p = part * DEPTH
        depth = min(DEPTH, task.depth - p)
        pack_b(task, column, columns, p, depth, packed)
        for i in range(
            group * task.panels // task.groups, (group + 1) * task.panels // task.groups
        ):
            multiply_panel(task, i, column, columns, p, depth, packed)


cdef inline void multiply_panel(
    Task* task, Py_ssize_t i, Py_ssize_t column, Py_ssize_t columns,
    Py_ssize_t p, Py_ssize_t depth, const float* b,
) noexcept nogil:
    """12 rows of c, tile by tile."""
    cdef const float* a = task.packed_a + (i * task.depth + p) * TILE_ROWS
    cdef int rows = <int> min(TILE_ROWS, task.rows - i * TILE_ROWS)
    cdef const float* start = task.start
    cdef Py_ssize_t start_length = task.start_length
    cdef float* c = task.c + i * TILE_ROWS * task.c_length + column
    cdef float edge[TILE_ROWS * TILE_COLUMNS]
    cdef Py_ssize_t panel, j, r, q
    if p > 0:
        start, start_length = c, task.c_length
    elif start != NULL:
        start += i * TILE_ROWS * start_length + column
    for panel in range(parts_of(columns, TILE_COLUMNS)):
        j = panel * TILE_COLUMNS
        if columns - j >= TILE_COLUMNS:
            multiply_tile(
                rows, depth, a, b + j * depth,
                start + j if start != NULL else NULL, start_length,
                c + j, task.c_length,
            )
            continue
        # The tile reaches beyond c. It is computed elsewhere, and what fits is moved.
        multiply_tile(rows, depth, a, b + j * depth, NULL, 0, edge, TILE_COLUMNS)
        for r in range(rows):
            for q in range(columns - j):
                c[r * task.c_length + j + q] = edge[r * TILE_COLUMNS + q] + (
                    start[r * start_length + j + q] if start != NULL else 0
                )
