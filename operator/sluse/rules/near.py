"""Which word was meant by one that is not known: what may be hinted at, and what is a slip of the hand.

A near word may be the opposite of what its author wanted (`maximumLevel`, `minimumLevel`). So it is said to people; a
program puts it in place only where one slip of the hand explains the difference, and explains it one way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import zip_longest

from sluse.rules.shown import either
from sluse.words.said import Said, say

_NEAR = 0.7
_FEW = 3


def nearest(word: str, words: Sequence[str], cutoff: float = _NEAR) -> str | None:
    """Return the word that looks most like it, for a hint; None where none does. `cutoff` is difflib's, from 0 to 1."""
    same = [each for each in words if _plain(each) == _plain(word)]
    return next(iter(same or get_close_matches(word, words, n=1, cutoff=cutoff)), None)


def near_few(word: str, words: Iterable[str], cutoff: float = 0.6) -> list[str]:
    """Return up to three words that look like it, the likest first."""
    return get_close_matches(word, list(words), n=_FEW, cutoff=cutoff)


def did_you_mean(near: Sequence[str]) -> Said | None:
    """Return the hint of near words; None where there are none."""
    return say("did you mean {near}?", near=either(near)) if near else None


def meant(word: str, words: Sequence[str], cutoff: float = _NEAR) -> str | None:
    """Return the nearest word where it, and no other of `words`, is a slip away; None where there is any doubt."""
    near = nearest(word, words, cutoff)
    return near if near is not None and {each for each in words if is_slip(word, each)} == {near} else None


def is_slip(word: str, other: str) -> bool:
    """Tell whether one slip makes the one of the other: a character too many, too few, wrong, or swapped with the next.

    Differences in case, `_` and `-` alone are one too. A digit is a value of its own, so no digit is a slip.
    """
    if _plain(word) == _plain(other):
        return True
    start = _shared(word, other)
    one, two = word[start:], other[start:]
    end = _shared(one[::-1], two[::-1])
    one, two = one[: len(one) - end], two[: len(two) - end]
    if any(char.isdigit() for char in one + two):
        return False
    return max(len(one), len(two)) <= 1 or (len(one) == 2 and one == two[::-1])


def _plain(word: str) -> str:
    return word.casefold().replace("_", "").replace("-", "")


def _shared(one: str, two: str) -> int:
    """Return how many characters both begin with."""
    pairs = enumerate(zip_longest(one, two))
    return next((index for index, (left, right) in pairs if left != right), len(one))
