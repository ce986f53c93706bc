"""A question with yes or no for an answer, in the person's language; and whether anybody is there to answer."""

from __future__ import annotations

import sys

import click

from sluse.cli import lang
from sluse.errors import SluseError
from sluse.words.said import say

_YES, _NO = frozenset({"y", "yes", "j", "ja"}), frozenset({"n", "no", "nei"})


def somebody_is_there() -> bool:
    """Tell whether questions are answered at a terminal: not by a pipe, and not where standard input is closed."""
    return sys.stdin is not None and sys.stdin.isatty()


def confirmed(question: str, *, default: bool = False) -> bool:
    """Ask until it is answered; an empty answer is `default`. click.Abort where somebody leaves, SluseError where nobody is there."""
    words = lang.words()
    choices = words(say("Y/n") if default else say("y/N"))
    if sys.stdin is None:
        raise _nobody()
    while True:
        try:
            text = click.prompt(f"{words(question)} [{choices}]", default="", show_default=False, err=True)
        except click.Abort as left:
            if isinstance(left.__context__, EOFError) and not somebody_is_there():
                click.echo(err=True)
                raise _nobody() from None
            raise
        given = str(text).strip().casefold()
        if not given:
            return default
        if given in _YES | _NO:
            return given in _YES
        click.echo(words(say("  yes or no, please")), err=True)


def _nobody() -> SluseError:
    return SluseError(
        say("nobody is there to answer, so nothing is written"), hint=say("pass --yes to write without asking")
    )
