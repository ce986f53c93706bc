"""A form filled in elsewhere: the questions as a file, and the answers out of it."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from sluse.catalog.yaml import Unreadable, plain
from sluse.errors import CatalogError
from sluse.order import organisation
from sluse.order.form import NAME, WHO, Form
from sluse.order.question import Question
from sluse.rules.shown import shown
from sluse.words.said import Translate, english, say


def blank(form: Form, words: Translate = english) -> str:
    """Return the form as YAML to fill in: each question a comment above its name."""
    head = words(say("Fill in, and give it to `sluse new --from FILE`. Leave out what may be left out."))
    return f"# {head}\n" + "".join(f"\n# {_asks(each, words)}\n{each.id}: {_open(each)}\n" for each in _all(form))


def read(file: Path, form: Form) -> dict[str, str]:
    """Return the answers in a file, by the question's id. CatalogError where there is no such question, or no file."""
    try:
        found = plain(file.read_text(encoding="utf-8"))
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
            near = get_close_matches(str(name), known, n=1)
            hint = say("did you mean {near}?", near=near[0]) if near else say("sluse new --questions prints a form")
            raise CatalogError(say("{file}: there is no question {name}", file=file, name=shown(str(name))), hint=hint)
    return {name: _as_text(value) for name, value in found.items()}


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
