"""What an earlier process saw of the status branch is not forgotten with a copy that has to be made anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sluse.errors import LedgerError
from sluse.leadership.fence import unfenced
from sluse.ledger.branch.bare import Bare, TimedOut
from sluse.ledger.branch.branch import StatusBranch

Opened = Callable[..., StatusBranch]
Git = Callable[..., str]

SOURCE = "5" * 40


@pytest.mark.parametrize("lock", ["shallow.lock", "refs/sluse/fetched.lock", "refs/sluse/status.lock"])
async def test_a_branch_that_was_set_back_is_refused_where_a_killed_fetch_left_its_lock(
    branch: Opened, git: Git, now: datetime, cache: Path, lock: str
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish({"a/b.json": b"1"}, SOURCE, now)
    git("update-ref", "refs/heads/sluse/test", "sluse/test^")
    (cache / "status-test.git" / lock).touch()
    for _ in range(2):
        with pytest.raises(LedgerError, match="set back"):
            await branch().fetch()


async def test_a_remote_that_lost_an_object_makes_nobody_forget(
    branch: Opened, git: Git, now: datetime, bare: Path
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish({"a/b.json": b"1"}, SOURCE, now)
    await branch("another-machine").publish({"a/b.json": b"2"}, SOURCE, now)
    name = git("rev-parse", "sluse/test:a/b.json").strip()
    (bare / "objects" / name[:2] / name[2:]).unlink()
    with pytest.raises(LedgerError, match="git says"):  # neither our copy nor one that is made anew can be brought up
        await branch().fetch()
    git("update-ref", "refs/heads/sluse/test", "sluse/test~2")
    with pytest.raises(LedgerError, match="set back"):
        await branch().fetch()


async def test_a_new_copy_that_came_to_nothing_is_in_nobody_s_way(branch: Opened, now: datetime, cache: Path) -> None:
    await branch().genesis("repo.example", now)
    (cache / "status-test.git" / "shallow.lock").touch()
    left = cache / "status-test.git.new" / "objects"
    left.mkdir(parents=True)
    (left / "rubbish").touch()
    assert await branch().publish({"a/b.json": b"1"}, SOURCE, now)
    assert names(cache) == ["status-test.git"]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_git_that_takes_too_long_does_not_say_that_nothing_was_seen(
    branch: Opened, now: datetime, cache: Path
) -> None:
    await branch().genesis("repo.example", now)
    slow = Bare(cache / "status-test.git", {}, timeout=0.0, fence=unfenced)
    with pytest.raises(TimedOut):
        slow.tip()
