"""exp, expm1, tanh, sigmoid, log and log1p such that a loop over an array becomes SIMD.

The C library computes one number per call. These are inline and without branches, so
the compiler makes eight or sixteen numbers at a time out of the loop around them. They
are right to about two units in the last place (`tests/test_twins.py`).

The method is that of Tang 1989, "Table-driven implementation of the exponential
function", without the table: reduce to a small number, then a series.
"""

from libc.math cimport INFINITY, fabs
from libc.stdint cimport int32_t, uint32_t, uint64_t

from _common cimport real

# The same eight (four) bytes, seen as a number and as bits.
cdef union float_bits:
    float number
    uint32_t bits

cdef union double_bits:
    double number
    uint64_t bits


cdef inline real power_of_two(real n) noexcept nogil:
    """2**n for a whole number n in the range of the exponent, -126 to 127 for a float.

    A float holds 2**23 + k with k in its last bits. So 127 + n comes to stand there;
    moved up by 23 bits it is the exponent field of 2**n. A double has 52 and 1023.
    """
    cdef float_bits f
    cdef double_bits d
    if real is float:
        f.number = n + <float> (8388608.0 + 127)
        f.bits = f.bits << 23
        return f.number
    else:
        d.number = n + (4503599627370496.0 + 1023)
        d.bits = d.bits << 52
        return d.number


cdef inline real rounded(real x) noexcept nogil:
    """x to the nearest whole number, for |x| < 2**22.

    Between 2**23 and 2**24 floats are whole numbers, so the sum is rounded. For doubles
    that begins at 2**52. (C's floor and rint are calls on CPUs before SSE 4.1.)
    """
    cdef real big
    if real is float:
        big = 12582912.0  # 1.5 * 2**23
    else:
        big = 6755399441055744.0  # 1.5 * 2**52
    return (x + big) - big


cdef inline real exp_minus(real x, real one) noexcept nogil:
    """exp(x) - one, where one is 0 or 1: with 1 it is exact near x = 0 too.

    x = n * log(2) + r with |r| <= log(2) / 2, so that exp(x) = 2**n * exp(r), and the
    Taylor series of exp(r) - 1 is short. Two parts of log(2) keep the digits of r.
    """
    cdef real n, r, series, half_power, result, lowest, highest
    if real is float:
        lowest, highest = <float> -86.6, <float> 88.72283
    else:
        lowest, highest = -708.0, 709.782712893384

    # Written so that NaN stays NaN: every comparison with it is false.
    cdef real inside = x
    if inside < lowest:
        inside = lowest
    if inside > highest:
        inside = highest

    n = rounded(inside * <real> 1.4426950408889634)  # x / log(2)
    if real is float:
        r = inside - n * <float> 0.693359375 + n * <float> 2.12194440e-4
        series = r + r * r * (
            <float> (1 / 2.0) + r * (<float> (1 / 6.0) + r * (<float> (1 / 24.0)
            + r * (<float> (1 / 120.0) + r * (<float> (1 / 720.0)
            + r * <float> (1 / 5040.0)))))
        )
    else:
        r = inside - n * 6.93147180369123816490e-01 - n * 1.90821492927058770002e-10
        series = r + r * r * (
            1 / 2.0 + r * (1 / 6.0 + r * (1 / 24.0 + r * (1 / 120.0 + r * (1 / 720.0
            + r * (1 / 5040.0 + r * (1 / 40320.0 + r * (1 / 362880.0
            + r * (1 / 3628800.0 + r * (1 / 39916800.0 + r * (1 / 479001600.0
            + r * (1 / 6227020800.0)))))))))))
        )

    # Half of 2**n, because exp(88.7) needs 2**128, which is no float, but its half is.
    half_power = power_of_two[real](n - <real> 1)
    result = <real> 2 * (half_power * series + (half_power - one * <real> 0.5))
    if x < lowest:
        result = <real> 0 - one  # and not -one: exp(-1000) is 0.0, not -0.0
    if x > highest:
        result = INFINITY
    return result


cdef inline real exp(real x) noexcept nogil:
    return exp_minus(x, <real> 0)


cdef inline real expm1(real x) noexcept nogil:
    return exp_minus(x, <real> 1)


cdef inline real sigmoid_of(real x) noexcept nogil:
    """1 / (1 + exp(-x)); for x < 0 as exp(x) / (1 + exp(x)): nothing overflows."""
    cdef real small = exp(-<real> fabs(x))
    return (<real> 1 if x >= 0 else small) / (<real> 1 + small)


cdef inline real tanh_of(real x) noexcept nogil:
    """With m = exp(-2|x|) - 1, tanh|x| = -m / (m + 2)."""
    cdef real m = expm1(<real> -2 * <real> fabs(x))
    cdef real size = -m / (m + <real> 2)
    return -size if x < 0 else size


cdef inline real log_near_1(real m_minus_1) noexcept nogil:
    """log(m) for m from sqrt(1/2) to sqrt(2), by the series of 2 * artanh(s) with
    s = (m - 1) / (m + 1), hence |s| < 0.172.
    """
    cdef real s = m_minus_1 / (m_minus_1 + <real> 2)
    cdef real s2 = s * s
    if real is float:
        return <real> 2 * s + <real> 2 * s * s2 * (
            <float> (1 / 3.0) + s2 * (<float> (1 / 5.0) + s2 * (<float> (1 / 7.0)
            + s2 * <float> (1 / 9.0)))
        )
    else:
        return 2 * s + 2 * s * s2 * (
            1 / 3.0 + s2 * (1 / 5.0 + s2 * (1 / 7.0 + s2 * (1 / 9.0 + s2 * (1 / 11.0
            + s2 * (1 / 13.0 + s2 * (1 / 15.0 + s2 * (1 / 17.0 + s2 * (1 / 19.0
            + s2 * (1 / 21.0)))))))))
        )


cdef inline real log1p_up_to_1(real u) noexcept nogil:
    """log(1 + u) for u from 0 to 1, exact near 0 too; above sqrt(2) - 1 it is
    log(2) + log((1 + u) / 2).
    """
    cdef real m_minus_1 = u, log_2 = 0
    if u > <real> 0.41421356:
        m_minus_1 = u * <real> 0.5 - <real> 0.5
        log_2 = <real> 0.6931471805599453
    return log_2 + log_near_1(m_minus_1)


cdef inline real log(real x) noexcept nogil:
    """log(x) for 0 <= x < infinity; NaN stays.

    x = m * 2**n with m from sqrt(1/2) to sqrt(2). The bits of x less those of sqrt(1/2)
    have n in the place of the exponent, and taking n away there leaves m.
    """
    cdef float_bits f
    cdef double_bits d
    cdef uint32_t exponent_32
    cdef uint64_t exponent_64
    cdef real m, n, result
    if real is float:
        f.number = x
        exponent_32 = f.bits - <uint32_t> 0x3F3504F3
        exponent_32 &= <uint32_t> 0xFF800000
        f.bits -= exponent_32
        m = f.number
        n = <float> (<int32_t> exponent_32 >> 23)
    else:
        d.number = x
        exponent_64 = d.bits - <uint64_t> 0x3FE6A09E667F3BCD
        exponent_64 &= <uint64_t> 0xFFF0000000000000
        d.bits -= exponent_64
        m = d.number
        n = <double> (<int32_t> (exponent_64 >> 32) >> 20)
    result = n * <real> 0.6931471805599453 + log_near_1(m - <real> 1)
    if x == 0:
        result = -INFINITY
    return result if x == x else x
