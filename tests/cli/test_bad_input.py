"""Whatever is typed, the answer is a sentence and an exit code, never a stack trace."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from golden.command_help import commands

Ran = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = list(commands())
TOO_LONG = "a" * 300


def refused(ran: subprocess.CompletedProcess[str]) -> str:
    """Assert that it could not be done and says why; return what it says."""
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr
    return ran.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(("sluse", *words)))
def test_an_unknown_option_is_refused_by_every_command(words: tuple[str, ...], sluse: Ran) -> None:
    assert "No such option '--nonsense'" in refused(sluse(*words, "--nonsense"))


@pytest.mark.parametrize("words", [("chekc",), ("ledger", "innit"), ("",), ("check\n",)])
def test_an_unknown_command_is_refused(words: tuple[str, ...], sluse: Ran) -> None:
    assert "No such command" in refused(sluse(*words))


@pytest.mark.parametrize("words", [(), ("ledger",)])
def test_a_group_alone_shows_its_help_and_ends_with_2(words: tuple[str, ...], sluse: Ran) -> None:
    assert "Commands:" in refused(sluse(*words))


@pytest.mark.parametrize(
    "words",
    [
        ("check", "nowhere"),
        ("check", TOO_LONG),
        ("check", "integrations", "elsewhere"),
        ("status",),
        ("status", "--repository", "nowhere"),
        ("status", "--repository", TOO_LONG),
        ("status", "--repository", "broken.json"),
        ("schema", "Nonsense"),
        ("schema", "Organisation", "--crds"),
        ("sandbox", "--directory", "broken.json"),
        ("sandbox", "--output", "xml"),
        ("demo", "--output", "xml"),
        ("ledger", "init"),
        ("ledger", "init", "-e", "nowhere"),
        ("ledger", "init", "-e", "test"),
        ("ledger", "init", "-e", "test", "--settings", "broken.json"),
        ("run", "--log", "xml"),
        ("run", "--settings", TOO_LONG),
    ],
    ids=lambda words: " ".join(words)[:60],
)
def test_what_cannot_be_done_is_refused(words: tuple[str, ...], sluse: Ran, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "integrations").mkdir()
    assert refused(sluse(*words)).strip()


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "cannot read the settings file settings.json: No such file or directory"),
        (b"{", "settings.json is not valid: the file: Invalid JSON"),
        (b"[]", "settings.json is not valid: the file: "),
        (b"\xff", "cannot read the settings file settings.json: it is not UTF-8"),
        (json.dumps({"environment": "tset"}).encode(), "settings.json is not valid: environment: "),
        (json.dumps({"nonsense": 1}).encode(), "nonsense: Extra inputs are not permitted"),
    ],
    ids=["absent", "broken", "another-form", "not-utf-8", "misspelt", "unknown-field"],
)
def test_wrong_settings_are_named_in_one_sentence(content: bytes | None, says: str, sluse: Ran, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "settings.json").write_bytes(content)
    for command in (("run",), ("ledger", "init", "-e", "test")):
        said = refused(sluse(*command, "--settings", "settings.json"))
        assert says in said
        first, *hint = said.splitlines()
        assert first.startswith("error: ")
        assert all(line.startswith("hint: ") for line in hint)


def test_no_settings_are_named_in_one_sentence_with_a_hint(sluse: Ran) -> None:
    assert refused(sluse("run")).splitlines() == [
        "error: no settings file is given",
        "hint: pass --settings FILE, or set SLUSE_SETTINGS",
    ]


def test_the_variable_names_the_settings(sluse: Ran, surroundings: dict[str, str]) -> None:
    surroundings["SLUSE_SETTINGS"] = "elsewhere.json"
    assert "cannot read the settings file elsewhere.json" in refused(sluse("run"))
