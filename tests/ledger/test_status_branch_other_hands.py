"""Others push to the status branch, set it back, exchange it, or damage our copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sluse.errors import LedgerError
from sluse.ledger.branch.branch import StatusBranch

Opened = Callable[..., StatusBranch]
Git = Callable[..., str]

SOURCE = "5" * 40


async def test_somebody_else_s_push_is_an_error_and_never_overwritten(branch: Opened, git: Git, now: datetime) -> None:
    ours, theirs = branch(), branch("their-cache")
    await ours.genesis("repo.example", now)
    await theirs.publish({"a/b.json": b"theirs"}, SOURCE, now)
    tip = git("rev-parse", "sluse/test")
    for _ in range(2):
        with pytest.raises(LedgerError, match="somebody else has pushed"):
            await ours.publish({"a/b.json": b"ours"}, SOURCE, now)
    assert git("rev-parse", "sluse/test") == tip
    assert await branch().publish({"a/b.json": b"ours"}, SOURCE, now)  # a restart goes on from what is there


async def test_a_branch_that_was_set_back_or_removed_is_noticed_even_after_a_restart(
    branch: Opened, git: Git, now: datetime
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish({"a/b.json": b"1"}, SOURCE, now)
    git("update-ref", "refs/heads/sluse/test", "sluse/test^")
    for _ in range(3):  # who is started again and again until a person has looked does not get used to it
        with pytest.raises(LedgerError, match="set back or removed"):
            await branch().fetch()
    git("update-ref", "-d", "refs/heads/sluse/test")
    with pytest.raises(LedgerError, match="set back or removed"):
        await branch().fetch()
    assert await branch("fresh-cache").fetch() is None


async def test_an_exchanged_last_commit_is_noticed(branch: Opened, git: Git, now: datetime) -> None:
    await branch().genesis("repo.example", now)
    amended = git("-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", "-m", "x", "sluse/test^{tree}").strip()
    git("update-ref", "refs/heads/sluse/test", amended)
    for _ in range(3):
        with pytest.raises(LedgerError, match="exchanged"):
            await branch().fetch()


@pytest.mark.parametrize("damage", ["HEAD", "objects", "status-index.lock", "shallow"])
async def test_a_damaged_copy_is_made_anew(branch: Opened, now: datetime, cache: Path, damage: str) -> None:
    await branch().genesis("repo.example", now)
    target = cache / "status-test.git" / damage
    if target.is_dir():
        for path in target.rglob("*"):
            if path.is_file():
                path.unlink()
    else:
        target.write_text("rubbish")
    assert await branch().publish({"a/b.json": b"1"}, SOURCE, now)


async def test_a_branch_of_somebody_s_own_making_is_refused(branch: Opened, git: Git) -> None:
    tree = git("mktree").strip()
    commit = git("-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", "-m", "x", tree).strip()
    git("update-ref", "refs/heads/sluse/test", commit)
    with pytest.raises(LedgerError, match="sluse ledger init"):
        await branch().fetch()
