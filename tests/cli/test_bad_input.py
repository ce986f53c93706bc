"""Whatever is typed, the answer is a sentence and an exit code, never a stack trace."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from golden.command_help import commands
from sluse.cli import main

Asked = Callable[..., Result]
Ran = Callable[..., "subprocess.CompletedProcess[str]"]
COMMANDS = list(commands())
TOO_LONG = "a" * 300


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Run `sluse` in this process, in an empty directory; what it refuses leaves no signal blocked."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, **environment: str) -> Result:
        result = CliRunner(env=environment).invoke(main, words)
        assert signal.pthread_sigmask(signal.SIG_BLOCK, ()) == set()
        return result

    return run


def refused(ran: Result) -> str:
    """Assert that it could not be done and says why; return what it says."""
    assert isinstance(ran.exception, SystemExit), ran.exception  # and not what would be a stack trace
    assert (ran.exit_code, ran.stdout) == (2, "")
    return ran.stderr


def test_a_refusal_is_all_that_its_process_says(sluse: Ran) -> None:
    ran = sluse("run")
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.splitlines() == [
        "error: no settings file is given",
        "hint: pass --settings FILE, or set SLUSE_SETTINGS",
    ]


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(("sluse", *words)))
def test_an_unknown_option_is_refused_by_every_command(words: tuple[str, ...], ask: Asked) -> None:
    assert "No such option '--nonsense'" in refused(ask(*words, "--nonsense"))


@pytest.mark.parametrize("words", [("chekc",), ("ledger", "innit"), ("",), ("check\n",)])
def test_an_unknown_command_is_refused(words: tuple[str, ...], ask: Asked) -> None:
    assert "No such command" in refused(ask(*words))


@pytest.mark.parametrize("words", [(), ("ledger",)])
def test_a_group_alone_shows_its_help_and_ends_with_2(words: tuple[str, ...], ask: Asked) -> None:
    assert "Commands:" in refused(ask(*words))


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
def test_what_cannot_be_done_is_refused(words: tuple[str, ...], ask: Asked, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    (tmp_path / "integrations").mkdir()
    assert refused(ask(*words)).strip()


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
def test_wrong_settings_are_named_in_one_sentence(content: bytes | None, says: str, ask: Asked, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "settings.json").write_bytes(content)
    for command in (("run",), ("ledger", "init", "-e", "test")):
        said = refused(ask(*command, "--settings", "settings.json"))
        assert says in said
        first, *hint = said.splitlines()
        assert first.startswith("error: ")
        assert all(line.startswith("hint: ") for line in hint)


def test_the_variable_names_the_settings(ask: Asked) -> None:
    assert "cannot read the settings file elsewhere.json" in refused(ask("run", SLUSE_SETTINGS="elsewhere.json"))
