"""How a command line is refused, in the person's language. English is click's own words; in another they are recognised.

Click would look its words up in the process's own gettext catalogue, which follows the locale and never `--lang`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import click

from sluse.cli import lang
from sluse.cli.help import speaks
from sluse.words.said import Translate, english, say


def show(error: click.ClickException, arguments: Sequence[str]) -> None:
    """Say on stderr why a command line is refused: as click does, or in the language of the command."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    words = _words(context, arguments) if context is None or speaks(context) else english
    if words is english:
        error.show()
        return
    if context is not None:  # click has none for an option without a value
        context.meta.setdefault(lang.KEY, words)
        click.echo(context.get_usage(), err=True)
        click.echo(words(say("`{command} --help` says more.", command=context.command_path)) + "\n", err=True)
    click.echo(f"{words(say('error:'))} {words(_message(error))}", err=True)


def _message(error: click.ClickException) -> str:
    text = error.format_message()
    value = re.match(r"Invalid value for '(.+?)': ", text)
    if value is None:
        return said(text, error.message)
    # The message itself may be ours, and can be said in another language; what click makes of it cannot.
    return say("{option}: {message}", option=_option(value), message=said(error.message))


def _option(found: re.Match[str]) -> str:
    """Return an option's names as they are written: click has quotes between two, `-e' / '--environment`."""
    return found[1].replace("'", "")


def said(text: str, otherwise: str | None = None) -> str:
    """Return what click said as a sentence that can be translated; `otherwise`, or as it is, where it is none that is known."""
    for pattern, tell in _KNOWN:
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found is not None:
            return tell(found)
    return text if otherwise is None else otherwise


def _words(context: click.Context | None, arguments: Sequence[str]) -> Translate:
    """Return the chosen language, also where the line was refused before the option was come to."""
    asked = lang.named(arguments)
    if asked is not None:
        return lang.in_(asked)
    return lang.chosen(context) if context is not None else lang.in_(None)


_Tell = Callable[["re.Match[str]"], str]
_KNOWN: tuple[tuple[str, _Tell], ...] = (
    (
        r"(No such .+?\.) (?:Did you mean (.+)\?|\(Did you mean one of: (.+)\?\))",
        lambda found: say("{message} Did you mean {near}?", message=said(found[1]), near=found[2] or found[3]),
    ),
    (r"No such option '(.+)'\.", lambda found: say("There is no option {option}.", option=found[1])),
    (r"No such command '(.+)'\.", lambda found: say("There is no command {command}.", command=found[1])),
    (
        r"'(.*)' is not one of (.+)\.",
        lambda found: say("{value} is none of {choices}.", value=found[1], choices=found[2].replace("'", "")),
    ),
    (r"Missing argument '(.+?)'\..*", lambda found: say("{argument} is missing.", argument=found[1])),
    (
        r"Missing option '(.+?)'\..*",
        lambda found: say("{argument} is missing.", argument=_option(found)),
    ),
    (r"Missing command\.", lambda _: say("The command is missing.")),
    (
        r"Got unexpected extra arguments? \((.+)\)",
        lambda found: say("This is one word too many: {words}", words=found[1]),
    ),
    (r"Option '(.+)' requires an argument\.", lambda found: say("{option} needs a value.", option=found[1])),
    (r"Option '(.+)' does not take a value\.", lambda found: say("{option} takes no value.", option=found[1])),
    (
        r"'(.*)' is not a valid (?:integer|float|boolean).*",
        lambda found: say("{value} is not what is asked for here.", value=found[1]),
    ),
    (r"(?:File|Path|Directory) '(.+)' does not exist\.", lambda found: say("There is no {path}", path=found[1])),
)
