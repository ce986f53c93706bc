"""Identifiers of people who do not exist: the month is 80 too high, as in the population register's own test data."""

from __future__ import annotations

import secrets

from sluse.model.identity_provider import IdentifierKind

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_SHORTEST_MONTH = 28


def synthetic(kind: IdentifierKind) -> str:
    """Return a new synthetic identifier with both control digits."""
    while True:
        day = 1 + secrets.randbelow(_SHORTEST_MONTH) + (40 if kind is IdentifierKind.D_NUMBER else 0)
        month, year = 81 + secrets.randbelow(12), secrets.randbelow(100)
        digits = f"{day:02}{month:02}{year:02}{secrets.randbelow(1000):03}"
        for weights in (_FIRST, _SECOND):
            digits += str(-sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11)
            if len(digits) > len(weights) + 1:  # a control digit of 10: no such number is given out
                break
        else:
            return digits
