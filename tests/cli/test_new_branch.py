"""Where the branch of `sluse new` begins, and what is left of one whose order cannot be written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from order.conftest import WEB
from sluse.errors import CatalogError
from sluse.order import organisation
from worlds.ordering import begun, git, order


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    return begun(tmp_path)


@pytest.fixture
def behind(clone: Path, tmp_path: Path) -> Path:
    """A clone on somebody's branch, whose remote's main is elsewhere."""
    git(tmp_path, "clone", "--quiet", "--bare", str(clone), "remote.git")
    git(clone, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(clone, "fetch", "--quiet")
    git(clone, "switch", "--quiet", "--create", "mine")
    (clone / "integrations" / "mine").mkdir()
    (clone / "integrations" / "mine" / "draft.yaml").write_text("half a file")
    git(clone, "add", ".")
    git(clone, "commit", "--quiet", "--message=mine")
    return clone


def test_an_order_begins_at_the_remote_s_main_and_says_so(behind: Path) -> None:
    main = git(behind, "rev-parse", "origin/main").strip()
    result = order(behind, WEB)
    assert result.return_value == 0
    assert f"which begins at origin/main as it was fetched last ({main[:7]})" in result.stderr
    assert git(behind, "rev-parse", "HEAD~1").strip() == main
    assert not (behind / "integrations" / "mine").exists()


def test_an_order_is_judged_by_what_is_at_the_remote_s_main(behind: Path) -> None:
    git(behind, "switch", "--quiet", "--create", "first", "mine")
    assert order(behind, WEB, "--no-branch").return_value == 0
    git(behind, "add", ".")
    git(behind, "commit", "--quiet", "--message=not merged")
    assert order(behind, WEB | {"name": "other"}).return_value == 0
    committed = git(behind, "show", "--format=", "--name-only", "HEAD").split()
    assert "integrations/varden/organisation.yaml" in committed, "main has none yet"


def test_without_a_remote_an_order_begins_at_head_and_says_so(clone: Path) -> None:
    assert "which begins at HEAD" in order(clone, WEB).stderr


def test_an_order_that_cannot_be_written_leaves_no_branch_and_no_key(behind: Path) -> None:
    draft = behind / "integrations" / "varden" / "lab.yaml"
    draft.parent.mkdir()
    draft.write_text("mine: 1")
    for at in (["mine"], ["--detach", "mine"]):
        git(behind, "switch", "--quiet", *at)
        with pytest.raises(CatalogError, match="is there already with other content"):
            raise order(behind, WEB).exception or AssertionError
        assert git(behind, "branch", "--show-current").strip() == ("mine" if at == ["mine"] else "")
        assert git(behind, "rev-parse", "HEAD") == git(behind, "rev-parse", "mine")
        assert git(behind, "branch", "--list", "order/*") == ""
        assert list((behind.parent / "keys").iterdir()) == []
    assert draft.read_text() == "mine: 1"


def _hook(clone: Path) -> None:
    file = clone / ".git" / "hooks" / "pre-commit"
    file.parent.mkdir(exist_ok=True)
    file.write_text("#!/bin/sh\necho the hook says no >&2\nexit 1\n")
    file.chmod(0o755)


def _signing(clone: Path) -> None:
    for name, value in {"commit.gpgSign": "true", "gpg.format": "ssh", "user.signingKey": "/nowhere/key"}.items():
        git(clone, "config", name, value)


def _nobody(clone: Path) -> None:
    git(clone, "config", "--unset", "user.name")
    git(clone, "config", "--unset", "user.email")
    git(clone, "config", "user.useConfigOnly", "true")


@pytest.mark.parametrize("refuse", [_hook, _signing, _nobody], ids=["a hook", "signing", "no identity"])
def test_where_git_refuses_the_commit_nothing_is_left_and_the_same_order_goes_on_afterwards(
    refuse: Callable[[Path], None], behind: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
    (behind / "staged.txt").write_text("somebody's")
    git(behind, "add", "staged.txt")
    config = (behind / ".git" / "config").read_bytes()
    before = _standing(behind)
    refuse(behind)
    error = order(behind, WEB).exception
    assert isinstance(error, CatalogError)
    assert error.message.startswith("git does not commit the order: ")
    assert "taken away again" in (error.hint or "")
    assert _standing(behind) == before
    assert list((tmp_path / "keys").iterdir()) == []
    (behind / ".git" / "config").write_bytes(config)
    (behind / ".git" / "hooks" / "pre-commit").unlink(missing_ok=True)
    assert order(behind, WEB).return_value == 0
    assert git(behind, "branch", "--show-current").strip() == "order/varden.lab"
    assert git(behind, "diff", "--cached", "--name-only") == "staged.txt\n"
    assert len(list((tmp_path / "keys").iterdir())) == 1


def _standing(clone: Path) -> tuple[object, ...]:
    files = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts}
    folders = {path for path in clone.rglob("*") if path.is_dir() and ".git" not in path.parts}
    asked = (["branch", "--all", "--verbose"], ["status", "--porcelain"], ["rev-parse", "HEAD"])
    return (files, folders, *(git(clone, *each) for each in asked))


def test_a_link_at_the_remote_s_main_is_passed_over(behind: Path) -> None:
    git(behind, "switch", "--quiet", "main")
    (behind / "integrations" / "out").symlink_to("/etc")
    git(behind, "add", ".")
    git(behind, "commit", "--quiet", "--message=a link")
    git(behind, "push", "--quiet", "origin", "main")
    git(behind, "switch", "--quiet", "mine")
    assert order(behind, WEB).return_value == 0


def test_what_an_archive_would_leave_out_is_judged_too(behind: Path) -> None:
    git(behind, "switch", "--quiet", "main")
    assert order(behind, WEB, "--no-branch").return_value == 0
    (behind / ".gitattributes").write_text("organisation.yaml export-ignore")
    git(behind, "add", ".")
    git(behind, "commit", "--quiet", "--message=an order")
    git(behind, "push", "--quiet", "origin", "main")
    git(behind, "switch", "--quiet", "mine")
    known = {each.id for each in organisation.QUESTIONS}
    answers = {name: answer for name, answer in WEB.items() if name not in known}
    assert order(behind, answers | {"name": "other"}).return_value == 0, (
        "of an organisation that is known nothing is asked"
    )


def test_a_clone_that_lost_what_the_remote_s_main_has_is_told(behind: Path) -> None:
    blob = git(behind, "rev-parse", "origin/main:integrations/README.md").strip()
    (behind / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    with pytest.raises(CatalogError, match="git does not tell where the order would begin"):
        raise order(behind, WEB).exception or AssertionError
