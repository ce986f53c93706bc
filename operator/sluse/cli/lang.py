"""The language that a command speaks: `--lang`, else the locale's. Errors are told in it too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar, cast

import click

from sluse.words.said import english

if TYPE_CHECKING:
    from sluse.words.said import Translate

KEY = "sluse.words"
LINE = "sluse.line"
"""The words behind `sluse`, kept with the context: `--help` is done before an option behind it is read."""
CHOICES = ("nb", "en")
Answer = TypeVar("Answer")


def option(command: Callable[..., Answer]) -> Callable[..., Answer]:
    """Give a command the option; what it says goes through `words()`."""
    return click.option(
        "--lang",
        type=click.Choice(CHOICES),
        is_eager=True,
        expose_value=False,
        callback=_chosen,
        help="Bokmål or English; else the locale's.",
    )(command)


def words() -> Translate:
    """Return what says a sentence in the person's language; English where the running command has no choice of it."""
    context = click.get_current_context(silent=True)
    return english if context is None else of(context)


def of(context: click.Context) -> Translate:
    """Return the same of a context, or of one within it."""
    return cast("Translate", context.meta.get(KEY, english))


def chosen(context: click.Context) -> Translate:
    """Return what says a sentence in the language that the line names, also behind what is done first, or in the locale's."""
    found = context.meta.get(KEY)
    return in_(named(context.meta.get(LINE, ()))) if found is None else cast("Translate", found)


def named(line: Sequence[str]) -> str | None:
    """Return the language that a command line names, wherever it stands; None where it names none that there is."""
    for place, word in enumerate(line):
        name, _, value = word.partition("=")
        if name == "--lang" and (asked := value or next(iter(line[place + 1 :]), "")) in CHOICES:
            return asked
    return None


def in_(language: str | None) -> Translate:
    """Return what says a sentence in a language, by its name; without one, in the locale's."""
    from sluse.wiring.language import surrounding
    from sluse.words.language import Language, in_language

    return in_language(Language(language) if language is not None else surrounding())


def _chosen(ctx: click.Context, param: click.Parameter, value: str | None) -> None:  # noqa: ARG001 - click's signature
    ctx.meta[KEY] = in_(value)
