"""`python tests/golden/words.py`: bring nb.po up to what the code says, and make nb.mo of it.

A sentence that is new stands there with an empty translation, which a test refuses; one that nothing says any more is gone.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from sluse.cli import main
from sluse.cli.help import HelpFormatter, Speaking, speaks
from sluse.desired.schema import schema
from sluse.gate import entitled, statements
from sluse.model.classes import FieldClass
from sluse.model.outcome import Party
from sluse.model.policy.authority import SHIPPED
from sluse.rules.authority import told
from sluse.rules.table import RULES

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "operator" / "sluse").rglob("*.py"))
PO = ROOT / "operator" / "sluse" / "words" / "nb.po"
MO = PO.with_suffix(".mo")


_TEMPLATES = {"say": slice(0, 1), "counted": slice(1, 3)}
"""Which arguments of these are templates."""


def said() -> dict[str, str]:
    """Return every sentence that the code can say, and where it is said first."""
    found: dict[str, str] = {}
    for path in SOURCES:
        for template in _literals(path):
            found.setdefault(template, str(path.relative_to(ROOT)))
    for rule in RULES:
        for text in (rule.why, rule.hint):
            found.setdefault(text, f"rule {rule.id}")
    for check in (*statements.CHECKS, *entitled.CHECKS):
        found.setdefault(check.demands, f"check {check.name}")
    for place, texts in {
        "sluse schema": _of_schemas(),
        "--help": _of_help(),
        "a fact about the authority": [each.about for each in told(SHIPPED)],
    }.items():
        for text in texts:
            found.setdefault(text, place)
    for field_class in FieldClass:
        found.setdefault(field_class.value, "a field's class")
    for party in Party:
        found.setdefault(party.value, "who must act")
    return {template: place for template, place in found.items() if template}


def _of_schemas() -> list[str]:
    """Return the titles and descriptions that authors see in their editor."""
    told: list[str] = []

    def heard(text: str) -> str:
        told.append(text)
        return text

    schema(words=heard)
    return told


def _of_help() -> list[str]:
    """Return the paragraphs of the help of every command that speaks more than English."""
    told: list[str] = []

    def heard(text: str) -> str:
        told.append(text)
        return text

    def hear(command: click.Command, parent: click.Context | None) -> None:
        context = Speaking(command, parent, command.name)
        if speaks(context):
            command.format_help(context, HelpFormatter(heard))
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                hear(below, context)

    hear(main, None)
    return told


def _literals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _TEMPLATES:
            yield from (ast.literal_eval(each) for each in node.args[_TEMPLATES[node.func.id]])


def known() -> Catalog:
    """Return nb.po as it is."""
    with PO.open(encoding="utf-8") as file:
        return read_po(file, locale="nb")


def renewed() -> Catalog:
    """Return the catalogue of what is said now, with the translations that are known."""
    old = known()
    new = Catalog(locale="nb", project="Sluse", fuzzy=False, header_comment="# Sluse in bokmål.")
    for template, place in sorted(said().items(), key=lambda item: (item[1], item[0])):
        before = old.get(template)
        new.add(template, string=before.string if before else "", auto_comments=[place])
    return new


def po(catalog: Catalog) -> bytes:
    """Return the text of nb.po: without dates, so that it changes only when a sentence does."""
    written = io.BytesIO()
    write_po(written, catalog, width=0, omit_header=True)
    return _HEADER + written.getvalue()


def mo(catalog: Catalog) -> bytes:
    """Return nb.mo."""
    plain = read_po(io.BytesIO(po(catalog)), locale="nb")
    plain.creation_date = plain.revision_date = datetime(2026, 1, 1, tzinfo=UTC)  # the same bytes every day
    written = io.BytesIO()
    write_mo(written, plain)
    return written.getvalue()


_HEADER = b"""# Sluse in bokm\xc3\xa5l. Brought up to date by `make examples`; the translations are written by hand.
msgid ""
msgstr ""
"Language: nb\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


if __name__ == "__main__":
    catalogue = renewed()
    PO.write_bytes(po(catalogue))
    MO.write_bytes(mo(catalogue))
