"""What was verified, for people: a few lines for each environment, and every finding with its remedy. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.delivery.verifying.finding import Finding, Weight
from sluse.delivery.verifying.verified import Verified
from sluse.words.said import Translate, say

_VERDICTS = {"agrees": say("agrees"), "disagrees": say("DISAGREES"), "untold": say("could not be told")}
_WEIGHTS = {Weight.DISAGREES: say("error"), Weight.UNTOLD: say("untold"), Weight.NOTE: say("note")}


def told(found: Verified, words: Translate, *, pinned: bool) -> Iterator[str]:
    """Yield the lines of one environment. `pinned`: whether policies/ were measured by roots."""
    yield f"{found.environment.value}: {words(_VERDICTS[found.verdict])}"
    yield from (f"  {words(line)}" for line in _facts(found, pinned=pinned))
    for each in found.findings:
        yield from _finding(each, words)


def _facts(found: Verified, *, pinned: bool) -> Iterator[str]:
    if found.head is None:
        return
    yield say(
        "checked  {commits} commits, publications {first} to {sequence}; {steps} steps of production",
        commits=found.commits,
        first=found.first,
        sequence=found.sequence,
        steps=found.steps,
    )
    by = say("policies/ under the pinned roots") if pinned else say("policies/ as it is: no roots are pinned")
    remembered = say("no remembered head, so a rewriting by the operator itself would not show")
    if found.continues is not None:
        remembered = say("the remembered head of publication {number}", number=found.continues)
    yield say("trusted  {by}; {remembered}", by=by, remembered=remembered)
    yield say("head     {head}", head=found.head)
    yield say("commit   {commit}", commit=found.commit)


def _finding(each: Finding, words: Translate) -> Iterator[str]:
    yield _printable(f"{each.place}: {words(_WEIGHTS[each.weight])}: {each.reason}: {words(each.message)}")
    yield f"  {words(say('hint:'))} {words(each.remedy)}"


def _printable(text: str) -> str:
    """Return the text with whatever a terminal might obey made visible."""
    return "".join(each if each.isprintable() else "\N{REPLACEMENT CHARACTER}" for each in text)
