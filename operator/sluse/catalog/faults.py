"""A fault in the text of one file, before it is known whose file it is; and YAML's own words for faults, put plainly."""

from __future__ import annotations

from dataclasses import dataclass

from sluse.model.change import Edit
from sluse.rules import reading
from sluse.rules.rule import ReadingRule
from sluse.words.said import say


@dataclass(frozen=True)
class Fault:
    """Where (1-based), which rule, what is wrong. `secret` forbids showing the line; `edits` mend it."""

    rule: ReadingRule
    line: int
    column: int
    length: int
    message: str
    hint: str = ""
    warning: bool = False
    secret: bool = False
    edits: tuple[Edit, ...] = ()


_PLAIN_WORDS = {
    "mapping values are not allowed": (
        say("There is a `: ` where no key can stand"),
        say("Put a value that has `: ` in it in quotes; else compare the indentation with the line above."),
    ),
    "could not find expected ':'": (
        say("A `:` is missing after the key"),
        say("Write `key: value`, with a space after the colon."),
    ),
    "did not find expected key": (
        say("The indentation does not fit the lines above"),
        say("Keys of one group begin in the same column; lists begin with `- `."),
    ),
    "did not find expected '-' indicator": (
        say("The indentation does not fit the list above"),
        say("Items of one list begin in the same column with `- `."),
    ),
    "did not find expected ',' or": (
        say("A `,` or a closing bracket is missing"),
        say("Separate the items with `,` and close every bracket."),
    ),
    "block sequence entries are not allowed": (
        say("A list cannot begin here"),
        say("Begin the list on a line of its own below the key."),
    ),
    "found unexpected end of stream": (
        say("A quote is not closed"),
        say("Close the quote; a quote inside single quotes is written twice."),
    ),
    "found character that cannot start any token": (
        say("A value cannot begin with this character"),
        say("Put the value in quotes."),
    ),
    "found unknown escape character": (
        say("There is no such escape in double quotes"),
        say("Use single quotes, or write `\\\\` for a backslash."),
    ),
}
"""How the parser's words begin -> what we say, and a hint."""


def syntax(problem: str, line: int, column: int) -> Fault:
    """Return the fault for what the YAML parser says; it never quotes the file."""
    for words, (message, hint) in _PLAIN_WORDS.items():
        if problem.startswith(words):
            return Fault(reading.SYNTAX, line, column, 1, message, hint)
    return Fault(
        reading.SYNTAX, line, column, 1, say("This is not YAML: {problem}", problem=problem or say("it cannot be read"))
    )
