"""What `--help` prints, in the person's language: click's own formatter, through which every text of it goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click

from sluse.cli import lang
from sluse.words.said import Translate, english, say

_OF_CLICK = {
    "Usage": say("Usage"),
    "Options": say("Options"),
    "Commands": say("Commands"),
    "required": say("required"),
    "default": say("default"),
    "Show this message and exit.": say("Show this message and exit."),
    "Show the version and exit.": say("Show the version and exit."),
}


class Speaking(click.Context):
    """A context whose help is in the person's language, where the command speaks it."""

    def make_formatter(self) -> click.HelpFormatter:
        words = lang.chosen(self) if speaks(self) else english
        return HelpFormatter(words, width=self.terminal_width, max_width=self.max_content_width)


def speak(command: click.Command) -> None:
    """Let a command, and all below it, print help in the person's language."""
    command.context_class = Speaking
    for below in command.commands.values() if isinstance(command, click.Group) else ():
        speak(below)


class HelpFormatter(click.HelpFormatter):
    """Writes help as click does, each paragraph and each option's help in another language."""

    def __init__(self, words: Translate, *, width: int | None = None, max_width: int | None = None) -> None:
        super().__init__(width=width, max_width=max_width)
        self._words = words

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, prefix or f"{self._words(_OF_CLICK['Usage'])}: ")

    def write_heading(self, heading: str) -> None:
        super().write_heading(self._words(heading))

    def write_text(self, text: str) -> None:
        paragraphs = (" ".join(each.split()) for each in text.split("\n\n"))
        super().write_text("\n\n".join(map(self._words, paragraphs)))

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, self._cell(text)) for name, text in rows], col_max, col_spacing)

    def _cell(self, text: str) -> str:
        """Return an option's help, with what click says of the option in brackets behind it."""
        said, bracket, facts = f"  {text}".rpartition("  [")
        if not bracket or not facts.endswith("]"):
            return self._words(text)
        known = f"[{'; '.join(self._facts(facts.removesuffix(']')))}]"
        return "  ".join(filter(None, (self._words(said.strip()), known)))

    def _facts(self, facts: str) -> Iterator[str]:
        for fact in facts.split("; "):
            name, colon, value = fact.partition(": ")
            yield f"{self._words(_OF_CLICK[name])}{colon}{value}" if name in _OF_CLICK else fact


def speaks(context: click.Context) -> bool:
    """Tell whether the help of a command is in the person's language: where it has `--lang`, or one below it has, or leads to all."""
    command = context.command
    below = command.commands.values() if isinstance(command, click.Group) else ()
    return context.parent is None or any("--lang" in each.opts for one in (command, *below) for each in one.params)
