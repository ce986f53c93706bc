"""The help of every command is what `tests/golden/help` has; `make examples` rebuilds it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from golden.command_help import FOLDER, commands, file_name, in_bokmal, page
from sluse.cli import main

COMMANDS = list(commands())
IN_BOKMAL = list(in_bokmal())


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(("sluse", *words)))
def test_the_help_is_the_golden_one(words: tuple[str, ...]) -> None:
    assert page(words) == (FOLDER / file_name(words)).read_text(encoding="utf-8")


@pytest.mark.parametrize("words", IN_BOKMAL, ids=lambda words: " ".join(("sluse", *words)))
def test_so_is_the_help_in_bokmal(words: tuple[str, ...]) -> None:
    assert page(words, "nb/") == (FOLDER / "nb" / file_name(words)).read_text(encoding="utf-8")


def test_there_is_no_page_of_a_command_that_is_gone() -> None:
    assert {path.name for path in FOLDER.glob("*.txt")} == {file_name(words) for words in COMMANDS}
    assert {path.name for path in FOLDER.glob("nb/*")} == {file_name(words) for words in IN_BOKMAL}


def test_the_option_decides_before_the_locale() -> None:
    said = CliRunner(env={"LC_ALL": "nb_NO.UTF-8"}).invoke(main, ["gate", "--lang", "en", "--help"])
    assert said.output.startswith("Usage: ")
    said = CliRunner(env={"LC_ALL": "C"}).invoke(main, ["gate", "--lang", "nb", "--help"])
    assert said.output.startswith("Bruk: ")
    assert "[default" not in said.output


@pytest.mark.parametrize("line", [["gate", "--help", "--lang", "nb"], ["network", "show", "-h", "--lang=nb"]])
def test_the_option_decides_behind_help_too(line: list[str]) -> None:
    assert CliRunner(env={"LC_ALL": "C"}).invoke(main, line).output.startswith("Bruk: ")


def test_what_has_no_language_speaks_english_throughout() -> None:
    assert page(("run",), "nb/") == page(("run",))


def test_no_line_is_wider_than_the_terminal() -> None:
    assert max(len(line) for path in FOLDER.rglob("*.txt") for line in path.read_text().splitlines()) <= 100
