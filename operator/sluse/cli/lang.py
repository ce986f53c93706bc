"""The language that a command speaks: `--lang`, else the locale's."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sluse.words.said import Translate


def _words(ctx: click.Context, param: click.Parameter, value: str | None) -> Translate:  # noqa: ARG001 - click's signature
    from sluse.wiring.language import surrounding
    from sluse.words.language import Language, in_language

    return in_language(Language(value) if value is not None else surrounding())


def option(command: Callable[..., object]) -> Callable[..., object]:
    """Give a command the option, as its argument `words`: what says a sentence in the person's language."""
    return click.option(
        "--lang",
        "words",
        type=click.Choice(["nb", "en"]),
        callback=_words,
        help="Bokmål or English; else the locale's.",
    )(command)
