"""FarmHash: a number that depends on every byte of a string, the same on any computer.

TensorFlow, and so Keras, puts unknown words into buckets by it.

Source: Geoff Pike, 2014, FarmHash ("Fingerprint64"), https://github.com/google/farmhash
"""

from __future__ import annotations

_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_MASK = 2**64 - 1  # all arithmetic is that of 64-bit registers, which wrap around


def farmhash64(text: bytes) -> int:
    """The 64-bit fingerprint of a string of bytes.

    >>> farmhash64(b"") == 0x9AE16A3B2F90404F
    True
    """
    n = len(text)
    if n > 64:
        return _hash_long(text)
    factor = (_K2 + 2 * n) & _MASK
    if n > 32:
        return _hash_to_64(text, factor)
    if n > 16:
        first, second, _, _ = _mix_ends(text, factor, _K1)
        return _mix(first, second, factor)
    if n >= 8:
        a, b = _word(text, 0) + _K2, _word(text, n - 8)
        c = _rotate(b, 37) * factor + a
        d = (_rotate(a, 25) + b) * factor
        return _mix(c, d, factor)
    if n >= 4:
        a, b = (int.from_bytes(part, "little") for part in (text[:4], text[-4:]))
        return _mix(n + (a << 3), b, factor)
    if n > 0:
        y = text[0] + (text[n // 2] << 8)
        z = n + (text[-1] << 2)
        return (_fold((y * _K2 ^ z * _K0) & _MASK) * _K2) & _MASK
    return _K2


def _word(text: bytes, start: int) -> int:
    return int.from_bytes(text[start : start + 8], "little")


def _rotate(x: int, bits: int) -> int:
    x &= _MASK
    return (x >> bits | x << (64 - bits)) & _MASK


def _fold(x: int) -> int:
    return x ^ (x >> 47)


def _mix(u: int, v: int, factor: int) -> int:
    """Two numbers to one."""
    a = _fold(((u ^ v) * factor) & _MASK)
    b = _fold(((v ^ a) * factor) & _MASK)
    return (b * factor) & _MASK


def _mix_ends(text: bytes, factor: int, first_factor: int) -> tuple[int, int, int, int]:
    """Numbers made of the first and the last 16 bytes."""
    a, b = _word(text, 0) * first_factor, _word(text, 8)
    c, d = _word(text, len(text) - 8) * factor, _word(text, len(text) - 16) * _K2
    y = (_rotate(a + b, 43) + _rotate(c, 30) + d) & _MASK
    z = (a + _rotate(b + _K2, 18) + c) & _MASK
    return y, z, a, b


def _hash_to_64(text: bytes, factor: int) -> int:
    """Of 33 to 64 bytes."""
    n = len(text)
    y, z, a, _ = _mix_ends(text, factor, _K2)
    z = _mix(y, z, factor)
    e, f = _word(text, 16) * factor, _word(text, 24)
    g = (y + _word(text, n - 32)) * factor
    h = (z + _word(text, n - 24)) * factor
    u = (_rotate(e + f, 43) + _rotate(g, 30) + h) & _MASK
    v = (e + _rotate(f + a, 18) + g) & _MASK
    return _mix(u, v, factor)


def _hash_long(text: bytes) -> int:
    """Of more than 64 bytes: block by block of 64, the last of which may overlap."""
    state = _Blocks()
    state.x = (state.x * _K2 + _word(text, 0)) & _MASK
    last = (len(text) - 1) // 64 * 64
    for start in range(0, last, 64):
        state.update(text[start : start + 64], _K1)
    rest = (len(text) - 1) & 63
    factor = (_K1 + ((state.z & 0xFF) << 1)) & _MASK
    v1, w1 = state.v[0], state.w[0] + rest
    v1 += w1
    state.v = (v1 & _MASK, state.v[1])
    state.w = ((w1 + v1) & _MASK, state.w[1])
    state.update(text[-64:], factor, weight=9)
    u = _mix(state.v[0], state.w[0], factor) + _fold(state.y) * _K0 + state.z
    v = _mix(state.v[1], state.w[1], factor) + state.x
    return _mix(u & _MASK, v & _MASK, factor)


class _Blocks:
    """Seven numbers that each block of 64 bytes changes."""

    def __init__(self) -> None:
        self.x = 81
        self.y = (81 * _K1 + 113) & _MASK
        self.z = (_fold((self.y * _K2 + 113) & _MASK) * _K2) & _MASK
        self.v = (0, 0)
        self.w = (0, 0)

    def update(self, block: bytes, factor: int, weight: int = 1) -> None:
        words = [_word(block, start) for start in range(0, 64, 8)]
        (v1, v2), (w1, w2) = self.v, self.w
        x = _rotate(self.x + self.y + v1 + words[1], 37) * factor
        y = _rotate(self.y + v2 + words[6], 42) * factor
        x = (x & _MASK) ^ ((w2 * weight) & _MASK)
        y = (y + v1 * weight + words[5]) & _MASK
        z = (_rotate(self.z + w1, 33) * factor) & _MASK
        self.v = _weak(words[:4], v2 * factor, x + w1)
        self.w = _weak(words[4:], z + w2, y + words[2])
        self.x, self.y, self.z = z, y, x


def _weak(words: list[int], a: int, b: int) -> tuple[int, int]:
    """Four words and two numbers to two numbers."""
    a += words[0]
    b = _rotate(b + a + words[3], 21)
    c = a
    a += words[1] + words[2]
    b += _rotate(a, 44)
    return (a + words[3]) & _MASK, (b + c) & _MASK


def join_hashes(first: int, second: int) -> int:
    """One 64-bit number of two, as TensorFlow joins the hashes of several columns.

    >>> join_hashes(1, 2) != join_hashes(2, 1)
    True
    """
    factor = 0xC6A4A7935BD1E995
    second = (second * factor) & _MASK
    joined = (first ^ factor ^ _fold(second) * factor) & _MASK
    joined = (joined * factor) & _MASK
    return _fold(_fold(joined) * factor & _MASK)
