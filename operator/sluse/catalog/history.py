"""What a change does to records that are never edited and never deleted: the one thing that a tree alone cannot tell.

Who loses a decision loses why production is as it is. Nothing is held back by it here: a cluster never sees the change,
only what it leaves, and the gate says what is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.git.standing import StandingClone
from sluse.catalog.layout import Role, spot
from sluse.model.problem import Place, Problem
from sluse.rules import reading
from sluse.words.said import say

_RECORDS = frozenset({Role.ACCEPTED, Role.ACCEPTANCE_TEST, Role.EVIDENCE, Role.DECISION})


def rewritten(
    clone: StandingClone, root: Path, base: str, head: str | None, changed: Iterable[str]
) -> tuple[Problem, ...]:
    """Return a problem for each record of `base` among the changed paths. `head` None is the working tree in `root`."""
    before = clone.root(base)
    found: list[Problem] = []
    for path in sorted(changed):
        if not path.startswith(f"{INTEGRATIONS}/") or spot(path, INTEGRATIONS).role not in _RECORDS:
            continue
        if clone.find(before, path) is None:
            continue
        there = (root / path).exists() if head is None else clone.find(clone.root(head), path) is not None
        message = say("The record is edited") if there else say("The record is deleted")
        found.append(reading.RECORD_REWRITTEN.problem(Place(spot(path, INTEGRATIONS).path), message))
    return tuple(found)
