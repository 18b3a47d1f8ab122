"""SipHash: a number made of a string and a secret key.

Who does not know the key cannot find strings that fall into the same bucket.

Source: Aumasson and Bernstein, 2012, "SipHash: a fast short-input PRF",
https://www.aumasson.jp/siphash/siphash.pdf
"""

from __future__ import annotations

_MASK = 2**64 - 1  # all arithmetic is that of 64-bit registers, which wrap around


def siphash64(text: bytes, key: tuple[int, int]) -> int:
    """SipHash-2-4 of a string of bytes; the key is two 64-bit numbers.

    >>> key = (0x0706050403020100, 0x0F0E0D0C0B0A0908)
    >>> hex(siphash64(bytes(range(15)), key))  # the example of the paper, appendix A
    '0xa129ca6149be45e5'
    """
    low, high = (number & _MASK for number in key)
    state = (
        low ^ 0x736F6D6570736575,
        high ^ 0x646F72616E646F6D,
        low ^ 0x6C7967656E657261,
        high ^ 0x7465646279746573,
    )
    # Zeros fill the last word up; its last byte says how long the string was.
    rest = -(len(text) + 1) % 8
    text = text + bytes(rest) + bytes([len(text) % 256])
    for start in range(0, len(text), 8):
        word = int.from_bytes(text[start : start + 8], "little")
        v0, v1, v2, v3 = state
        v0, v1, v2, v3 = _rounds((v0, v1, v2, v3 ^ word), 2)
        state = (v0 ^ word, v1, v2, v3)
    v0, v1, v2, v3 = state
    v0, v1, v2, v3 = _rounds((v0, v1, v2 ^ 0xFF, v3), 4)
    return v0 ^ v1 ^ v2 ^ v3


def _rotate(x: int, bits: int) -> int:
    return (x << bits | x >> (64 - bits)) & _MASK


def _rounds(state: tuple[int, int, int, int], count: int) -> tuple[int, int, int, int]:
    v0, v1, v2, v3 = state
    for _ in range(count):
        v0 = (v0 + v1) & _MASK
        v1 = _rotate(v1, 13) ^ v0
        v0 = _rotate(v0, 32)
        v2 = (v2 + v3) & _MASK
        v3 = _rotate(v3, 16) ^ v2
        v0 = (v0 + v3) & _MASK
        v3 = _rotate(v3, 21) ^ v0
        v2 = (v2 + v1) & _MASK
        v1 = _rotate(v1, 17) ^ v2
        v2 = _rotate(v2, 32)
    return v0, v1, v2, v3
