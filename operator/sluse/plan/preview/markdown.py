"""A preview as Markdown for a pull request: short at the top, the rest folded.

The first line is hidden and always the same, so that whoever posts it finds the comment of last time and updates that.
Values were written by strangers: they stand in code spans, where nothing is a link, a mention or HTML.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluse.plan.preview.text import gate_line, reached, stood_before, summary, use_line
from sluse.plan.preview.value import Item, Preview

MARKER = "<!-- sluse preview -->"
LONGEST = 60_000
"""Characters: forges refuse comments above some 65,000."""


def markdown(preview: Preview) -> str:
    """Return the comment. Details that would make it longer than a forge takes are counted instead."""
    head = [
        MARKER,
        f"### Sluse: {summary(preview)}",
        "",
        *_faults(preview),
        *(f"- **fuse:** {plain(each)}" for each in preview.fuse),
        *_table(preview),
    ]
    tail = [
        "",
        *(f"- {plain(each)}" for each in preview.notes),
        "",
        f"<sub>{preview.head} against {preview.base}</sub>",
        "",
    ]
    room = LONGEST - sum(len(each) + 1 for each in (*head, *tail))
    shown: list[str] = []
    for index, item in enumerate(preview.items):
        text = "\n".join(_details(item))
        room -= len(text) + 1
        if room < 100:
            shown.append(f"Details of {len(preview.items) - index} more: `sluse preview` on a clone.")
            break
        shown.append(text)
    return "\n".join([*head, *shown, *tail])


def _faults(preview: Preview) -> Iterator[str]:
    new = preview.new_faults
    for each in new[:20]:
        yield f"- **{each.severity}** {code(each.place)} {each.rule}: {plain(each.message)}"
    if len(new) > 20:
        yield f"- and {len(new) - 20} more: `sluse check`"
    yield from (f"- {each}" for each in stood_before(preview))
    if preview.faults:
        yield ""


def _table(preview: Preview) -> Iterator[str]:
    if not preview.items:
        return
    yield "| what | test | production | means | waits on |"
    yield "|---|---|---|---|---|"
    for item in preview.items[:100]:
        actions = [item.effect(each).action.value for each in ("test", "production")]
        new = dict.fromkeys(f"{need.on}: {need.check}" for need in item.needs if need.new)
        cells = [code(item.name), *actions, plain(" ".join(item.says)) or "-", "; ".join(new) or "-"]
        yield f"| {' | '.join(cells)} |"
    if len(preview.items) > 100:
        yield f"| {len(preview.items) - 100} more | | | | |"
    yield ""


def _details(item: Item) -> Iterator[str]:
    file = f", file {item.file}" if item.file else ""
    yield f"<details><summary>{item.name} ({item.kind}{file})</summary>"
    yield ""
    if item.authored:
        yield "| field | class | removed | added |"
        yield "|---|---|---|---|"
        for each in item.authored:
            change = each.change
            yield f"| {code(change.field)} | {each.field_class.value} | {_codes(change.removed)} | {_codes(change.added)} |"
        yield ""
    yield from (f"- statement {code(str(each))}" for each in item.signed)
    for effect in item.effects:
        yield f"- **{effect.environment}: {effect.action.value}**"
        for part in effect.parts:
            yield f"  - {part.kind} {code(part.name)}: {plain(use_line(part))}"
            yield from (f"    - {code(str(each))}" for each in part.changes)
    if item.gate is not None:
        before, after = item.gate
        yield f"- **gate{', as before' if before == after else ' before'}:** {plain(gate_line(before))}"
        if before != after:
            yield f"- **gate after:** {plain(gate_line(after))}"
    for need in item.needs:
        yield f"- waits on **{need.on}**: {need.check}: {plain(need.message)}{'' if need.new else ' (as before)'}"
    yield from (f"- reaches {plain(each)}" for each in item.reaches)
    if item.touched.hosts:
        yield f"- hosts {_codes(item.touched.hosts)}"
    yield f"- {reached(item.touched)}"
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
