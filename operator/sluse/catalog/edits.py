"""A change of a field -> edits of the text it stands in, so that comments, quotes and layout stay as their author left them.

What the text looks like decides whether there are any: a change whose place is not plain to see (a value over several
lines, an item with a comment of its own) is left to people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sluse.catalog.nodes import Mapping, Node, Scalar
from sluse.catalog.nodes import Sequence as Items
from sluse.catalog.scalars import is_plainly_text
from sluse.model.change import Change, Edit, Kind

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./*-]*(:[A-Za-z0-9_./*-]+)*|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?")
_NUMBER_OR_FLAG = re.compile(r"true|false|0|[1-9][0-9]{0,14}")
_NO_ITEM = re.compile(r"[\[\]{},#]|: |^[-?&*!|>'\"%@`]")


@dataclass(frozen=True)
class _Field:
    """A field of the text. `among`: the list that it is an item of, and at which index."""

    node: Node
    key: Scalar | None
    among: tuple[Items, int] | None = None


def edits(change: Change, root: Node, lines: Sequence[str]) -> tuple[Edit, ...]:
    """Return the edits of one change, none where the text leaves doubt. `lines` are the text's, without their breaks."""
    if change.kind is Kind.BEGIN:
        return _begin(change, root)
    fields = dict(_fields(root, "", _Field(root, None)))
    found = fields.get(change.field)
    if found is None:
        return ()
    return _edited(change, found, lines)


def _edited(change: Change, field: _Field, lines: Sequence[str]) -> tuple[Edit, ...]:
    match change.kind:
        case Kind.RENAME:
            return _rewritten(field.key, lines, change.value)
        case Kind.REMOVE:
            return _remove(field, lines)
        case Kind.APPEND:
            return _append(field.node, lines, change.value)
        case Kind.REPLACE:
            return _rewritten(field.node, lines, change.value)
        case _:
            return _as_written(change.kind, field.node, lines)


def _fields(node: Node, path: str, field: _Field) -> Iterator[tuple[str, _Field]]:
    yield path, field
    if isinstance(node, Items):
        for index, item in enumerate(node.items):
            yield from _fields(item, f"{path}[{index}]", _Field(item, None, (node, index)))
    elif isinstance(node, Mapping):
        for key, item in node.items:
            yield from _fields(item, f"{path}.{key.text}" if path else key.text, _Field(item, key))


def _begin(change: Change, root: Node) -> tuple[Edit, ...]:
    fits = isinstance(root, Mapping) and root.column == 1 and bool(root.items)
    return (Edit(root.line, 1, root.line, 1, f"{change.value}\n"),) if fits else ()


def _rewritten(node: Node | None, lines: Sequence[str], value: str) -> tuple[Edit, ...]:
    source = _source(node, lines)
    if source is None or not isinstance(node, Scalar):
        return ()
    quote = source[0] if source[0] in "'\"" else ""
    return (_over(node, f"{quote}{value}{quote}" if quote and not set(value) & {"'", '"', "\\"} else _scalar(value)),)


def _as_written(kind: Kind, node: Node, lines: Sequence[str]) -> tuple[Edit, ...]:
    source = _source(node, lines)
    if source is None or not isinstance(node, Scalar):
        return ()
    match kind:
        case Kind.QUOTE if node.plain and not set(source) & {'"', "\\"}:
            return (_over(node, f'"{source}"'),)
        case Kind.UNQUOTE if not node.plain and _NUMBER_OR_FLAG.fullmatch(node.text):
            return (_over(node, node.text),)
        case Kind.LIST if not node.plain or not _NO_ITEM.search(source):
            return (_over(node, f"[{source}]"),)
        case _:
            return ()


def _remove(field: _Field, lines: Sequence[str]) -> tuple[Edit, ...]:
    node, source = field.node, _source(field.node, lines)
    if field.among is None or source is None:
        return ()
    items, index = field.among
    line = lines[node.line - 1]
    if re.fullmatch(rf" *- +{re.escape(source)} *", line):
        return (Edit(node.line, 1, node.line + 1, 1, ""),)
    before = items.items[index - 1] if index else None
    if before is None or before.line != node.line or _source(before, lines) is None:
        return ()
    start = before.column + before.length
    between = line[start - 1 : node.column - 1]
    return (Edit(node.line, start, node.line, node.column + node.length, ""),) if between.strip(" ") == "," else ()


def _append(node: Node, lines: Sequence[str], value: str) -> tuple[Edit, ...]:
    last = node.items[-1] if isinstance(node, Items) and node.items else None
    source = _source(last, lines)
    if last is None or source is None:
        return ()
    line = lines[last.line - 1]
    item = re.fullmatch(rf"( *- +){re.escape(source)}( *| +#.*)", line)
    if item is not None:
        end = len(line.rstrip("\r")) + 1
        return (Edit(last.line, end, last.line, end, f"\n{item[1]}{_scalar(value)}"),)
    end = last.column + last.length
    following = line[end - 1 :].lstrip(" ")
    return (Edit(last.line, end, last.line, end, f", {_scalar(value)}"),) if following.startswith(("]", ",")) else ()


def _source(node: Node | None, lines: Sequence[str]) -> str | None:
    """Return a value as it is written, where that is on one line and certain."""
    if not isinstance(node, Scalar) or node.line > len(lines):
        return None
    source = lines[node.line - 1][node.column - 1 : node.column - 1 + node.length]
    quoted = len(source) > 1 and source[0] == source[-1] and source[0] in "'\""
    return source if source and (source == node.text if node.plain else quoted) else None


def _over(node: Scalar, text: str) -> Edit:
    return Edit(node.line, node.column, node.line, node.column + node.length, text)


def _scalar(value: str) -> str:
    """Return the value as a scalar that means it inside and outside of brackets."""
    if _PLAIN.fullmatch(value) and is_plainly_text(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
