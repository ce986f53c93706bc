"""A problem in what somebody wrote: a value, never an exception. Plain dataclasses, since `check` makes thousands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from sluse.model.change import Change, Edit
from sluse.words.said import say, several


class Severity(StrEnum):
    """An error holds the document back; a warning is told and holds nothing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, order=True)
class Place:
    """Where: a path relative to the repository's root, 1-based line and column (0 where the whole file is meant).

    `length` is how many characters of the line are meant, for the caret under them.
    """

    path: str
    line: int = 0
    column: int = 0
    length: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


@dataclass(frozen=True, order=True)
class Problem:
    """One root cause: where, which rule, what is wrong, and what to do.

    `holds` is who is held back by it: `<organisation>` or `<organisation>.<name>`; empty where the file has no
    identity (see `Tree.unreadable`). `path` is the field inside the document, as `spec.clients[0].scopes[1]`, empty where the file itself is meant.
    `change` is what mends it, if a program can; `edits` is the same in the text of the file, once who has the text was asked.
    `excerpt` is the line of the file with the place, or empty; it is never set for a secret or an identifier.
    """

    place: Place
    rule: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    holds: str = ""
    path: str = ""
    excerpt: str = ""
    change: Change | None = None
    edits: tuple[Edit, ...] = ()


def ordered(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return problems by place; of one place by rule."""
    return tuple(sorted(problems, key=attrgetter("place", "rule")))


def sentence(problems: Iterable[Problem]) -> str:
    """Return problems in a line: each with its place."""
    return several(say("{place}: {message}", place=problem.place, message=problem.message) for problem in problems)
