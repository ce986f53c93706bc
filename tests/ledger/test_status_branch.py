"""The status branch on a real git remote, with real signatures: what is published, how often, and by whom."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sluse.errors import LedgerError, LedgerMissing
from sluse.ledger.branch.branch import StatusBranch
from sluse.model.names import Environment

Opened = Callable[..., StatusBranch]
Git = Callable[..., str]

SOURCE = "5" * 40


async def test_a_branch_without_genesis_takes_nothing(branch: Opened, now: datetime) -> None:
    status = branch()
    assert await status.fetch() is None
    with pytest.raises(LedgerMissing) as caught:
        await status.publish({"a/b.json": b"1"}, SOURCE, now)
    assert "sluse ledger init -e test" in str(caught.value.hint)


async def test_a_genesis_is_made_once(branch: Opened, git: Git, now: datetime) -> None:
    commit = await branch().genesis("repo.example", now)
    assert git("rev-parse", "sluse/test").strip() == commit
    assert await branch("other-cache").genesis("repo.example", now) is None
    with pytest.raises(LedgerError, match=r"begun for the repository repo\.example, not for another"):
        await branch().genesis("another", now)
    assert json.loads(git("show", "sluse/test:genesis.json")) == {
        "version": 1,
        "repositoryId": "repo.example",
        "environment": "test",
        "issuedAt": "2026-03-02T12:00:00Z",
    }


async def test_only_what_differs_is_published_and_a_restart_publishes_nothing(
    branch: Opened, git: Git, now: datetime
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    assert await status.publish({"a/b.json": b"1", "a/c.json": b"1"}, SOURCE, now)
    assert await status.publish({"a/b.json": b"1", "a/c.json": b"2"}, SOURCE, now)
    assert git("diff", "--name-only", "sluse/test^", "sluse/test").split() == ["a/c.json", "head.json"]
    assert await status.publish({"a/b.json": b"1", "gone": None}, SOURCE, now) is None
    for again in (branch(), branch("another-cache")):
        assert await again.publish({"a/b.json": b"1", "a/c.json": b"2"}, SOURCE, now) is None
    assert await status.publish({"a/b.json": None}, SOURCE, now)
    assert "a/b.json" not in git("ls-tree", "-r", "--name-only", "sluse/test")


async def test_every_commit_is_signed_and_git_can_verify_it(
    branch: Opened, git: Git, now: datetime, signing_key: Path, tmp_path: Path
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish({"a/b.json": b"1"}, SOURCE, now)
    public = signing_key.with_suffix(".pub").read_text()
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(f'sluse@localhost.invalid namespaces="git" {public}')
    for commit in git("rev-list", "sluse/test").split():
        git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", commit)
    about = git("show", "--no-patch", "--format=%an|%ae|%cn|%ct|%B", "sluse/test")
    assert about.startswith(
        f"Sluse (test)|sluse@localhost.invalid|Sluse (test)|{int(now.timestamp())}|Publish 1 file\n"
    )
    assert f"Source commit: {SOURCE}" in about
    allowed.write_text("")
    with pytest.raises(subprocess.CalledProcessError):
        git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-commit", "sluse/test")


async def test_the_heads_are_a_chain(branch: Opened, git: Git, now: datetime) -> None:
    await branch().genesis("repo.example", now)
    for number in range(3):
        await branch().publish({"a/b.json": b"%d" % number}, SOURCE, now)
    texts = [git("show", f"{commit}:head.json") for commit in reversed(git("rev-list", "sluse/test").split())]
    heads = [json.loads(text) for text in texts]
    assert [head["sequence"] for head in heads] == [0, 1, 2, 3]
    assert [head.get("previous") for head in heads] == [
        None,
        *(hashlib.sha256(text.encode()).hexdigest() for text in texts[:-1]),
    ]
    assert heads[-1] == {**heads[-1], "environment": "test", "sourceCommit": SOURCE, "issuedAt": "2026-03-02T12:00:00Z"}


async def test_many_pages_are_one_commit_with_a_fixed_number_of_git_runs(
    branch: Opened, git: Git, now: datetime, tmp_path: Path
) -> None:
    trace = tmp_path / "trace"
    status = branch(variables={"GIT_TRACE": str(trace)})
    await status.genesis("repo.example", now)
    runs = []
    for count in (1, 300):
        before = git_runs(trace)
        await status.publish({f"a/{count}-{number}.json": b"%d" % number for number in range(count)}, SOURCE, now)
        runs.append(git_runs(trace) - before)
    assert runs[0] == runs[1]
    assert len(git("rev-list", "sluse/test").split()) == 3
    assert len(git("ls-tree", "-r", "--name-only", "sluse/test", "a/").split()) == 301


def git_runs(trace: Path) -> int:
    ours = ("fast-import", "update-index", "write-tree", "commit-tree", "push --porcelain", "update-ref")
    return sum(any(f"built-in: git {name}" in line for name in ours) for line in trace.read_text().splitlines())


async def test_the_user_s_own_git_settings_count_for_nothing(
    branch: Opened, git: Git, now: datetime, tmp_path: Path
) -> None:
    (tmp_path / ".gitconfig").write_text(
        "[user]\n\tname = Somebody\n[commit]\n\tgpgSign = false\n[core]\n\thooksPath = /nowhere\n"
    )
    await branch(variables={"HOME": str(tmp_path)}).genesis("repo.example", now)
    assert git("show", "--no-patch", "--format=%an", "sluse/test").strip() == "Sluse (test)"


async def test_environments_do_not_share_a_branch(branch: Opened, git: Git, now: datetime) -> None:
    await branch().genesis("repo.example", now)
    await branch(environment=Environment.PRODUCTION).genesis("repo.example", now)
    assert git("rev-parse", "sluse/test") != git("rev-parse", "sluse/production")


@pytest.mark.parametrize("trouble", ["absent", "open", "passphrase", "public"])
async def test_a_key_that_cannot_sign_is_named_and_nothing_is_lost(
    branch: Opened, now: datetime, signing_key: Path, tmp_path: Path, trouble: str
) -> None:
    await branch().genesis("repo.example", now)
    bad = unusable(trouble, signing_key, tmp_path)
    status = branch(key=bad)
    with pytest.raises(LedgerError, match="cannot be signed") as caught:
        await status.publish({"a/b.json": b"1"}, SOURCE, now)
    assert str(bad) in str(caught.value)
    copied(signing_key, bad, 0o600)
    assert await status.publish({"a/c.json": b"1"}, SOURCE, now)
    assert await branch().publish({"a/b.json": b"1", "a/c.json": b"1"}, SOURCE, now) is None


def unusable(trouble: str, signing_key: Path, folder: Path) -> Path:
    bad = folder / "bad"
    if trouble == "open":
        copied(signing_key, bad, 0o644)
    elif trouble == "passphrase":
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "hush", "-f", str(bad)], check=True)
        bad.with_suffix(".pub").unlink()
    elif trouble == "public":
        bad.write_text("not a key")
        bad.chmod(0o600)
    return bad


def copied(source: Path, target: Path, mode: int) -> None:
    target.unlink(missing_ok=True)
    target.write_bytes(source.read_bytes())
    target.chmod(mode)
