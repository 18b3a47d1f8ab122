"""What kernels need to share work among threads: the team of threads.pyx.

Who shares a job calls `together(job, data, threads)`. Then `job(data, member)` runs in
several threads at once, each with a number of its own, and takes part after part of the
work by `next_part`.
"""

ctypedef void (*Job)(void* data, int member) noexcept nogil
ctypedef void (*Together)(Job job, void* data, int threads) noexcept nogil

cdef extern from *:
    """
    /* Of threads.pyx, and OpenBLAS's own functions: NULL until `use_threads` has been
       called, and where BLAS is another library. */
    static void (*run_together)(void (*)(void *, int), void *, int) = 0;
    static int (*blas_get_num_threads)(void) = 0;
    static void (*blas_set_num_threads)(int) = 0;

    #if defined(__GNUC__) && !defined(_WIN32)
    #include <sched.h>
    #define give_way() sched_yield()
    #define take(counter, count) __atomic_fetch_add(counter, count, __ATOMIC_SEQ_CST)
    #define look_at(counter) __atomic_load_n(counter, __ATOMIC_SEQ_CST)
    #else /* there everybody works alone */
    #define give_way()
    #define take(counter, count) ((*(counter) += (count)) - (count))
    #define look_at(counter) (*(counter))
    #endif
    """
    Together run_together
    int (*blas_get_num_threads)() noexcept nogil
    void (*blas_set_num_threads)(int) noexcept nogil
    # Lets another thread go first.
    void give_way() noexcept nogil
    # The number that was in the counter, to which others add, too; and that is in it.
    Py_ssize_t take(Py_ssize_t* counter, Py_ssize_t count) noexcept nogil
    Py_ssize_t look_at(Py_ssize_t* counter) noexcept nogil


cdef inline void use_threads(size_t getter, size_t setter, size_t team) noexcept:
    """Says where OpenBLAS has its get_num_threads and set_num_threads, and the team.

    Each module that includes this file has its own three pointers, and must be told.
    """
    global blas_get_num_threads, blas_set_num_threads, run_together
    blas_get_num_threads = <int (*)() noexcept nogil> getter
    blas_set_num_threads = <void (*)(int) noexcept nogil> setter
    run_together = <Together> team


cdef inline int threads_to_use() noexcept nogil:
    """As many as BLAS would: OPENBLAS_NUM_THREADS, or one for each core."""
    return blas_get_num_threads() if blas_get_num_threads != NULL else 1


cdef inline void together(Job job, void* data, int threads) noexcept nogil:
    """Runs job(data, member) in so many threads at once, at most; waits for all."""
    if threads > 1 and run_together != NULL:
        run_together(job, data, threads)
    else:
        job(data, 0)


cdef enum:
    MOST_MEMBERS = 64  # who calls, and the MOST_HELPERS of _team.h


ctypedef struct Work:
    # Of `size` units, each member has a share: a member meets the same numbers in each
    # step of a training, and finds them in the cache of its core.
    Py_ssize_t size
    int members
    Py_ssize_t least
    Py_ssize_t most
    Py_ssize_t begun[MOST_MEMBERS]  # where the rest of each share begins


cdef inline void divide(
    Work* work, Py_ssize_t size, int members, Py_ssize_t least, Py_ssize_t most
) noexcept nogil:
    """Work in parts of `least` to `most` units, shared by so many members."""
    cdef int member
    work.size, work.most = size, most
    work.least = max(1, least)  # no work has parts of 0
    work.members = max(1, min(members, MOST_MEMBERS))
    for member in range(work.members):
        work.begun[member] = begin_of_share(work, member)


cdef inline Py_ssize_t begin_of_share(Work* work, int member) noexcept nogil:
    """Where it began, and the one before ended; after the last member, the size."""
    if member == work.members:
        return work.size
    return work.size * member // work.members // work.least * work.least


cdef inline bint next_part(
    Work* work, int member, Py_ssize_t* begin, Py_ssize_t* end
) noexcept nogil:
    """The next part for this member; False if there is none.

    Who is through with its share goes on with those of the others, so that a thread
    which another process keeps waiting holds nobody up for longer than its one part.
    The less is left of a share, the smaller are the parts: so all end together.
    """
    cdef int turn, owner
    cdef Py_ssize_t stop, size
    for turn in range(work.members):
        owner = (member + turn) % work.members
        stop = begin_of_share(work, owner + 1)
        while look_at(&work.begun[owner]) < stop:
            size = (stop - look_at(&work.begun[owner])) // 2 // work.least * work.least
            size = max(work.least, min(size, work.most))
            begin[0] = take(&work.begun[owner], size)
            if begin[0] < stop:
                end[0] = min(begin[0] + size, stop)
                return True
    return False
