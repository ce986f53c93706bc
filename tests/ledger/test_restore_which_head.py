"""Which head of the status branch a start believes: an older one is the operator's own, and well signed, too."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP
from sluse.errors import LedgerError
from sluse.sandbox.kube.api import KubernetesAPI
from worlds.journal import KEY, Start, intended
from worlds.recalling import NOW, OTHER, Opened, publish, recall


async def test_a_beginning_of_long_ago_is_no_new_installation(start: Start, branch: Opened, now: datetime) -> None:
    """A branch that was set back to its genesis looks so: everything would be registered a second time."""
    await branch().genesis("repo.example", now)
    later = now + timedelta(hours=24, seconds=1)
    with pytest.raises(LedgerError, match="nothing here tells whether publication 0") as caught:
        await recall(start(), branch(), now=lambda: later).load()
    begun = await branch().fetch()
    assert begun is not None
    assert begun.head.digest in caught.value.message
    assert "within 24 h" in str(caught.value.hint)
    assert await recall(start(), branch(), now=lambda: later, trusted_head=begun.head.digest).load() == {}


@pytest.mark.parametrize("ahead", [timedelta(minutes=5, seconds=1), timedelta(days=3650)], ids=str)
async def test_a_beginning_in_the_future_is_no_new_installation(start: Start, branch: Opened, ahead: timedelta) -> None:
    """It would count as just begun until then: for as long as who dated it wants."""
    await branch().genesis("repo.example", NOW + ahead)
    with pytest.raises(LedgerError, match="nothing here tells whether publication 0"):
        await recall(start(), branch()).load()


async def test_clocks_that_differ_by_minutes_are_no_hindrance(start: Start, branch: Opened) -> None:
    await branch().genesis("repo.example", NOW + timedelta(minutes=5))
    assert await recall(start(), branch()).load() == {}


async def test_a_lost_object_is_not_taken_from_a_branch_that_is_behind_what_is_left(
    start: Start, branch: Opened, admin: Cluster, api: KubernetesAPI, now: datetime
) -> None:
    """A branch that was set back is well signed; a ledger that is left, and newer, shows that it does not tell everything."""
    await branch().genesis("repo.example", now)
    before = start()
    await recall(before, branch()).load()
    await before.record(KEY, intended(1, now))
    await before.record(OTHER, intended(2, now))
    await publish(before, branch(), now)
    await before.record(KEY, intended(3, now))
    await admin.delete(CONFIG_MAP, "sluse-test", "sluse-ledger-hav-omsorg")
    writes = api.requests.writes(resource="configmaps")
    with pytest.raises(LedgerError, match=r"no ledger of hav-omsorg, and that of fjordlegen is newer than published"):
        await recall(start(), branch("new-machine")).load()
    assert api.requests.writes(resource="configmaps") == writes
    seen = branch("a-clone")
    await seen.fetch()
    after = start()
    await recall(after, branch("new-machine"), trusted_head=seen.head).load()
    assert await after.held(OTHER) == intended(2, now)
    assert await after.held(KEY) == intended(3, now)


async def test_a_confirmed_head_that_was_not_taken_away_is_warned_of_at_each_start(
    start: Start, branch: Opened, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    status = branch()
    await status.genesis("repo.example", now)
    first = start()
    await recall(first, status, trusted_head=status.head).load()
    assert "trustedHead" not in caplog.text, "there is no ledger yet, so it may be needed"
    await first.record(KEY, intended(1, now))
    await recall(start(), branch(), trusted_head=status.head).load()
    assert "take ledger.trustedHead out of the settings" in caplog.text
    caplog.clear()
    await recall(start(), branch()).load()
    assert "trustedHead" not in caplog.text
