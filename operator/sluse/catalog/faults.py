"""A fault in the text of one file, before it is known whose file it is; and YAML's own words for faults, put plainly."""

from __future__ import annotations

from dataclasses import dataclass

from sluse.rules import reading
from sluse.rules.rule import ReadingRule


@dataclass(frozen=True)
class Fault:
    """Where (1-based), which rule, what is wrong. `secret` forbids showing the line."""

    rule: ReadingRule
    line: int
    column: int
    length: int
    message: str
    hint: str = ""
    warning: bool = False
    secret: bool = False


_PLAIN_WORDS = (
    (
        "mapping values are not allowed",
        "There is a `: ` where no key can stand",
        "Put a value that has `: ` in it in quotes; else compare the indentation with the line above.",
    ),
    (
        "could not find expected ':'",
        "A `:` is missing after the key",
        "Write `key: value`, with a space after the colon.",
    ),
    (
        "did not find expected key",
        "The indentation does not fit the lines above",
        "Keys of one group begin in the same column; lists begin with `- `.",
    ),
    (
        "did not find expected '-' indicator",
        "The indentation does not fit the list above",
        "Items of one list begin in the same column with `- `.",
    ),
    (
        "did not find expected ',' or",
        "A `,` or a closing bracket is missing",
        "Separate the items with `,` and close every bracket.",
    ),
    (
        "block sequence entries are not allowed",
        "A list cannot begin here",
        "Begin the list on a line of its own below the key.",
    ),
    (
        "found unexpected end of stream",
        "A quote is not closed",
        "Close the quote; a quote inside single quotes is written twice.",
    ),
    (
        "found character that cannot start any token",
        "A value cannot begin with this character",
        "Put the value in quotes.",
    ),
    (
        "found unknown escape character",
        "There is no such escape in double quotes",
        "Use single quotes, or write `\\\\` for a backslash.",
    ),
)


def syntax(problem: str, line: int, column: int) -> Fault:
    """Return the fault for what the YAML parser says; it never quotes the file."""
    for words, message, hint in _PLAIN_WORDS:
        if problem.startswith(words):
            return Fault(reading.SYNTAX, line, column, 1, message, hint)
    return Fault(reading.SYNTAX, line, column, 1, f"This is not YAML: {problem or 'it cannot be read'}")
