"""Others pushed to the status branch: the next operator's first publication is as if they had not, and nothing of ours goes."""

from __future__ import annotations

import json
import logging
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from sluse.ledger.branch.bare import Unreachable
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.journal import ClusterJournal
from sluse.ledger.restore import Recall
from sluse.ledger.shown import machine_file, machine_path
from sluse.model.held import OrganisationLedger

Opened = Callable[..., StatusBranch]
Git = Callable[..., str]
Start = Callable[[], ClusterJournal]
Stranger = Callable[..., None]

SOURCE = "5" * 40
LEDGER = OrganisationLedger(organisation="fjord", revision=3)
OURS = {
    machine_path("fjord"): machine_file(LEDGER),
    "fjord/journal.md": b"ours\n",
    "newer/form.bin": b"of a newer version\n",
}


@pytest.fixture
def stranger(bare: Path, tmp_path: Path) -> Stranger:
    """Push a commit without our signature that changes these files, of any mode of git's; None removes."""

    def push(files: dict[bytes, bytes | None], mode: str = "100644") -> None:
        index = {**_GIT, "GIT_DIR": str(bare), "GIT_INDEX_FILE": str(tmp_path / "their-index")}

        def git(*words: str, stdin: bytes = b"") -> str:
            return (
                subprocess.run(["git", *words], env=index, input=stdin, capture_output=True, check=True)
                .stdout.decode()
                .strip()
            )

        git("read-tree", "sluse/test")
        for path, content in files.items():
            blob = git("hash-object", "-w", "--stdin", stdin=content or b"")
            row = f"0 {'0' * 40}\t" if content is None else f"{mode} {blob}\t"
            git("update-index", "-z", "--index-info", stdin=row.encode() + path + b"\0")
        commit = git("commit-tree", "-p", "sluse/test", "-m", "x", git("write-tree"))
        git("update-ref", "refs/heads/sluse/test", commit)

    return push


@pytest.fixture
def new_key(tmp_path: Path) -> Path:
    path = tmp_path / "new-key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


_GIT = {
    "PATH": os.defpath,
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    **{f"GIT_{role}_{what}": "somebody" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
}


async def started(branch: StatusBranch, start: Start, now: datetime) -> dict[str, OrganisationLedger]:
    """Start as an operator does whose cluster has its ledgers; return whose ledgers are published as they are held."""
    return dict(await Recall(start(), branch, lambda: now).load())


async def begun(branch: StatusBranch, journal: ClusterJournal, now: datetime) -> None:
    await branch.genesis("repo.example", now)
    await branch.publish(OURS, SOURCE, now)
    await journal.change("fjord", lambda _: LEDGER)


def files(git: Git) -> set[str]:
    return set(git("ls-tree", "-r", "-z", "--name-only", "sluse/test").rstrip("\0").split("\0"))


async def test_what_strangers_added_changed_and_took_away_is_undone_by_the_next_publication(
    branch: Opened,
    journal: ClusterJournal,
    start: Start,
    git: Git,
    now: datetime,
    stranger: Stranger,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await begun(branch(), journal, now)
    before = files(git)
    head = json.loads(git("show", "sluse/test:head.json"))
    stranger({b"fjord/journal.md": b"theirs\n", b"fjord/secret.md": b"x", b"a\nb \xff": b"x", b"shop/index.html": b"x"})
    stranger({b"newer/form.bin": None, b"newer": b"a file in place of a folder", b"genesis.json": b"{}", b"more": b"x"})
    stranger({b"genesis.json": git("show", "sluse/test~2:genesis.json").encode()})
    stranger({b"head.json": json.dumps({**head, "sequence": 900}).encode()})
    again = branch("another-machine")
    with caplog.at_level(logging.WARNING):
        assert await started(again, start, now) == {}, "every page is compared"
    assert "undone on the status branch: 7 files" in caplog.text
    assert r"'a\nb \udcff'" in caplog.text
    assert await again.publish({"fjord/journal.md": b"news\n"}, SOURCE, now)
    assert files(git) == before
    assert git("show", "sluse/test:newer/form.bin") == "of a newer version\n", "what this version does not know is ours"
    assert git("show", "sluse/test:fjord/journal.md") == "news\n", "what is news is not undone"
    assert json.loads(git("show", "sluse/test:head.json"))["sequence"] == head["sequence"] + 1
    assert await started(branch("a-third"), start, now) == {"fjord": LEDGER}, "nothing is left to put right"


async def test_what_we_published_in_a_form_of_another_version_stays(
    branch: Opened, journal: ClusterJournal, start: Start, git: Git, now: datetime
) -> None:
    await begun(branch(), journal, now)
    again = branch("another-machine")
    assert await started(again, start, now) == {"fjord": LEDGER}
    await again.publish({"fjord/journal.md": b"news\n"}, SOURCE, now)
    assert "newer/form.bin" in files(git)


async def test_after_a_change_of_keys_nothing_is_taken_for_somebody_else_s(
    branch: Opened,
    journal: ClusterJournal,
    start: Start,
    git: Git,
    now: datetime,
    new_key: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await begun(branch(), journal, now)
    again = branch("another-machine", key=new_key)
    with caplog.at_level(logging.WARNING):
        assert await started(again, start, now) == {}
    assert "none of its last commits is ours" in caplog.text
    before = files(git)
    await again.publish({"fjord/journal.md": b"news\n"}, SOURCE, now)
    assert files(git) == before


async def test_where_nothing_but_a_commit_was_added_there_is_nothing_to_undo(
    branch: Opened,
    journal: ClusterJournal,
    start: Start,
    now: datetime,
    stranger: Stranger,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await begun(branch(), journal, now)
    stranger({})
    again = branch("another-machine")
    with caplog.at_level(logging.WARNING):
        await started(again, start, now)
    assert "undone" not in caplog.text
    assert await again.publish({}, SOURCE, now) is None


@contextmanager
def away(remote: Path) -> Iterator[None]:
    """Have no remote at its path."""
    elsewhere = remote.rename(remote.with_name("away"))
    yield
    elsewhere.rename(remote)


async def test_a_publication_that_did_not_come_through_still_follows_our_last_head(
    branch: Opened,
    journal: ClusterJournal,
    start: Start,
    git: Git,
    bare: Path,
    now: datetime,
    stranger: Stranger,
) -> None:
    await begun(branch(), journal, now)
    head = json.loads(git("show", "sluse/test:head.json"))
    stranger({b"head.json": json.dumps({**head, "sequence": 900}).encode()})
    again = branch("another-machine")
    await started(again, start, now)
    with away(bare), pytest.raises(Unreachable):
        await again.publish({"fjord/journal.md": b"news\n"}, SOURCE, now)
    assert await again.publish({}, SOURCE, now)
    assert json.loads(git("show", "sluse/test:head.json"))["sequence"] == head["sequence"] + 1


@pytest.mark.parametrize("mode", ["100755", "120000"])
async def test_what_strangers_made_of_a_file_without_touching_its_content_is_undone(
    branch: Opened, journal: ClusterJournal, start: Start, git: Git, now: datetime, stranger: Stranger, mode: str
) -> None:
    await begun(branch(), journal, now)
    before = git("ls-tree", "-r", "sluse/test")
    changed = [*OURS, "genesis.json"]
    stranger({path.encode(): git("show", f"sluse/test:{path}").encode() for path in changed}, mode)
    assert git("ls-tree", "-r", "sluse/test").count(mode) == len(changed)
    again = branch("another-machine")
    await started(again, start, now)
    assert await again.publish({}, SOURCE, now)
    assert _but_the_head(git("ls-tree", "-r", "sluse/test")) == _but_the_head(before)


async def test_a_repository_within_it_is_no_ledger_and_is_undone(
    branch: Opened, journal: ClusterJournal, start: Start, git: Git, now: datetime, stranger: Stranger
) -> None:
    await begun(branch(), journal, now)
    before = git("ls-tree", "-r", "sluse/test")
    stranger({path.encode(): b"of another repository" for path in (machine_path("fjord"), machine_path("x"))}, "160000")
    again = branch("another-machine")
    await started(again, start, now)
    assert await again.publish({}, SOURCE, now)
    assert _but_the_head(git("ls-tree", "-r", "sluse/test")) == _but_the_head(before)


def _but_the_head(listed: str) -> list[str]:
    return [line for line in listed.splitlines() if not line.endswith("head.json")]
