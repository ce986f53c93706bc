"""`sluse new`: a form filled in elsewhere, and one answered on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from order.conftest import WEB
from sluse.catalog.yaml import dump, plain
from sluse.cli.new import command
from sluse.errors import CatalogError


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    root = tmp_path / "clone"
    (root / "integrations").mkdir(parents=True)
    (root / "integrations" / "README.md").write_text("ours")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "config", "user.name", "supplier")
    git(root, "config", "user.email", "supplier@varden.example")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message=start")
    return root


def order(clone: Path, answers: Mapping[str, object], *more: str) -> Result:
    (clone.parent / "answers.yaml").write_text(dump({name: value for name, value in answers.items() if value}))
    given = ("--from", str(clone.parent / "answers.yaml"), "--repository", str(clone), "--yes")
    keys = ("--private-keys", str(clone.parent / "keys"))
    return CliRunner().invoke(command, [*given, *keys, *more], standalone_mode=False)


def test_a_form_filled_in_becomes_a_branch_with_one_commit(clone: Path) -> None:
    result = order(clone, WEB)
    assert result.return_value == 0
    assert git(clone, "branch", "--show-current").strip() == "order/varden.lab"
    assert git(clone, "show", "--format=", "--name-only", "HEAD").split() == [
        "integrations/varden/keys/lab/web.test.jwks.json",
        "integrations/varden/lab.yaml",
        "integrations/varden/organisation.yaml",
    ]
    assert git(clone, "status", "--porcelain") == ""
    assert [file.name for file in (clone.parent / "keys").iterdir()] == ["varden.lab.web.test.private.jwk.json"]


def test_nothing_that_is_printed_or_committed_holds_the_private_key(clone: Path) -> None:
    result = order(clone, WEB)
    (kept,) = (clone.parent / "keys").iterdir()
    private = plain(kept.read_text())
    assert isinstance(private, dict)
    assert private["d"] not in result.output + git(clone, "show", "HEAD")


def test_every_wrong_or_missing_answer_is_told_at_once_and_nothing_is_written(clone: Path) -> None:
    result = order(clone, WEB | {"structure": "webb", "testFrom": "soon", "users": ""})
    assert result.return_value == 1
    for said in ("`webb` is not a value", "`testFrom`", "Who the users are"):
        assert said in result.stderr
    assert git(clone, "status", "--porcelain") == ""
    assert not (clone.parent / "keys").exists()


def test_a_question_that_is_not_in_the_form_is_told_with_the_nearest(clone: Path) -> None:
    with pytest.raises(CatalogError, match="no question `titel`") as told:
        raise order(clone, WEB | {"titel": "x"}).exception or AssertionError
    assert told.value.hint == "did you mean title?"


def test_keys_inside_the_repository_are_refused(clone: Path) -> None:
    with pytest.raises(CatalogError, match="lies in a repository"):
        raise order(clone, WEB, "--private-keys", str(clone / "keys")).exception or AssertionError
    assert git(clone, "status", "--porcelain") == ""


def test_a_second_order_of_the_same_name_touches_nothing(clone: Path) -> None:
    order(clone, WEB)
    git(clone, "switch", "--quiet", "main")
    with pytest.raises(CatalogError, match=r"order/varden\.lab"):
        raise order(clone, WEB).exception or AssertionError
    assert git(clone, "status", "--porcelain") == ""
    assert len(list((clone.parent / "keys").iterdir())) == 1


def test_the_empty_form_is_yaml_with_every_question() -> None:
    form = plain(CliRunner().invoke(command, ["--questions"]).output)
    assert isinstance(form, dict)
    assert set(WEB) <= set(form)


def test_on_a_terminal_a_wrong_answer_is_asked_again(clone: Path) -> None:
    wrong = {"structure": "webb", "testRedirectUris": "http://elsewhere.example/cb"}
    said = "".join(_typed(clone, [each for name, text in WEB.items() for each in _tries(wrong.get(name), text)]))
    assert "`webb` is not a value of `structure`" in said
    assert "is not https" in said
    assert git(clone, "branch", "--show-current").strip() == "order/varden.lab"


def _tries(wrong: str | None, text: str) -> list[str]:
    return [text] if wrong is None else [wrong, text]


def _typed(clone: Path, answers: list[str]) -> Iterator[str]:
    """Answer each prompt of a real process on a terminal of its own; yield what it says."""
    child, terminal = pty.fork()
    if child == 0:
        arguments = ["new", "--repository", str(clone), "--private-keys", str(clone.parent / "keys")]
        os.execv(sys.executable, [sys.executable, "-m", "sluse", *arguments])
    for answer in [*answers, "y"]:
        said = ""
        while not said.endswith(": ") or said.rpartition("\n")[2].startswith(" "):  # a message is indented
            said += os.read(terminal, 1).decode("latin-1")
        yield said
        os.write(terminal, f"{answer}\n".encode())
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 0


def test_keys_are_refused_inside_a_repository_by_whatever_way(clone: Path) -> None:
    (clone.parent / "link").symlink_to(clone)
    for way in (clone.parent / "x" / ".." / "clone" / "keys", clone.parent / "link" / "keys", clone / "integrations"):
        with pytest.raises(CatalogError, match="lies in a repository"):
            raise order(clone, WEB, "--private-keys", str(way)).exception or AssertionError
    assert git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize("name", ["../nordlys/zz", "a\nb", "A b", "../../x"])
def test_a_name_that_is_none_is_refused_with_a_sentence(name: str, clone: Path) -> None:
    result = order(clone, WEB | {"name": name})
    assert (result.return_value, result.exception) == (1, None)
    assert git(clone, "status", "--porcelain") == ""
