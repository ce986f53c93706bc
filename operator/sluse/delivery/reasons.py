"""One reason for people: the gate's checks that give it, what a status means by it, and what `sluse verify` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sluse.delivery.verifying.finding import REASONS as FINDINGS
from sluse.delivery.verifying.finding import Weight
from sluse.gate import entitled, statements
from sluse.gate.check import Check
from sluse.model.reasons.authority import AUTHORITY, of_authority
from sluse.model.reasons.explained import Explained
from sluse.model.reasons.table import REASONS
from sluse.words.said import Translate, say

Facts = Mapping[str, str]
"""Label -> text."""

_CHECKS: tuple[Check[Any], ...] = (*statements.CHECKS, *entitled.CHECKS)
_OWN: Mapping[str, Explained] = dict(REASONS.items())
_WEIGHTS = {
    Weight.DISAGREES: say(
        "`sluse verify` found that what was published is not what was allowed, or was changed since."
    ),
    Weight.UNTOLD: say("`sluse verify` could not judge it from this clone."),
    Weight.NOTE: say("A note of `sluse verify`: it says what was believed, and changes no verdict."),
}

NAMES: tuple[str, ...] = tuple(sorted({*_OWN, *AUTHORITY, *FINDINGS}))
"""Every reason that has a name of its own."""


def explained(name: str, words: Translate) -> tuple[Facts, ...]:
    """Return what there is to say of a reason; more than one where several things give it, none where there is no such."""
    return tuple(_facts(name, words))


def _facts(name: str, words: Translate) -> Iterator[Facts]:
    yield from (each.facts(words) for each in _CHECKS if each.name == name)
    for found in (_OWN.get(name), of_authority(name)):
        if found is not None and found.means:
            yield found.facts(name, words)
    if name in FINDINGS:
        weight, remedy = FINDINGS[name]
        yield {"reason": name, "means": words(_WEIGHTS[weight]), "do": words(remedy)}
