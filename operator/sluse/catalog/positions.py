"""Where each field of a file stands. Composed only when somebody asks: a good file is never asked about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from sluse.catalog.edits import edits
from sluse.catalog.nodes import Mapping, Node, Scalar, Sequence, compose
from sluse.catalog.text import as_yaml
from sluse.model.change import Change, Edit
from sluse.model.problem import Place
from sluse.rules.shown import printable

_Spot = tuple[int, int, int]
_LONGEST_EXCERPT = 100


class Positions:
    """Turns a field path (`spec.clients[0].name`) into its place; the nearest parent's where there is none.

    A scalar's place is its value's; a list's or mapping's is its key's, since that is what a reader looks for.
    """

    def __init__(self, path: str, text: str, *, is_json: bool = False) -> None:
        self._path = path
        self._written = text
        self._is_json = is_json

    def __call__(self, field: str) -> Place:
        while field not in self._values and field:
            field = parent(field)
        return Place(self._path, *self._values.get(field, (1, 1, 1)))

    def key(self, field: str) -> Place:
        """Return the place of a field's key; of its value where it has no key."""
        spot = self._keys.get(field)
        return Place(self._path, *spot) if spot else self(field)

    def excerpt(self, place: Place) -> str:
        """Return the line of a place, cut short, with nothing in it that could drive a terminal; empty where cut off."""
        lines = self._lines
        if not 0 < place.line <= len(lines) or place.column >= _LONGEST_EXCERPT:
            return ""
        line = lines[place.line - 1].rstrip("\r").replace("\t", " ")
        return printable(line if len(line) <= _LONGEST_EXCERPT else f"{line[: _LONGEST_EXCERPT - 1]}…")

    def edits(self, change: Change) -> tuple[Edit, ...]:
        """Return what a change is in the text; nothing where the text leaves doubt."""
        return edits(change, self._root, self._lines) if self._root is not None else ()

    @cached_property
    def _text(self) -> str:
        return as_yaml(self._written) if self._is_json else self._written

    @cached_property
    def _lines(self) -> list[str]:
        return self._text.split("\n")

    @cached_property
    def _root(self) -> Node | None:
        return compose(self._text)[0]

    @cached_property
    def _values(self) -> dict[str, _Spot]:
        return dict(_walk(self._root, "", None)) if self._root is not None else {}

    @cached_property
    def _keys(self) -> dict[str, _Spot]:
        return dict(_walk_keys(self._root, "")) if self._root is not None else {}


def parent(field: str) -> str:
    """Return the path of what a field stands in; empty for the document."""
    return field[: max(field.rfind("."), field.rfind("["), 0)]


def _walk(node: Node, field: str, key: Scalar | None) -> Iterator[tuple[str, _Spot]]:
    if isinstance(node, Scalar):
        yield field, (node.line, node.column, node.length)
        return
    spot = key or node
    yield field, (spot.line, spot.column, spot.length)
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _walk(item, f"{field}[{index}]", None)
    else:
        for name, item in node.items:
            yield from _walk(item, f"{field}.{name.text}" if field else name.text, name)


def _walk_keys(node: Node, field: str) -> Iterator[tuple[str, _Spot]]:
    if isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _walk_keys(item, f"{field}[{index}]")
    elif isinstance(node, Mapping):
        for name, item in node.items:
            inner = f"{field}.{name.text}" if field else name.text
            yield inner, (name.line, name.column, name.length)
            yield from _walk_keys(item, inner)
