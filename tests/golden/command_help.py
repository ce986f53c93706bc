"""The help of `sluse` and of every command, as it is printed on a terminal of 100 columns: file name -> text.

`python tests/golden/command_help.py` rebuilds `tests/golden/help/`; `make examples` runs it too.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from sluse.cli import main

FOLDER = Path(__file__).parent / "help"
TERMINAL = {"PATH": os.defpath, "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


def commands() -> Iterator[tuple[str, ...]]:
    """Yield the words of `sluse` itself (none) and of every command and subcommand."""
    yield from _below(main, ())


def file_name(words: tuple[str, ...]) -> str:
    """Return the name of a page's file: `sluse-ledger-init.txt`."""
    return f"{'-'.join(('sluse', *words))}.txt"


def page(words: tuple[str, ...]) -> str:
    """Return what `sluse WORDS --help` prints."""
    asked = [Path(sys.executable).with_name("sluse"), *words, "--help"]
    return subprocess.run(asked, env=TERMINAL, capture_output=True, text=True, check=True).stdout


def _below(command: click.Command, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    yield words
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from _below(below, (*words, name))


if __name__ == "__main__":
    wanted = {file_name(words): page(words) for words in commands()}
    FOLDER.mkdir(exist_ok=True)
    for stale in {path.name for path in FOLDER.iterdir()} - wanted.keys():
        (FOLDER / stale).unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
