"""`sluse new`: a form filled in elsewhere, and one answered on a terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner

from order.conftest import WEB
from sluse.catalog.yaml import dump, plain
from sluse.cli.new import command
from sluse.errors import CatalogError
from worlds.ordering import begun, git, order

CTRL_C = "\x03"


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return begun(tmp_path)


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


def test_dates_of_the_plan_are_written_alike(clone: Path) -> None:
    order(clone, WEB)
    text = (clone / "integrations" / "varden" / "lab.yaml").read_text()
    assert ['testFrom: "2026-12-01"' in text, 'productionNotBefore: "2027-02-01T08:00"' in text] == [True, True]


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
    said = _typed(clone, [*(each for name, text in WEB.items() for each in _tries(wrong.get(name), text)), "y"])
    assert "`webb` is not a value of `structure`" in said
    assert "is not https" in said
    assert git(clone, "branch", "--show-current").strip() == "order/varden.lab"


def test_an_organisation_number_may_be_written_in_threes(clone: Path) -> None:
    assert order(clone, WEB | {"organisationNumbers": "313 745 392", "actsFor": "313 745 392"}).return_value == 0
    assert "313745392" in (clone / "integrations" / "varden" / "organisation.yaml").read_text()


def test_on_a_terminal_one_can_go_back_one_question(clone: Path) -> None:
    typed = list(WEB.values())
    at = list(WEB).index("title")
    _typed(clone, [*typed[: at + 1], "<", "Another title", *typed[at + 1 :], "y"])
    assert "title: Another title" in (clone / "integrations" / "varden" / "lab.yaml").read_text()


def test_what_was_answered_before_ctrl_c_is_kept_and_goes_on(clone: Path, tmp_path: Path) -> None:
    typed = list(WEB.values())
    at = list(WEB).index("scopes")
    said = _typed(clone, [*typed[:at], CTRL_C], code=130)
    (kept,) = (tmp_path / "home" / ".config" / "sluse" / "orders").iterdir()
    assert kept.name == "varden.lab.yaml"
    assert kept.stat().st_mode & 0o077 == 0
    assert f"sluse new service --from {kept}" in said
    passed_over = ["", ""]  # dutyPhone and tokensPerMinute
    _typed(clone, [*passed_over, *typed[at:], "j"], "--from", str(kept))
    assert git(clone, "branch", "--show-current").strip() == "order/varden.lab"


def test_more_of_ctrl_c_loses_nothing(clone: Path, tmp_path: Path) -> None:
    typed = list(WEB.values())
    at = list(WEB).index("scopes")
    said = _typed(clone, [*typed[:at], CTRL_C * 5], code=130)
    (kept,) = (tmp_path / "home" / ".config" / "sluse" / "orders").iterdir()
    assert f"sluse new service --from {kept}" in said
    found = plain(kept.read_text())
    assert isinstance(found, dict)
    assert set(found) == {name for name, text in list(WEB.items())[:at] if text}


def test_ctrl_c_while_git_commits_takes_everything_away_and_keeps_the_answers(clone: Path, tmp_path: Path) -> None:
    begun, never = tmp_path / "begun", tmp_path / "never"
    os.mkfifo(begun)
    os.mkfifo(never)
    hook = clone / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n: > {begun}\ncat {never}\n")
    hook.chmod(0o755)
    said = _typed(clone, [*WEB.values(), "y", begun, CTRL_C * 3], code=130)
    (kept,) = (tmp_path / "home" / ".config" / "sluse" / "orders").iterdir()
    assert f"sluse new service --from {kept}" in said
    assert git(clone, "branch", "--all").split() == ["*", "main"]
    assert git(clone, "status", "--porcelain") == ""
    assert list((tmp_path / "keys").iterdir()) == []


def test_ctrl_c_keeps_what_the_file_has_and_was_not_come_to_too_and_writes_over_nothing(
    clone: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "home" / ".config" / "sluse" / "orders"
    kept.mkdir(parents=True)
    first = kept / "varden.lab.yaml"
    first.write_text(dump({name: text for name, text in WEB.items() if text} | {"structure": "webb"}))
    before = first.read_text()
    said = _typed(clone, ["", CTRL_C], "--from", str(first), code=130)  # dutyPhone is passed over, structure is wrong
    assert first.read_text() == before
    second = kept / "varden.lab.2.yaml"
    assert f"sluse new service --from {second}" in said
    found = plain(second.read_text())
    assert isinstance(found, dict)
    assert set(found) == {name for name, text in WEB.items() if text} - {"structure"}


def test_answers_that_cannot_be_kept_are_shown(clone: Path, tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / ".config").write_text("no folder")
    said = _typed(clone, [*list(WEB.values())[:2], CTRL_C], code=130)
    assert "organisationTitle: Varden Laboratorium AS" in said
    assert "Traceback" not in said


def _tries(wrong: str | None, text: str) -> list[str]:
    return [text] if wrong is None else [wrong, text]


def _typed(clone: Path, answers: Sequence[str | Path], *more: str, code: int = 0) -> str:
    """Answer each prompt of a real process on a terminal of its own, and return all it says.

    A `\\x03` is Ctrl-C. In the place of an answer a pipe may stand: what is typed next waits for no prompt, but for who opens it.
    """
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"HOME": str(clone.parent / "home"), "XDG_CONFIG_HOME": str(clone.parent / "home" / ".config")}
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background ignores it, and so would the child
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        arguments = ["new", "--repository", str(clone), "--private-keys", str(clone.parent / "keys"), *more]
        os.execv(sys.executable, [sys.executable, "-m", "sluse", *arguments])
    said = ""
    unasked = False
    for answer in answers:
        if isinstance(answer, Path):
            answer.read_bytes()
            unasked = True
            continue
        prompt = ""
        while not unasked and not _is_whole(prompt):
            assert select.select([terminal], [], [], _PATIENCE)[0], f"no prompt comes after\n{said}{prompt}"
            prompt += os.read(terminal, 1).decode("latin-1")
        said += prompt
        os.write(terminal, answer.encode() if CTRL_C in answer else f"{answer}\n".encode())
    said += _rest(terminal, interrupting=any(CTRL_C in str(each) for each in answers))
    _, status = os.waitpid(child, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == code, said
    return said


_PATIENCE = 60  # seconds


def _is_whole(prompt: str) -> bool:
    line = prompt.rpartition("\n")[2]  # a message is indented
    return line.endswith(": ") and not line.startswith(" ") and line.count("(") == line.count(")")


def _rest(terminal: int, *, interrupting: bool) -> str:
    """Return what comes until the end. A Ctrl-C in the moment in which Python begins to read is lost: it is pressed again."""
    said = b""
    with suppress(OSError):  # the other end is closed
        while True:
            ready, _, _ = select.select([terminal], [], [], 5 if interrupting else None)
            if not ready:
                os.write(terminal, CTRL_C.encode())
            elif not (came := os.read(terminal, 4096)):
                break
            else:
                said += came
    return said.decode("latin-1")


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


def test_on_a_terminal_a_question_that_is_not_answered_is_asked_again_and_not_told_as_its_own_hint(clone: Path) -> None:
    typed = list(WEB.values())
    at = list(WEB).index("users")
    said = _typed(clone, [*typed[:at], "", *typed[at:], "y"])
    assert "An answer is needed" in said
    assert "hint: Who the users are" not in said
