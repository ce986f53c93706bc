"""A preview as Markdown for a pull request: short at the top, the rest folded.

The first line is hidden and always the same, so that whoever posts it finds the comment of last time and updates that.
Values were written by strangers: they stand in code spans, where nothing is a link, a mention or HTML.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sluse.plan.preview.text import (
    ENVIRONMENTS,
    against,
    done,
    gate_line,
    named,
    reached,
    stood_before,
    summary,
    use_line,
)
from sluse.plan.preview.value import Item, Preview
from sluse.words.said import Translate, own, say

MARKER = "<!-- sluse preview -->"
LONGEST = 60_000
"""Characters: forges refuse comments above some 65,000."""


def markdown(preview: Preview, words: Translate) -> str:
    """Return the comment. Details that would make it longer than a forge takes are counted instead."""
    head = [
        MARKER,
        f"### Sluse: {summary(preview, words)}",
        "",
        *_faults(preview, words),
        *(f"- **{words(say('fuse'))}:** {plain(words(each))}" for each in preview.fuse),
        "",
        *_table(preview, words),
    ]
    tail = [
        "",
        *(f"- {plain(words(each))}" for each in preview.notes),
        "",
        f"<sub>{against(preview, words)}</sub>",
        "",
    ]
    room = LONGEST - sum(len(each) + 1 for each in (*head, *tail))
    shown: list[str] = []
    for index, item in enumerate(preview.items):
        text = "\n".join(_details(item, words))
        room -= len(text) + 1
        if room < 100:
            more = say("Details of {number} more: `sluse preview` on a clone.", number=len(preview.items) - index)
            shown.append(words(more))
            break
        shown.append(text)
    lines = [*head, *shown, *tail]
    return "\n".join(line for before, line in pairwise([MARKER, *lines]) if before or line)  # one blank line at a time


def _faults(preview: Preview, words: Translate) -> Iterator[str]:
    new = preview.new_faults
    for each in new[:20]:
        yield f"- **{words(each.severity)}** {code(each.place)} {each.rule}: {plain(words(each.message))}"
    if len(new) > 20:
        yield f"- {words(say('and {number} more: `sluse check`', number=len(new) - 20))}"
    yield from (f"- {each}" for each in stood_before(preview, words))
    if preview.faults:
        yield ""


def _table(preview: Preview, words: Translate) -> Iterator[str]:
    if not preview.items:
        return
    heads = (say("what"), *ENVIRONMENTS, say("means"), say("waits on"))
    yield f"| {' | '.join(map(words, heads))} |"
    yield "|---|---|---|---|---|"
    for item in preview.items[:100]:
        actions = [done(item.effect(each).action, words) for each in ENVIRONMENTS]
        new = dict.fromkeys(f"{words(need.on)}: {need.check}" for need in item.needs if need.new)
        cells = [code(item.name), *actions, plain(" ".join(map(words, item.says))) or "-", "; ".join(new) or "-"]
        yield f"| {' | '.join(cells)} |"
    if len(preview.items) > 100:
        yield f"| {words(say('{number} more', number=len(preview.items) - 100))} | | | | |"
    yield ""


def _details(item: Item, words: Translate) -> Iterator[str]:
    yield f"<details><summary>{named(item, words)}</summary>"
    yield ""
    if item.authored:
        heads = (say("field"), say("class"), say("removed"), say("added"))
        yield f"| {' | '.join(map(words, heads))} |"
        yield "|---|---|---|---|"
        for each in item.authored:
            change = each.change
            cells = (
                code(own(change.field, words)),
                words(each.field_class.value),
                _codes(change.removed),
                _codes(change.added),
            )
            yield f"| {' | '.join(cells)} |"
        yield ""
    yield from (f"- {words(say('statement'))} {code(each.told(words))}" for each in item.signed)
    for effect in item.effects:
        yield f"- **{words(effect.environment)}: {done(effect.action, words)}**"
        for part in effect.parts:
            yield f"  - {words(part.kind)} {code(part.name)}: {plain(use_line(part, words))}"
            yield from (f"    - {code(each.told(words))}" for each in part.changes)
    if item.gate is not None:
        before, after = item.gate
        if before == after:
            yield f"- **{words(say('gate, as before'))}:** {plain(gate_line(before, words))}"
        else:
            yield f"- **{words(say('gate before'))}:** {plain(gate_line(before, words))}"
            yield f"- **{words(say('gate after'))}:** {plain(gate_line(after, words))}"
    for need in item.needs:
        stood = "" if need.new else f" ({words(say('as before'))})"
        yield f"- {words(say('waits on'))} **{words(need.on)}**: {need.check}: {plain(words(need.message))}{stood}"
    yield from (f"- {words(say('reaches'))} {plain(words(each))}" for each in item.reaches)
    if item.touched.hosts:
        yield f"- {words(say('hosts'))} {_codes(item.touched.hosts)}"
    yield f"- {words(reached(item.touched))}"
    yield ""
    yield "</details>"


def _codes(texts: tuple[str, ...]) -> str:
    return ", ".join(map(code, texts)) or "-"


def code(text: str) -> str:
    """Return a code span that no text leaves; a `|` is escaped, since tables split there even in code."""
    fence = "`" * (max((len(run) for run in _runs(text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}".replace("|", "\\|")


def plain(text: str) -> str:
    """Return a sentence in which nothing is markup: what a stranger wrote may be quoted in it."""
    return "".join(_PLAIN.get(each, each) for each in text)


_PLAIN = {each: f"\\{each}" for each in "\\`*_[]<>|~&!"} | {each: f"{each}<!-- -->" for each in "@#"}
"""An escaped `@` would still call somebody: forges look for names after the escapes are gone."""


def _runs(text: str) -> Iterator[str]:
    run = ""
    for each in text:
        if each == "`":
            run += each
        elif run:
            yield run
            run = ""
    if run:
        yield run
