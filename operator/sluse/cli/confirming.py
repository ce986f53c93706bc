"""A question with yes or no for an answer, in the person's language."""

from __future__ import annotations

import click

from sluse.cli import lang
from sluse.words.said import say

_YES, _NO = frozenset({"y", "yes", "j", "ja"}), frozenset({"n", "no", "nei"})


def confirmed(question: str, *, default: bool = False) -> bool:
    """Ask until it is answered; an empty answer is `default`. click.Abort where nobody can answer."""
    words = lang.words()
    choices = words(say("Y/n") if default else say("y/N"))
    while True:
        text = click.prompt(f"{words(question)} [{choices}]", default="", show_default=False, err=True)
        given = str(text).strip().casefold()
        if not given:
            return default
        if given in _YES | _NO:
            return given in _YES
        click.echo(words(say("  yes or no, please")), err=True)
