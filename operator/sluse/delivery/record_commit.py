"""Commits and branches in a person's own clone, as that person: their name, their hooks, their signing, nothing of ours."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from sluse.catalog.git import command
from sluse.errors import CatalogError
from sluse.words.said import say

_TIMEOUT = 60.0


WRITTEN = say("the files are written, but git does not commit them")


def commit_files(repository: Path, files: Sequence[Path], message: str, failing: str = WRITTEN) -> None:
    """Commit exactly these files, whatever else is staged or changed. CatalogError with `failing` and git's own words."""
    paths = [str(file.resolve()) for file in files]
    _git(repository, failing, "add", "--", *paths)
    _git(repository, failing, "commit", "--quiet", "-m", message, "--", *paths)


def where(repository: Path) -> tuple[str, ...]:
    """Return where HEAD is, as `git switch` takes it: a branch, or a commit that is on none; nothing in a folder that is no clone."""
    for more, asked in (((), ("symbolic-ref", "--quiet", "--short")), (("--detach",), ("rev-parse", "--verify"))):
        with suppress(CatalogError):
            return (*more, _git(repository, "", *asked, "HEAD").strip())
    return ()


def begin_branch(repository: Path, name: str, commit: str | None = None) -> None:
    """Begin a branch at a commit, else where HEAD is, and go to it. CatalogError with git's own words, and where it is no clone."""
    at = ("--no-track", commit) if commit is not None else ()
    failing = say("git does not begin the branch {branch}", branch=name)
    _git(repository, failing, "switch", "--quiet", "--create", name, *at)


def head(repository: Path) -> str:
    """Return the commit of HEAD; nothing where there is none."""
    with suppress(CatalogError):
        return _git(repository, "", "rev-parse", "--verify", "HEAD").strip()
    return ""


def unstage(repository: Path, paths: Sequence[str]) -> None:
    """Take new files out of the index, whether or not they are there."""
    with suppress(CatalogError):
        _git(repository, "", "rm", "--cached", "--quiet", "--force", "--ignore-unmatch", "--", *paths)


def undo_branch(repository: Path, name: str, before: Sequence[str]) -> None:
    """Go back to where HEAD was, and take away a branch that was begun and has nothing; it stays where git will not go back."""
    with suppress(CatalogError):
        _git(repository, "", "switch", "--quiet", *before)
        _git(repository, "", "branch", "--quiet", "--delete", "--force", name)


def _git(repository: Path, failing: str, *arguments: str) -> str:
    """Return what git prints."""
    try:
        done = subprocess.run(  # noqa: S603 - our own arguments, no shell
            [command.program(), "-C", str(repository), *arguments],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT,
        )
    except subprocess.TimeoutExpired:
        raise CatalogError(
            say("git {command} took longer than {seconds} s", command=arguments[0], seconds=f"{_TIMEOUT:.0f}")
        ) from None
    if done.returncode:
        said = done.stderr.strip() or done.stdout.strip()
        raise CatalogError(say("{failing}: {said}", failing=failing, said=said))
    return done.stdout
