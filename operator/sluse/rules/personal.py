"""Whether eleven digits are a person's: a fødselsnummer or D-number, real or synthetic.

The rule of 2032 lets the first control sum leave 0, 1, 2 or 3, so 0.7 % of random digits pass; a false alarm is
told and can be avoided, a person's number in git cannot be taken back.
"""

from __future__ import annotations

import re
from bisect import bisect_right

_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_RUN = re.compile(r"[0-9]{11,}")
_DIGITS = bytes(ord("0") if chr(each) in "0123456789" else ord(" ") for each in range(256))
_ELEVEN = b"0" * 11
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


def find(text: str) -> list[re.Match[str]]:
    """Return the places of personal identity numbers in a text: exactly eleven digits, not in a longer run."""
    if _ELEVEN not in text.encode("latin-1", "replace").translate(_DIGITS):
        return []  # nearly every text, and a tenth of the time that the pattern takes to tell
    return [match for match in _RUN.finditer(text) if len(match[0]) == 11 and is_personal(match[0])]


def told(text: str) -> list[re.Match[str]]:
    """Return the places of personal identity numbers outside of key material, where chance makes some."""
    matches = find(text)
    if not matches:
        return []
    key_material = [run.span() for run in _BASE64_RUN.finditer(text)]

    def outside(match: re.Match[str]) -> bool:
        # The last run that begins before it: asked of every run, one file of 256 KiB took seconds.
        nearest = bisect_right(key_material, (match.start(), len(text))) - 1
        return nearest < 0 or match.start() >= key_material[nearest][1]

    return [match for match in matches if outside(match)]


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


def cel(text: str) -> str:
    """Return the CEL expression that is true where `told` finds nothing in the text that `text` names.

    CEL has neither a fold nor a name for an intermediate value: sums are written out, and a list of one item and
    `exists` give a value its name.
    """
    first = " + ".join(f"{weight} * d[{index}]" for index, weight in enumerate(_FIRST))
    second = " + ".join(f"{weight} * d[{index}]" for index, weight in enumerate(_SECOND))
    dated = (
        "[[d[0] * 10 + d[1], d[2] * 10 + d[3]]].exists(n,"
        " [[n[0] - (n[0] > 40 ? 40 : 0), n[1] - (n[1] > 80 ? 80 : n[1] > 40 ? 40 : 0)]].exists(date,"
        f" date[0] >= 1 && date[1] >= 1 && date[1] <= 12 && date[0] <= {list(_DAYS)}[date[1] - 1]))"
    )
    person = (
        "size(number) == 11 && [number.split('').map(digit, int(digit))].exists(d,"
        f" ({first}) % 11 <= 3 && ({second}) % 11 == 0 && {dated})"
    )
    return (
        f"!{text}.findAll('[A-Za-z0-9+/=_-]{{11,}}').exists(run, size(run) < 40"
        f" && run.findAll('[0-9]{{11,}}').exists(number, {person}))"
    )
