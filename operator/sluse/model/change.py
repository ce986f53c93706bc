"""What mends a problem, where a program can do it without asking: first in terms of fields, then of a file's text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is done at a field."""

    REPLACE = "replace"
    """The value becomes `value`."""
    QUOTE = "quote"
    """The value is put in quotes as it is written."""
    UNQUOTE = "unquote"
    """The quotes of the value are taken away."""
    LIST = "list"
    """The value becomes the one item of a list."""
    RENAME = "rename"
    """The field is called `value`."""
    REMOVE = "remove"
    """The item of a list is taken away."""
    APPEND = "append"
    """The list gets the item `value`."""
    BEGIN = "begin"
    """The document begins with the line `value`."""


@dataclass(frozen=True, order=True)
class Change:
    """What is done at a field, as `spec.clients[0].scopes[1]`."""

    kind: Kind
    field: str
    value: str = ""


@dataclass(frozen=True, order=True)
class Edit:
    """Text that takes the place of other text in a file: from a 1-based line and column up to, without, another."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str
