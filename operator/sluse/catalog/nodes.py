"""Text -> nodes that remember their place, or the faults that forbid reading it.

Works on the parser's events, not on its composed nodes: composing recurses in C and can be driven over the stack
by 64 KiB of `[`; events come one by one, so depth and number of values are bounded while they come.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from sluse.catalog import limits
from sluse.catalog.faults import Fault, syntax
from sluse.catalog.scalars import OutOfRange, is_ambiguous, typed
from sluse.model.change import Edit
from sluse.rules import reading
from sluse.rules.rule import ReadingRule
from sluse.rules.shown import shown
from sluse.words.said import say

JsonValue = str | int | float | bool | None | dict[str, "JsonValue"] | list["JsonValue"]


@dataclass(slots=True)
class Scalar:
    """A value. `line` and `column` are 1-based; `length` is of its first line."""

    line: int
    column: int
    length: int
    text: str
    plain: bool


@dataclass(slots=True)
class Sequence:
    """A list."""

    line: int
    column: int
    length: int = 1
    items: list[Node] = field(default_factory=list)


@dataclass(slots=True)
class Mapping:
    """Keys with values, in order. `waiting` is the key whose value comes next."""

    line: int
    column: int
    length: int = 1
    items: list[tuple[Scalar, Node]] = field(default_factory=list)
    keys: dict[str, Scalar] = field(default_factory=dict)
    waiting: Scalar | None = None


Node = Scalar | Sequence | Mapping


class Unreadable(Exception):
    """The text cannot be read on. Carries the one fault that says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def compose(text: str) -> tuple[Node | None, list[Fault]]:
    """Return the root (None for an empty text) and the faults found on the way; with any error, do not use the root."""
    composer = _Composer()
    try:
        for event in _events(text):
            composer.take(event)
    except Unreadable as unreadable:
        return None, [*composer.faults, composer.blamed(unreadable.fault)]
    return composer.root, composer.faults


def value(node: Node, faults: list[Fault]) -> JsonValue:
    """Return what the nodes mean; what is doubtful or out of range is added to `faults`."""
    if isinstance(node, Mapping):
        return {key.text: value(item, faults) for key, item in node.items}
    if isinstance(node, Sequence):
        return [value(item, faults) for item in node.items]
    if not node.plain:
        return node.text
    if is_ambiguous(node.text):
        faults.append(
            _fault(node, say("{text} without quotes is read differently by YAML 1.1 readers", text=shown(node.text)))
        )
    try:
        return typed(node.text)
    except OutOfRange:
        message = say("The number {text} is out of range", text=shown(node.text))
        faults.append(Fault(reading.NUMBER_RANGE, node.line, node.column, node.length, message))
        return None


def scalars(node: Node) -> Iterator[Scalar]:
    """Yield every scalar, keys included."""
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item)
    else:
        for key, item in node.items:
            yield key
            yield from scalars(item)


def _fault(node: Scalar, message: str) -> Fault:
    end = node.column + node.length
    # Quotes keep what it means here: only what is text already gets them.
    mended = (Edit(node.line, node.column, node.line, end, f'"{node.text}"'),) if _is_text(node) else ()
    return Fault(reading.AMBIGUOUS, node.line, node.column, node.length, message, warning=True, edits=mended)


def _is_text(node: Scalar) -> bool:
    try:
        return isinstance(typed(node.text), str) and len(node.text) == node.length
    except OutOfRange:
        return False


def _events(text: str) -> Iterator[yaml.Event]:
    try:
        yield from yaml.parse(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise Unreadable(
            syntax(error.problem or "", mark.line + 1 if mark else 1, mark.column + 1 if mark else 1)
        ) from None
    except yaml.YAMLError:  # a character that YAML does not have; it has no line, and `decode` tells where it stands
        raise Unreadable(syntax("", 1, 1)) from None


class _Composer:
    """Takes events one by one and keeps a stack of open collections."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self._open: list[Sequence | Mapping] = []
        self._values = 0
        self._documents = 0
        self._quote: tuple[Scalar, int] | None = None

    def blamed(self, fault: Fault) -> Fault:
        """Return the fault, at the quote that was closed far below it where that is what broke the syntax."""
        if fault.rule is reading.SYNTAX and self._quote is not None and fault.line - self._quote[1] <= 1:
            opened, closed = self._quote
            message = say("The quote that opens here is closed on line {closed} only", closed=closed)
            return Fault(fault.rule, opened.line, opened.column, 1, message, say("Close it on its own line."))
        return fault

    def take(self, event: yaml.Event) -> None:
        """Take one event. Raises Unreadable where reading on makes no sense."""
        if isinstance(event, yaml.ScalarEvent):
            self._plain_only(event)
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._plain_only(event)
            self._push(Mapping(*_start(event)))
        elif isinstance(event, yaml.SequenceStartEvent):
            self._plain_only(event)
            self._push(Sequence(*_start(event)))
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.AliasEvent):
            raise _unreadable(reading.ALIAS, event, say("An alias stands here instead of a value"))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._document(event)

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        self._documents += 1
        if event.version or event.tags:
            raise _unreadable(reading.DIRECTIVE, event, say("A YAML directive stands before the document"))
        if self._documents > 1:
            raise _unreadable(reading.SEVERAL_DOCUMENTS, event, say("A second document begins here"))

    def _plain_only(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            raise _unreadable(reading.ALIAS, event, say("An anchor stands here"))
        if event.tag is not None:
            raise _unreadable(reading.TAG, event, say("A tag stands before the value"))

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        line, column = _start(event)
        end = event.end_mark
        length = end.column + 1 - column if end is not None and end.line + 1 == line else 1
        node = Scalar(line, column, max(length, 1), event.value, plain=not event.style)
        if event.style in {"'", '"'} and end is not None and end.line + 1 > line:
            self._quote = node, end.line + 1
        parent = self._open[-1] if self._open else None
        if isinstance(parent, Mapping) and parent.waiting is None:
            self._key(parent, node)
        else:
            self._place(node)

    def _key(self, parent: Mapping, key: Scalar) -> None:
        first = parent.keys.setdefault(key.text, key)
        if first is not key:
            message = say(
                "{text} stands twice here, first on line {line}, column {column}",
                text=shown(key.text),
                line=first.line,
                column=first.column,
            )
            self.faults.append(Fault(reading.DUPLICATE_KEY, key.line, key.column, key.length, message))
        parent.waiting = key

    def _push(self, node: Sequence | Mapping) -> None:
        parent = self._open[-1] if self._open else None
        if isinstance(parent, Mapping) and parent.waiting is None:
            raise Unreadable(
                Fault(reading.SYNTAX, node.line, node.column, 1, say("A key is text, not a list or mapping"))
            )
        self._place(node)
        self._open.append(node)
        if len(self._open) > limits.DEPTH:
            message = say("The file is nested more than {most} deep", most=limits.DEPTH)
            raise Unreadable(Fault(reading.TOO_DEEP, node.line, node.column, 1, message))

    def _place(self, node: Node) -> None:
        self._values += 1
        if self._values > limits.VALUES:
            message = say("The file has more than {most} values", most=limits.VALUES)
            raise Unreadable(Fault(reading.TOO_MANY_NODES, node.line, node.column, 1, message))
        parent = self._open[-1] if self._open else None
        if isinstance(parent, Sequence):
            parent.items.append(node)
        elif isinstance(parent, Mapping) and parent.waiting is not None:
            parent.items.append((parent.waiting, node))
            parent.waiting = None
        else:
            self.root = node


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)


def _unreadable(rule: ReadingRule, event: yaml.Event, message: str) -> Unreadable:
    return Unreadable(Fault(rule, *_start(event), 1, message))
