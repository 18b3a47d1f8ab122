"""The dropout mask: random bits from a formula of the seed and the element's index."""

cimport numpy as cnp
from libc.stdint cimport uint64_t

import numpy as np

from edukeras.reference import dropout as twin

from _common cimport doubles, floats, is_float, is_real, real

cnp.import_array()


def dropout_mask(shape, rate, seed, dtype):
    """0 with probability `rate`, else 1 / (1 - rate), so that the mean stays 1."""
    mask = np.empty(shape, dtype)
    if not is_real(mask):
        return twin.dropout_mask(shape, rate, seed, dtype)
    cdef uint64_t start = seed % 2**64
    cdef uint64_t threshold = round(rate * 2**32)
    cdef double scale = 1 / (1 - rate) if rate < 1 else 0
    if is_float(mask):
        dropout_worker[float](floats(mask), mask.size, threshold, start, scale)
    else:
        dropout_worker[double](doubles(mask), mask.size, threshold, start, scale)
    return mask


cdef void dropout_worker(
    real* mask, Py_ssize_t n, uint64_t threshold, uint64_t seed, double scale
) noexcept nogil:
    cdef Py_ssize_t i
    cdef uint64_t bits
    cdef real kept = <real> scale
    for i in range(n):
        # SplitMix64; the twin explains it.
        bits = seed + <uint64_t> (i + 1) * <uint64_t> 0x9E3779B97F4A7C15
        bits = (bits ^ (bits >> 30)) * <uint64_t> 0xBF58476D1CE4E5B9
        bits = (bits ^ (bits >> 27)) * <uint64_t> 0x94D049BB133111EB
        bits = bits ^ (bits >> 31)
        mask[i] = kept if (bits >> 32) >= threshold else 0
