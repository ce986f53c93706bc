"""What a start makes of what is left in the cluster and on the branch."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP
from sluse.errors import LedgerError, LedgerMissing, RemoteUnavailable
from sluse.ledger.branch.bare import Unreachable
from sluse.ledger.page import pages
from sluse.model.held import HeldIntegration, OrganisationLedger
from sluse.model.names import Environment
from sluse.sandbox.kube.api import KubernetesAPI
from worlds.journal import KEY, Start, intended
from worlds.key_files import new_key
from worlds.recalling import OTHER, Opened, publish, recall


async def test_with_neither_object_nor_genesis_it_refuses_and_says_what_to_run(
    start: Start, branch: Opened, api: KubernetesAPI
) -> None:
    with pytest.raises(LedgerMissing) as caught:
        await recall(start(), branch()).load()
    assert "sluse ledger init -e test" in str(caught.value.hint)
    assert api.requests.writes(resource="configmaps") == 0


async def test_a_new_installation_begins_empty(start: Start, branch: Opened, now: datetime) -> None:
    await branch().genesis("repo.example", now)
    journal = start()
    assert await recall(journal, branch()).load() == {}
    assert journal.all() == {}


async def test_what_the_cluster_has_is_used_and_a_second_start_finds_no_news(
    start: Start, branch: Opened, api: KubernetesAPI, now: datetime
) -> None:
    await branch().genesis("repo.example", now)
    first = start()
    await recall(first, branch()).load()
    await first.record(KEY, intended(1, now))
    await publish(first, branch(), now)
    writes = api.requests.writes(resource="configmaps")
    again = start()
    published = await recall(again, branch()).load()
    assert published["fjordlegen"] is again.get("fjordlegen")
    assert api.requests.writes(resource="configmaps") == writes


async def test_what_was_recorded_but_not_published_is_news_after_a_crash(
    start: Start, branch: Opened, now: datetime
) -> None:
    await branch().genesis("repo.example", now)
    first = start()
    await recall(first, branch()).load()
    await first.record(KEY, intended(1, now))
    await first.record(OTHER, intended(1, now))
    await publish(first, branch(), now)
    await first.record(KEY, intended(2, now))
    again = start()
    assert list(await recall(again, branch()).load()) == ["hav-omsorg"]
    assert await again.held(KEY) == intended(2, now)


async def test_after_somebody_else_s_commit_nothing_counts_as_published_so_that_their_pages_are_put_right(
    start: Start, branch: Opened, git: Callable[..., str], now: datetime, tmp_path: Path
) -> None:
    await branch().genesis("repo.example", now)
    first = start()
    await recall(first, branch()).load()
    await first.record(KEY, intended(1, now))
    await publish(first, branch(), now)
    page = f"{KEY.organisation}/{KEY.integration}.md"
    before = git("show", f"sluse/test:{page}")
    stranger = branch("their-cache", key=new_key(tmp_path / "stranger"))
    await stranger.publish({page: b"lies"}, "", now)
    again, opened = start(), branch()
    assert await recall(again, opened).load() == {}
    assert again.all() == first.all()
    await publish(again, opened, now)
    assert git("show", f"sluse/test:{page}") == before
    assert list(await recall(start(), branch()).load()) == ["fjordlegen"]


async def test_a_lost_cluster_is_rebuilt_from_the_branch(
    start: Start, branch: Opened, admin: Cluster, now: datetime
) -> None:
    await branch().genesis("repo.example", now)
    before = start()
    await recall(before, branch()).load()
    await before.record(KEY, intended(1, now))
    await before.record(OTHER, intended(2, now))
    await publish(before, branch(), now)
    held = dict(before.all())
    for organisation in held:
        await admin.delete(CONFIG_MAP, "sluse-test", f"sluse-ledger-{organisation}")
    after = start()
    with pytest.raises(LedgerError, match="nothing here tells whether publication 1"):
        await recall(start(), branch("new-machine")).load()
    newest = await branch("a-clone").fetch()
    assert newest is not None
    found = await recall(after, branch("new-machine"), trusted_head=newest.head.digest).load()
    assert dict(found) == held
    durable = start()
    assert dict(await durable.load()) == held


async def test_one_lost_object_is_rebuilt_too(start: Start, branch: Opened, admin: Cluster, now: datetime) -> None:
    await branch().genesis("repo.example", now)
    before = start()
    await recall(before, branch()).load()
    await before.record(KEY, intended(1, now))
    await before.record(OTHER, intended(2, now))
    await publish(before, branch(), now)
    await admin.delete(CONFIG_MAP, "sluse-test", "sluse-ledger-hav-omsorg")
    after = start()
    await recall(after, branch()).load()
    assert await after.held(OTHER) == intended(2, now)


async def test_a_remote_that_is_away_does_not_stop_an_operator_that_has_its_objects(
    start: Start, branch: Opened, now: datetime, tmp_path: Path
) -> None:
    first = start()
    await first.load()
    await first.record(KEY, intended(1, now))
    away = f"file://{tmp_path}/away.git"
    again = start()
    assert await recall(again, branch(url=away)).load() == {}
    assert await again.held(KEY) == intended(1, now)


async def test_a_remote_that_is_away_stops_an_operator_that_has_nothing(
    start: Start, branch: Opened, tmp_path: Path
) -> None:
    with pytest.raises(Unreachable):
        await recall(start(), branch(url=f"file://{tmp_path}/away.git")).load()


async def test_objects_without_a_branch_are_used_and_all_is_news(start: Start, branch: Opened, now: datetime) -> None:
    first = start()
    await first.load()
    await first.record(KEY, intended(1, now))
    again = start()
    assert await recall(again, branch()).load() == {}
    assert await again.held(KEY) == intended(1, now)


async def test_a_machine_file_that_cannot_be_read_stops_the_start(start: Start, branch: Opened, now: datetime) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    await status.publish({"_ledger/fjordlegen.json": b'{"organisation": 7}'}, "", now)
    with pytest.raises(LedgerError, match=r"_ledger/fjordlegen\.json of the status branch"):
        await recall(start(), branch()).load()


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A key that is not the operator's."""
    path = tmp_path / "stranger"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


@pytest.mark.parametrize("in_cluster", [False, True], ids=["a lost cluster", "one that has others"])
async def test_nothing_is_rebuilt_from_what_another_key_signed(
    start: Start, branch: Opened, api: KubernetesAPI, now: datetime, stranger: Path, *, in_cluster: bool
) -> None:
    """Whoever can push to the branch, and has not the operator's key, must not say what is held."""
    await branch().genesis("repo.example", now)
    if in_cluster:
        first = start()
        await first.load()
        await first.record(OTHER, intended(1, now))
    forged = OrganisationLedger(
        organisation="fjordlegen",
        integrations={"journal-web": HeldIntegration(title="Journal", clients={"web": intended(1, now)})},
    )
    files = pages({"fjordlegen": forged}, environment=Environment.TEST, issuer="https://authority.example")
    await branch("forger", key=stranger).publish(files, "", now)
    writes = api.requests.writes(resource="configmaps")
    with pytest.raises(LedgerError, match="another key signed"):
        await recall(start(), branch("new-machine")).load()
    assert api.requests.writes(resource="configmaps") == writes


async def test_a_branch_that_somebody_else_began_is_no_beginning(
    start: Start, branch: Opened, now: datetime, stranger: Path
) -> None:
    """An empty ledger on a live authority would register everything a second time."""
    await branch("forger", key=stranger).genesis("repo.example", now)
    with pytest.raises(LedgerError, match="another key signed"):
        await recall(start(), branch()).load()


async def test_an_object_that_was_set_back_gives_way_to_the_newer_one_that_is_published(
    start: Start, branch: Opened, admin: Cluster, now: datetime
) -> None:
    await branch().genesis("repo.example", now)
    before = start()
    await recall(before, branch()).load()
    await before.record(KEY, intended(1, now))
    old = await admin.get(CONFIG_MAP, "sluse-test", "sluse-ledger-fjordlegen")
    await before.record(KEY, intended(2, now))
    await publish(before, branch(), now)
    await admin.merge(CONFIG_MAP, "sluse-test", "sluse-ledger-fjordlegen", {"data": old["data"]})
    after = start()
    published = await recall(after, branch("new-machine")).load()
    assert await after.held(KEY) == intended(2, now)
    assert published["fjordlegen"] is after.get("fjordlegen")


async def test_an_object_that_is_newer_than_published_stays(start: Start, branch: Opened, now: datetime) -> None:
    await branch().genesis("repo.example", now)
    before = start()
    await recall(before, branch()).load()
    await before.record(KEY, intended(1, now))
    await publish(before, branch(), now)
    await before.record(KEY, intended(2, now))
    again = start()
    await recall(again, branch("new-machine")).load()
    assert await again.held(KEY) == intended(2, now)


async def test_what_could_not_be_compared_at_the_start_is_compared_later_and_once(
    start: Start, branch: Opened, now: datetime, tmp_path: Path
) -> None:
    first = start()
    await first.load()
    await first.record(KEY, intended(1, now))
    started = recall(start(), branch(url=f"file://{tmp_path}/away.git"))
    assert await started.load() == {}
    with pytest.raises(RemoteUnavailable):
        await started.later()
    started.branch = branch()
    assert await started.later() == {}
    assert await started.later() is None


async def test_every_change_is_a_revision_of_its_own(start: Start, now: datetime) -> None:
    journal = start()
    await journal.load()
    for number in (1, 2):
        await journal.record(KEY, intended(number, now))
        assert journal.get(KEY.organisation).revision == number
        await journal.record(KEY, intended(number, now))
        assert journal.get(KEY.organisation).revision == number, "the same again is no change"
