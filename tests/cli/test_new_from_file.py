"""`sluse new --from`: what a file of answers is told that is not as the form, and what is said where nobody is there to ask."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from order.conftest import WEB
from sluse.catalog.yaml import dump
from sluse.errors import CatalogError
from worlds.ordering import begun, git, order


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return begun(tmp_path)


def test_a_question_that_is_not_in_the_form_is_told_with_the_nearest(clone: Path) -> None:
    with pytest.raises(CatalogError, match="no question `titel`") as told:
        raise order(clone, WEB | {"titel": "x"}).exception or AssertionError
    assert told.value.hint == "did you mean title?"


@pytest.mark.parametrize(
    ("name", "hint"),
    [("numbers", "did you mean organisationNumbers?"), ("id", "sluse new --questions prints a form")],
)
def test_part_of_a_name_is_told_with_the_whole_and_no_other_guess_is_made(clone: Path, name: str, hint: str) -> None:
    with pytest.raises(CatalogError) as told:
        raise order(clone, WEB | {name: "x"}).exception or AssertionError
    assert told.value.hint == hint


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], ["there is no terminal to ask the questions on", "--from FILE and --yes"]),
        (["--from", "answers.yaml"], ["nobody is there to answer", "pass --yes"]),
    ],
)
@pytest.mark.parametrize("stdin", ["</dev/null", "<&-"], ids=["empty", "closed"])
def test_without_a_terminal_it_says_what_to_pass(clone: Path, words: list[str], said: list[str], stdin: str) -> None:
    (clone.parent / "answers.yaml").write_text(dump(WEB))
    line = [
        sys.executable,
        "-m",
        "sluse",
        "new",
        *words,
        "--repository",
        clone,
        "--private-keys",
        clone.parent / "keys",
    ]
    told = subprocess.run(
        ["sh", "-c", f'exec "$@" {stdin}', "sh", *line],
        cwd=clone.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert [each for each in said if each not in told.stderr] == []
    assert git(clone, "branch", "--show-current").strip() == "main"


def test_what_is_wrong_in_a_file_is_told_with_question_and_place(clone: Path) -> None:
    result = order(clone, WEB | {"structure": "webb", "users": ""})
    file = clone.parent / "answers.yaml"
    line = next(at for at, text in enumerate(file.read_text().splitlines(), 1) if text.startswith("structure"))
    assert f"{file}:{line}: structure: error" in result.stderr
    assert f"{file}: users: error missing-field" in result.stderr


def test_a_question_of_no_form_is_told_with_its_line(clone: Path) -> None:
    with pytest.raises(CatalogError, match=r"answers\.yaml:\d+: there is no question"):
        raise order(clone, WEB | {"xyzzy": "x"}).exception or AssertionError
