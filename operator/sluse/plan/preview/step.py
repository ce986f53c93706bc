"""What the operator does next in production, in whole words: one piece for whoever previews a change and whoever asks the gate."""

from __future__ import annotations

from sluse.words.said import say

UNKNOWN = "-"
"""The step where no ledger says what is held."""


def in_words(step: str) -> str:
    """Return a step, as programs are told it (`keep`, `move Open`), as a sentence without its full stop; a dash stays one."""
    return _STEPS.get(step, step)


_STEPS = {
    "keep": say("production stays as it is"),
    "nothing": say("production holds nothing"),
    "suspend": say("production is suspended"),
    "move Withheld": say("production is configured, and withheld from use until its day"),
    "move Open": say("production is brought to what was accepted, and open for use"),
    "retire Withheld": say("production is disabled, as its retirement says"),
    "retire Retired": say("production is deleted, as its retirement says"),
}
