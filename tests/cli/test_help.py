"""The help of every command is what `tests/golden/help` has; `make examples` rebuilds it."""

from __future__ import annotations

import pytest

from golden.command_help import FOLDER, commands, file_name, page

COMMANDS = list(commands())


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(("sluse", *words)))
def test_the_help_is_the_golden_one(words: tuple[str, ...]) -> None:
    assert page(words) == (FOLDER / file_name(words)).read_text(encoding="utf-8")


def test_there_is_no_page_of_a_command_that_is_gone() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {file_name(words) for words in COMMANDS}


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(len(line) for path in FOLDER.iterdir() for line in path.read_text().splitlines()) <= 100
