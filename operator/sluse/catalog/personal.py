"""Whether eleven digits are a person's: a fødselsnummer or D-number, real or synthetic.

The rule of 2032 lets the first control sum leave 0, 1, 2 or 3, so 0.7 % of random digits pass; a false alarm is
told and can be avoided, a person's number in git cannot be taken back.
"""

from __future__ import annotations

import re

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RUN = re.compile(r"[0-9]{11,}")


def find(text: str) -> list[re.Match[str]]:
    """Return the places of personal identity numbers in a text: exactly eleven digits, not in a longer run."""
    return [match for match in _RUN.finditer(text) if len(match[0]) == 11 and is_personal(match[0])]


def is_personal(digits: str) -> bool:
    """Tell whether eleven digits have a possible date and both control digits."""
    numbers = [int(digit) for digit in digits]
    first = sum(weight * number for weight, number in zip(_FIRST, numbers, strict=False)) % 11
    second = sum(weight * number for weight, number in zip(_SECOND, numbers, strict=True)) % 11
    return first <= 3 and second == 0 and _has_date(int(digits[:2]), int(digits[2:4]))


def _has_date(day: int, month: int) -> bool:
    day -= 40 if day > 40 else 0  # D-number
    month -= 80 if month > 80 else 40 if month > 40 else 0  # synthetic: Tenor adds 80, NAV (and hospitals) 40
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]
