"""The remote refuses, drops connections, loses answers or is not there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sluse.errors import LedgerError
from sluse.ledger.branch.bare import Unreachable
from sluse.ledger.branch.branch import StatusBranch
from sluse.sandbox.remote import Remote, git_settings
from sluse.sandbox.remote.faults import Fault
from sluse.sandbox.remote.people import Pusher
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates

Opened = Callable[..., StatusBranch]
Git = Callable[..., str]

SOURCE = "5" * 40


class Https:
    """The sandbox's remote: over TLS, with a token, and with bad days."""

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        folder.mkdir()
        people = [
            Pusher("operator-test", "operator-token", ("refs/heads/sluse/test",)),
            Pusher("reader", "reader-token", ()),
        ]
        self.remote = Remote(folder, people)
        self.served = Served(self.remote.application, tls=certificates.server)
        self.ca_file = certificates.ca_file

    def options(self, token: str = "operator-token") -> dict[str, Any]:
        url = f"{self.served.url}/integrations.git"
        return {"url": url, "variables": git_settings(self.ca_file, token)}


@pytest.fixture
def https(tmp_path: Path, certificates: Certificates) -> Any:
    made = Https(tmp_path / "https", certificates)
    with made.served:
        yield made


@pytest.mark.parametrize("fault", [Fault.UNAVAILABLE, Fault.DROPPED])
async def test_what_could_not_be_pushed_goes_out_with_the_next_call(
    https: Https, branch: Opened, now: datetime, fault: Fault
) -> None:
    status = branch(**https.options())
    await status.genesis("repo.example", now)
    https.remote.faults.gone(fault)
    with pytest.raises(Unreachable) as caught:
        await status.publish({"a/b.json": b"1"}, SOURCE, now)
    assert "operator-token" not in repr(caught.value)
    with pytest.raises(Unreachable):
        await status.fetch()
    https.remote.faults.back()
    assert await status.publish({"a/c.json": b"1"}, SOURCE, now)
    assert await branch("another", **https.options()).publish({"a/b.json": b"1", "a/c.json": b"1"}, SOURCE, now) is None
    assert https.remote.faults.counts.pushes == 2


@pytest.mark.parametrize("then", [b"1", b"2"])
async def test_a_push_whose_answer_got_lost_is_known_again(
    branch: Opened, git: Git, bare: Path, now: datetime, then: bytes
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    hook = bare / "hooks" / "post-receive"
    hook.write_text("#!/bin/sh\nkill -9 $PPID\n")  # the branch has moved by now; its answer is never sent
    hook.chmod(0o755)
    with pytest.raises(Unreachable):
        await status.publish({"a/b.json": b"1"}, SOURCE, now)
    hook.unlink()
    assert git("show", "sluse/test:a/b.json") == "1"
    commit = await status.publish({"a/b.json": then}, SOURCE, now)
    assert (commit is None) is (then == b"1")
    assert git("show", "sluse/test:a/b.json").encode() == then


async def test_who_may_not_push_is_told_so(https: Https, branch: Opened, now: datetime) -> None:
    with pytest.raises(LedgerError, match="refuses a push") as caught:
        await branch(**https.options("reader-token")).genesis("repo.example", now)
    assert "can only read" in str(caught.value)


async def test_a_wrong_token_is_told_and_never_shown(https: Https, branch: Opened) -> None:
    with pytest.raises(Unreachable, match="credential") as caught:
        await branch(**https.options("wrong-token")).fetch()
    assert "wrong-token" not in repr(caught.value)


async def test_a_remote_that_is_not_there_is_unreachable(branch: Opened, tmp_path: Path) -> None:
    with pytest.raises(Unreachable):
        await branch(url=f"file://{tmp_path}/nowhere.git").fetch()
