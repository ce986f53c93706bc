"""The line by which an editor finds a document's schema: what is wrong with it, with the edit that mends it. Pure.

Never part of a verdict: a document means the same without it. So `--fix` alone looks for it, and says what it wrote.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from itertools import islice

from sluse.catalog.nodes import Mapping, compose
from sluse.model.change import Edit
from sluse.model.problem import Place, Problem, Severity
from sluse.rules import reading
from sluse.rules.shown import shown
from sluse.words.said import say

_LINE = re.compile(r"^[ \t]*#[ \t]*yaml-language-server[ \t]*:[^\r\n]*?\$schema=(?P<schema>[^ \t\r\n]+)", re.MULTILINE)
_AT_TOP = re.compile(_LINE.pattern)  # where it mostly stands: a comment, without a look at the YAML
_MOST = 10
"""Such lines, of which the document is composed once for each; whoever writes more of them writes about them."""
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
    if not schemas or text.startswith("\ufeff") or _leads(_AT_TOP.match(text), path, schemas):
        return None
    lines = list(islice(_LINE.finditer(text), _MOST + 1))
    root, _ = compose(text)
    if not isinstance(root, Mapping) or len(lines) > _MOST:
        return None
    wanted = posixpath.relpath(next(iter(schemas)), posixpath.dirname(path))
    found = next((each for each in lines if _is_comment(each, text, root)), None)
    if found is None:
        ending = "\r\n" if text.split("\n", 1)[0].endswith("\r") else "\n"
        edit = Edit(1, 1, 1, 1, f"# yaml-language-server: $schema={wanted}{ending}")
        return _problem(path, 1, say("No line says which schema the document has"), edit)
    if _leads(found, path, schemas):
        return None
    named, start = found["schema"], found.start("schema")
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    edit = Edit(line, column, line, column + len(named), wanted)
    return _problem(path, line, say("{schema} is no schema of this tree", schema=shown(named)), edit)


def _leads(line: re.Match[str] | None, path: str, schemas: Collection[str]) -> bool:
    """Tell whether a line names a schema, or what only its author knows."""
    if line is None:
        return False
    named = line["schema"]
    within = posixpath.normpath(posixpath.join(posixpath.dirname(path), named))
    return _ABSOLUTE.match(named) is not None or within in schemas


def _is_comment(line: re.Match[str], text: str, root: Mapping) -> bool:
    """Tell whether a line means nothing: one that stands in a text over several lines is a part of it."""
    without = text[: line.start("schema")] + text[line.end("schema") :]
    return compose(without)[0] == root


def _problem(path: str, line: int, message: str, edit: Edit) -> Problem:
    return Problem(
        Place(path, line, edit.column),
        reading.SCHEMA_LINE.id,
        message,
        reading.SCHEMA_LINE.hint,
        Severity.WARNING,
        edits=(edit,),
    )
