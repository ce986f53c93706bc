"""`sluse check`: what it reads, remembers and refuses, by its options and surroundings."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import Result

from sluse.cli.check import command
from sluse.rules.reports import REPORTS

TESTS = Path(__file__).parent.parent

Check = Callable[..., Result]


def test_what_is_not_read_is_not_called_fine(good: Path, check: Check) -> None:
    folder = good / "integrations" / "fjordlegen"
    (good / "integrations" / "linked").symlink_to(folder)
    (folder / ".draft.yaml").write_text("")
    os.mkfifo(folder / "pipe.yaml")
    (folder / "own" / ".git").mkdir(parents=True)
    (folder / "own" / "x.yaml").write_text("")
    for path, why in (
        ("linked/timebok.yaml", "integrations/linked is a link"),
        ("fjordlegen/.draft.yaml", "begins with a dot"),
        ("fjordlegen/own/x.yaml", "is a repository of its own"),
        ("fjordlegen/pipe.yaml", "neither a file nor a folder"),
    ):
        result = check(f"integrations/{path}")
        assert (result.exit_code, result.stdout) == (2, "")
        assert f"integrations/{path} is not checked: " in result.stderr
        assert why in result.stderr
    assert "a symbolic link" in check("integrations/linked").stdout
    assert check("integrations/fjordlegen/own").exit_code == 1


def test_a_name_that_cannot_be_printed_is_found_by_its_own(good: Path, check: Check) -> None:
    (good / "integrations/fjordlegen/a\u202e.yaml").write_text("kind: [")
    result = check("integrations/fjordlegen/a\u202e.yaml")
    assert (result.exit_code, "a\ufffd.yaml" in result.stdout) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "environment", "kept"),
    [
        ((), {}, True),
        (("--no-index",), {}, False),
        ((), {"CI": "true"}, False),
        (("--index",), {"CI": "true"}, True),
    ],
)
@pytest.mark.usefixtures("good")
def test_what_was_found_is_kept_where_that_is_wanted(
    arguments: tuple[str, ...],
    environment: dict[str, str],
    kept: bool,  # noqa: FBT001 - what is expected
    check: Check,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    cache = tmp_path / "cache"
    assert check(*arguments, XDG_CACHE_HOME=str(cache), **environment).exit_code == 0
    assert (cache / "sluse" / "verdicts.sqlite").exists() == kept


def test_nothing_is_kept_in_the_repository_itself(good: Path, check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    assert check("--index", XDG_CACHE_HOME=str(good / ".cache")).exit_code == 0
    assert not (good / ".cache").exists()


@pytest.mark.usefixtures("good")
@pytest.mark.parametrize("other", [("--fix",), ("--live",), ("--output", "json"), ("--output", "sarif")])
def test_a_difference_is_shown_by_itself(other: tuple[str, ...], check: Check) -> None:
    result = check("--diff", *other)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"--diff and {other[0]} exclude each other" in result.stderr


def test_every_report_can_be_asked_for_and_no_other() -> None:
    (asked,) = (each for each in command.params if each.name == "output")
    assert isinstance(asked.type, click.Choice)
    assert set(asked.type.choices) - {"text", "json"} == REPORTS.keys()
