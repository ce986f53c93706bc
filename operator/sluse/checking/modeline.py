"""The line by which an editor finds a document's schema: what is wrong with it, with the edit that mends it. Pure.

Never part of a verdict: a document means the same without it. So `--fix` alone looks for it, and says what it wrote.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection

from sluse.catalog.nodes import Mapping, compose
from sluse.model.change import Edit
from sluse.model.problem import Place, Problem, Severity
from sluse.rules import reading
from sluse.rules.shown import shown
from sluse.words.said import say

_LINE = re.compile(r"^[ \t]*#[ \t]*yaml-language-server[ \t]*:[^\r\n]*?\$schema=(?P<schema>[^ \t\r\n]+)", re.MULTILINE)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|/")


def problem(path: str, content: bytes, schemas: Collection[str]) -> Problem | None:
    """Return what is wrong with the line of a document, with its edit; None where nothing is, or the file cannot be read.

    `schemas` are the files in the tree that are schemas, the one that a new line names first. A line that names an address or an
    absolute path is its author's: nobody here knows what is there.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError:
        return None
    root, _ = compose(text)
    if not schemas or not isinstance(root, Mapping) or text.startswith("\ufeff"):
        return None
    wanted = posixpath.relpath(next(iter(schemas)), posixpath.dirname(path))
    found = _LINE.search(text)
    if found is None:
        ending = "\r\n" if text.split("\n", 1)[0].endswith("\r") else "\n"
        edit = Edit(1, 1, 1, 1, f"# yaml-language-server: $schema={wanted}{ending}")
        return _problem(path, 1, say("No line says which schema the document has"), edit)
    named = found["schema"]
    if _ABSOLUTE.match(named) or posixpath.normpath(posixpath.join(posixpath.dirname(path), named)) in schemas:
        return None
    start = found.start("schema")
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    edit = Edit(line, column, line, column + len(named), wanted)
    return _problem(path, line, say("{schema} is no schema of this tree", schema=shown(named)), edit)


def _problem(path: str, line: int, message: str, edit: Edit) -> Problem:
    return Problem(
        Place(path, line, edit.column),
        reading.SCHEMA_LINE.id,
        message,
        reading.SCHEMA_LINE.hint,
        Severity.WARNING,
        edits=(edit,),
    )
