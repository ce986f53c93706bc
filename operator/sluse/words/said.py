"""A sentence that can still be said in another language.

It is a `str`, the English sentence, wherever one is wanted: in a log, a comparison, a test. Whoever shows it to a person
asks for it in that person's language. Rejected: messages by id, since the sentence beside the code is read far more often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Self

Translate = Callable[[str], str]
"""An English template -> the template in another language, or itself where there is none."""


class Said(str):
    """`template` filled in with `values`. A value that is itself `Said` is translated too; any other stands as it is."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, values: Mapping[str, object]) -> Self:
        made = super().__new__(cls, _filled(template, values))
        made.template = template
        made.values = values
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, Mapping[str, object]]]:
        return type(self), (self.template, self.values)


def say(template: str, /, **values: object) -> Said:
    """Return the sentence: `say("{name} is listed twice", name=shown(name))`. The template is a literal: a test reads it."""
    return Said(template, values)


def translated(text: str, translate: Translate) -> str:
    """Return a sentence in another language; a plain one is its own template, so that constants of tables are translated too."""
    if not isinstance(text, Said):
        return translate(text) if text else text
    values = {name: _value(value, translate) for name, value in text.values.items()}
    return _filled(translate(text.template), values)


def counted(number: int, one: str, many: str) -> Said:
    """Return `one` for 1, else `many` with its {number}. Both are literals; bokmål and English have no further forms."""
    return Said(one, {}) if number == 1 else Said(many, {"number": number})


def several(sentences: Iterable[str], between: str = "; ") -> str:
    """Return sentences as one, each of which is translated for itself."""
    numbered = {f"n{number}": sentence for number, sentence in enumerate(sentences)}
    return Said(between.join(f"{{{name}}}" for name in numbered), numbered)


def behind(mark: str, sentence: str) -> str:
    """Return a sentence behind what is the same in every language: an indentation, a name."""
    return Said("{mark}{sentence}", {"mark": mark, "sentence": sentence})


def short(text: str, most: int) -> str:
    """Return a sentence of at most so many characters: one that is cut is English for good."""
    return text if len(text) <= most else text[:most]


def own(text: str, words: Translate) -> str:
    """Return our own sentence in a language, and what may be anybody's as it is: a plain text is never looked up."""
    return words(text) if isinstance(text, Said) else text


def english(text: str) -> str:
    """Return the sentence as it is: the language that everything is written in."""
    return str(text)


def _filled(template: str, values: Mapping[str, object]) -> str:
    """Return the template filled in; without values a brace in it is a brace."""
    return template.format_map(values) if values else template


def _value(value: object, translate: Translate) -> object:
    return translated(value, translate) if isinstance(value, Said) else value
