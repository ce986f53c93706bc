"""The help of `sluse` and of every command, as it is printed on a terminal of 100 columns: file name -> text.

In `nb/` are those that speak bokmål. `python tests/golden/command_help.py` rebuilds `tests/golden/help/`; `make examples` runs it too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from sluse.cli import main
from sluse.cli.help import Speaking, speaks

FOLDER = Path(__file__).parent / "help"
TERMINAL = {"PATH": os.defpath, "COLUMNS": "100"}
LOCALES = {"": "C.UTF-8", "nb/": "nb_NO.UTF-8"}
"""By the folder of their pages."""


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the words of `sluse` itself (none) and of every command and subcommand."""
    yield from _below(main, ())


def file_name(words: tuple[str, ...]) -> str:
    """Return the name of a page's file: `sluse-ledger-init.txt`."""
    return f"{'-'.join(('sluse', *words))}.txt"


def page(words: tuple[str, ...], folder: str = "") -> str:
    """Return what `sluse WORDS --help` prints."""
    asked = [Path(sys.executable).with_name("sluse"), *words, "--help"]
    surroundings = {**TERMINAL, "LC_ALL": LOCALES[folder]}
    return subprocess.run(asked, env=surroundings, capture_output=True, encoding="utf-8", check=True).stdout


def in_bokmal() -> Iterator[tuple[str, ...]]:
    """Yield the words of those whose help is in the person's language."""
    yield from (words for words in commands() if _speaks(words))


def _below(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _below(below, (*words, name))


def _speaks(words: tuple[str, ...]) -> bool:
    command: click.Command = main
    context = Speaking(main)
    for word in words:
        assert isinstance(command, click.Group)
        below = command.get_command(context, word)
        assert below is not None
        command, context = below, Speaking(below, context)
    return speaks(context)


if __name__ == "__main__":
    wanted = {file_name(words): page(words) for words in commands()}
    wanted |= {f"nb/{file_name(words)}": page(words, "nb/") for words in in_bokmal()}
    (FOLDER / "nb").mkdir(exist_ok=True, parents=True)
    for stale in {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.txt")} - wanted.keys():
        (FOLDER / stale).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
