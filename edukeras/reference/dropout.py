"""The dropout mask: random bits from a formula of the seed and the element's index.

Such a "counter-based" generator needs no state and gives each element its bits
independently of the others: the compiled kernel and this twin agree to the last bit.
"""

import math

import numpy as np

__all__ = ["dropout_mask"]

# Steele, Lea, Flood 2014, "Fast Splittable Pseudorandom Number Generators", figure 17:
# the generator SplitMix64. Its n-th output is mix(seed + (n + 1) * GOLDEN).
GOLDEN = 0x9E3779B97F4A7C15
MIX_1 = 0xBF58476D1CE4E5B9
MIX_2 = 0x94D049BB133111EB


def dropout_mask(shape, rate, seed, dtype):
    """0 with probability `rate`, else 1 / (1 - rate), so that the mean stays 1.

    Args:
        shape: of the mask, a tuple.
        rate: which part to drop, 0 <= rate <= 1.
        seed: any integer; the same seed gives the same mask.
        dtype: of the mask, such as "float32".
    """
    index = np.arange(1, math.prod(shape) + 1, dtype=np.uint64)
    bits = index * np.uint64(GOLDEN) + np.uint64(seed % 2**64)  # modulo 2**64
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(MIX_1)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(MIX_2)
    bits = bits ^ (bits >> np.uint64(31))

    # The upper 32 bits, a whole number below 2**32, are below this with chance `rate`.
    keep = (bits >> np.uint64(32)) >= np.uint64(round(rate * 2**32))
    scale = 1 / (1 - rate) if rate < 1 else 0
    return np.where(keep, scale, 0).astype(dtype).reshape(shape)
