"""A question of the order form. What it asks of an answer is not said here: the files' own rules judge it, as `check` does."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Answer = str | tuple[str, ...]
Answers = Mapping[str, Answer]
"""By the question's id. A question that was passed over has no answer."""


_IN_THREES = re.compile(r"(?<!\d)(\d{3})[ \u00a0](\d{3})[ \u00a0](\d{3})(?!\d)")


def _nothing(_: Answers) -> Answer:
    return ""


def _always(_: Answers) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Question:
    """`field` is where its value stands in the file; what is wrong there is what is wrong with the answer.

    `organisation_number`: written in threes by many, so spaces within one are dropped.
    `derived`: the form itself makes more of the answer than a value at `field`.
    """

    id: str
    field: str
    asks: str
    example: str
    choices: tuple[str, ...] = ()
    many: bool = False
    number: bool = False
    optional: bool = False
    derived: bool = False
    organisation_number: bool = False
    suggests: Callable[[Answers], Answer] = _nothing
    applies: Callable[[Answers], bool] = _always

    def read(self, text: str) -> Answer:
        """Return what somebody typed as an answer: words apart by space or comma where there may be many."""
        text = text.strip()
        if self.organisation_number:
            text = _IN_THREES.sub(r"\1\2\3", text)
        return tuple(dict.fromkeys(text.replace(",", " ").split())) if self.many else text

    def value(self, answers: Answers) -> object:
        """Return what stands in the file: the answer, or the example while it is not given. None where it is left out."""
        given = answers.get(self.id)
        if given is None:
            return None if self.optional else self._typed(self.read(self.example))
        return self._typed(given)

    def _typed(self, given: Answer) -> object:
        if isinstance(given, tuple):
            return list(given)
        return int(given) if self.number and given.isascii() and given.isdigit() and len(given) < 12 else given


def one(answers: Answers, question: str) -> str:
    """Return an answer that is one text; empty where it is not given."""
    given = answers.get(question, "")
    return given if isinstance(given, str) else " ".join(given)


def several(answers: Answers, question: str) -> tuple[str, ...]:
    """Return an answer that may be many."""
    given = answers.get(question, ())
    return (given,) if isinstance(given, str) else given
