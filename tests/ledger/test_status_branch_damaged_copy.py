"""Our copy of the status branch lost an object, or was never whole: it is made anew, by itself and once, and what was asked is done."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sluse.catalog.files import blob_id
from sluse.errors import LedgerError
from sluse.ledger.branch.branch import StatusBranch

Opened = Callable[..., StatusBranch]
Git = Callable[..., str]
Damage = Callable[[Path], None]

SOURCE = "5" * 40
LEDGER, PAGE = b"a ledger", b"a page"
FILES = {"_ledger/acme.json": LEDGER, "acme/journal.json": PAGE}


def remove(held: Path) -> None:
    held.unlink()


def empty(held: Path) -> None:
    held.chmod(0o600)
    os.truncate(held, 0)


damages = pytest.mark.parametrize("damage", [remove, empty])


@pytest.fixture
def held(cache: Path) -> Callable[[bytes], Path]:
    """Return the file of the copy that holds a content, each object being a file of its own."""
    copy = cache / "status-test.git"

    def found(content: bytes) -> Path:
        for pack in (copy / "objects" / "pack").glob("*.pack"):
            moved = copy / pack.name
            pack.rename(moved)
            subprocess.run(
                ["git", "-C", copy, "unpack-objects", "-q"],
                check=True,
                env={"PATH": os.defpath},
                input=moved.read_bytes(),
            )
        name = blob_id(content)
        return copy / "objects" / name[:2] / name[2:]

    return found


@damages
async def test_what_ledgers_are_rebuilt_from_is_read_at_the_start(
    branch: Opened, held: Callable[[bytes], Path], now: datetime, damage: Damage, caplog: pytest.LogCaptureFixture
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish(FILES, SOURCE, now)
    damage(held(LEDGER))
    again = branch()
    await again.fetch()
    assert await again.machine_files() == {"_ledger/acme.json": LEDGER}
    assert [record.msg for record in caplog.records if record.levelname == "WARNING"] == [
        "the copy of the status branch is made anew: %s"
    ]
    assert await branch().publish(FILES, SOURCE, now) is None


@damages
async def test_what_changed_is_published_by_one_that_runs(
    branch: Opened, held: Callable[[bytes], Path], git: Git, now: datetime, damage: Damage
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish(FILES, SOURCE, now)
    damage(held(PAGE))
    assert await status.publish({"acme/other.json": b"new"}, SOURCE, now)
    assert git("show", "sluse/test:acme/journal.json", "sluse/test:acme/other.json") == "a pagenew"


@pytest.mark.parametrize("name", ["genesis.json", "head.json"])
@damages
async def test_its_beginning_and_its_head_are_found_again(
    branch: Opened, held: Callable[[bytes], Path], git: Git, now: datetime, name: str, damage: Damage
) -> None:
    await branch().genesis("repo.example", now)
    damage(held(git("show", f"sluse/test:{name}").encode()))
    assert await branch().publish(FILES, SOURCE, now)


async def test_a_killed_fetch_left_its_lock(branch: Opened, cache: Path, now: datetime) -> None:
    await branch().genesis("repo.example", now)
    (cache / "status-test.git" / "shallow.lock").touch()
    (cache / "status-test.git" / "refs" / "sluse" / "status.lock").touch()
    assert await branch().publish(FILES, SOURCE, now)


async def test_a_branch_that_was_set_back_meanwhile_is_still_refused(
    branch: Opened, held: Callable[[bytes], Path], git: Git, now: datetime
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish(FILES, SOURCE, now)
    remove(held(PAGE))
    git("update-ref", "refs/heads/sluse/test", "sluse/test~1")
    for _ in range(2):
        with pytest.raises(LedgerError, match="set back"):
            await status.publish({"acme/other.json": b"new"}, SOURCE, now)
