"""Primes from a public label, for demo RSA keys: the same prime every time, on every machine.

Miller-Rabin with bases from the same stream. An adversary could choose a label whose number fools it; the keys made
of these are worthless by design, so that costs nothing.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping

_ROUNDS = 12
_SMALL = math.prod(n for n in range(3, 2000, 2) if all(n % k for k in range(3, math.isqrt(n) + 1, 2)))

FOUND: Mapping[str, int] = {
    "breheim-sykehus.legemidler.mellomledd.test p": 730,
    "breheim-sykehus.legemidler.mellomledd.test q": 2740,
    "breheim-sykehus.legemidler.mellomledd.production p": 1460,
    "breheim-sykehus.legemidler.mellomledd.production q": 4320,
}
"""How far from its start each example's prime was found. Without a row the search takes seconds; the result is one."""


def prime(name: str, bits: int, exponent: int) -> int:
    """Return a prime of exactly `bits` bits with the two highest set, one more than no multiple of `exponent`."""
    stream = hashlib.shake_256(f"sluse demo prime: {name}".encode()).digest(bits // 8)
    candidate = (int.from_bytes(stream) | (3 << (bits - 2)) | 1) + FOUND.get(name, 0)
    while not (candidate % exponent != 1 and math.gcd(candidate, _SMALL) == 1 and _is_prime(candidate)):
        candidate += 2
    return candidate


def _is_prime(number: int) -> bool:
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_passes(number, odd, twos, base) for base in _bases(number))


def _bases(number: int) -> list[int]:
    size = (number.bit_length() + 7) // 8
    stream = hashlib.shake_256(b"bases" + number.to_bytes(size)).digest(_ROUNDS * 8)
    return [2 + int.from_bytes(stream[i * 8 : i * 8 + 8]) for i in range(_ROUNDS)]


def _passes(number: int, odd: int, twos: int, base: int) -> bool:
    power = pow(base, odd, number)
    if power in {1, number - 1}:
        return True
    for _ in range(twos - 1):
        power = pow(power, 2, number)
        if power == number - 1:
            return True
    return False
