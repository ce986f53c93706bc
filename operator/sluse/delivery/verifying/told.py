"""What was verified, for people: a few lines for each environment, and every finding with its remedy. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.delivery.verifying.finding import Finding, Weight
from sluse.delivery.verifying.verified import Verified

_VERDICTS = {"agrees": "agrees", "disagrees": "DISAGREES", "untold": "could not be told"}


def told(found: Verified, *, pinned: bool) -> Iterator[str]:
    """Yield the lines of one environment. `pinned`: whether policies/ were measured by roots."""
    yield f"{found.environment.value}: {_VERDICTS[found.verdict]}"
    yield from (f"  {line}" for line in _facts(found, pinned=pinned))
    for each in found.findings:
        yield from _finding(each)


def _facts(found: Verified, *, pinned: bool) -> Iterator[str]:
    if found.head is None:
        return
    yield f"checked  {found.commits} commits, publications {found.first} to {found.sequence}; {found.steps} steps of production"
    by = "policies/ under the pinned roots" if pinned else "policies/ as they are: no roots are pinned"
    remembered = f"; the remembered head of publication {found.continues}" if found.continues is not None else ""
    yield f"trusted  {by}{remembered or '; no remembered head, so a rewriting by the operator itself would not show'}"
    yield f"head     {found.head}"
    yield f"commit   {found.commit}"


def _finding(each: Finding) -> Iterator[str]:
    word = {Weight.DISAGREES: "error", Weight.UNTOLD: "untold", Weight.NOTE: "note"}[each.weight]
    yield _printable(f"{each.place}: {word}: {each.reason}: {each.message}")
    yield f"  hint: {each.remedy}"


def _printable(text: str) -> str:
    """Return the text with whatever a terminal might obey made visible."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
