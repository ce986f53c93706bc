"""A form filled in elsewhere: the questions as a file, and the answers out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sluse.catalog.yaml import Unreadable, dump, lines, plain
from sluse.errors import CatalogError
from sluse.order import organisation
from sluse.order.form import NAME, WHO, Form
from sluse.order.question import Answer, Question
from sluse.rules.near import did_you_mean, nearest
from sluse.rules.shown import shown
from sluse.words.said import Translate, say

_A_WORD = 4
"""Letters; fewer are in many names by chance."""


def blank(form: Form, words: Translate) -> str:
    """Return the form as YAML to fill in: each question a comment above its name."""
    head = words(say("Fill in, and give it to `sluse new --from FILE`. Leave out what may be left out."))
    return f"# {head}\n" + "".join(f"\n# {_asks(each, words)}\n{each.id}: {_open(each)}\n" for each in _all(form))


@dataclass
class FilledIn:
    """The answers in a file that nobody has taken yet, by the question's id, and the line of each."""

    file: Path
    texts: dict[str, str]
    lines: Mapping[str, int]

    def take(self, question: Question) -> str:
        """Return the answer to a question, once; empty where there is none."""
        return self.texts.pop(question.id, "")

    def place(self, question: Question) -> str:
        """Return where the answer to a question stands, or the file where it should."""
        line = self.lines.get(question.id)
        return f"{self.file}" if line is None else f"{self.file}:{line}"


def written(answers: Mapping[str, Answer | None], form: Form) -> str:
    """Return answers as a file that `read` takes; what was passed over is left out."""
    order = [each.id for each in _all(form) if answers.get(each.id) is not None]
    return dump({name: list(value) if isinstance(value := answers[name], tuple) else value for name in order})


def read(file: Path, form: Form) -> FilledIn:
    """Return the answers in a file. CatalogError where there is no such question, or no file."""
    try:
        text = file.read_text(encoding="utf-8")
        found = plain(text)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or say("it is not UTF-8")
        raise CatalogError(say("{file} cannot be read: {why}", file=file, why=why)) from None
    except Unreadable:
        raise CatalogError(
            say("{file} is neither YAML nor JSON", file=file), hint=say("sluse new --questions prints a form")
        ) from None
    if not isinstance(found, dict):
        raise CatalogError(say("{file} holds no answers", file=file), hint=say("sluse new --questions prints a form"))
    known = [each.id for each in _all(form)]
    for name in found:
        if name not in known:
            hint = did_you_mean(_meant(str(name), known)) or say("sluse new --questions prints a form")
            place = f"{file}:{lines(text).get(str(name), 1)}"
            raise CatalogError(say("{file}: there is no question {name}", file=place, name=shown(str(name))), hint=hint)
    return FilledIn(file, {name: _as_text(value) for name, value in found.items()}, lines(text))


def _meant(name: str, known: Sequence[str]) -> Sequence[str]:
    """Return the question that a name looks like, else the one that it is a part of; none where there is any doubt."""
    if (near := nearest(name, known)) is not None:
        return [near]
    whole = [each for each in known if len(name) >= _A_WORD and name.casefold() in each.casefold()]
    return whole if len(whole) == 1 else []


def _all(form: Form) -> tuple[Question, ...]:
    return (WHO, *organisation.QUESTIONS, NAME, *form.questions)


def _asks(question: Question, words: Translate) -> str:
    choices = f": {', '.join(question.choices)}" if question.choices else ""
    optional = f" ({words(say('may be left out'))})" if question.optional else ""
    return f"{words(question.asks)}{choices}{optional}"


def _open(question: Question) -> str:
    return "[]" if question.many else '""'


def _as_text(value: object) -> str:
    """Return what YAML read as the text that would have been typed; a list as words."""
    if isinstance(value, list):
        return " ".join(_as_text(each) for each in value)
    return "" if value is None else value.isoformat() if hasattr(value, "isoformat") else str(value)
