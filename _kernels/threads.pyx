"""One team of threads for all kernels: large products, and updates of many weights.

A kernel asks for it by `together` in _threads.pxd. It is a module of its own because the
kernels are modules too, and each of them having a team of its own would be one thread
too many for each core.
"""

cdef extern from "_team.h":
    void run_together(
        void (*job)(void*, int) noexcept nogil, void* data, int threads
    ) noexcept nogil


def address():
    """Where `run_together` is, for `control_threads` of the other modules."""
    return <size_t> &run_together
