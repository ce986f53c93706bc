"""When sync looks again by itself: at the moment the gate's answer changes, and never without a pause."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Compiled, OrganisationCompiled
from sluse.delivery.head import Head
from sluse.delivery.repository import Repository
from sluse.model.held import OrganisationLedger
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from worlds import authored
from worlds.cluster import TEST
from worlds.syncing import NOW, Syncing

moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def repository(interval: str) -> Repository:
    spec = IntegrationRepositorySpec(url="https://git.example/integrations.git", interval=interval)
    return Repository("integrations", 1, spec, {})


@given(
    st.sampled_from(("0s", "1s", "5m", "24h")),
    st.none() | moments,
    st.none() | moments,
    moments,
)
def test_no_pause_is_shorter_than_a_second_or_longer_than_the_interval(
    interval: str, wake: datetime | None, looked: datetime | None, now: datetime
) -> None:
    asked = repository(interval)
    assert 1 <= asked.pause(wake, looked, now) <= asked.interval


@given(moments, st.timedeltas(timedelta(), timedelta(days=900)), moments)
def test_a_moment_that_was_looked_at_never_asks_again(wake: datetime, since: timedelta, now: datetime) -> None:
    asked = repository("24h")
    assert asked.pause(wake, wake + since, now) == asked.interval


def test_a_moment_ahead_is_waited_for_to_the_second() -> None:
    assert repository("24h").pause(NOW + timedelta(seconds=90), NOW, NOW + timedelta(seconds=30)) == 60


def test_a_moment_that_passed_while_it_was_waited_for_is_looked_at_soon() -> None:
    assert repository("24h").pause(NOW + timedelta(seconds=1), NOW, NOW + timedelta(seconds=90)) == 1


class Waking(Compiler):
    """A compiler that says: look again at `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__(TEST)
        self.wakes = at

    def compile(
        self,
        head: Head,
        ledgers: Mapping[str, OrganisationLedger],
        *,
        at: datetime,
        fuse_released: bool = False,
        only: Collection[str] = (),
    ) -> Compiled:
        compiled = super().compile(head, ledgers, at=at, fuse_released=fuse_released, only=only)
        return replace(
            compiled, organisations={slug: self._waking(each) for slug, each in compiled.organisations.items()}
        )

    def _waking(self, part: OrganisationCompiled) -> OrganisationCompiled:
        return replace(part, wake=self.wakes)


@pytest.mark.parametrize("wake", [NOW - timedelta(hours=1), NOW], ids=["past", "now"])
async def test_a_sync_after_which_the_moment_still_stands_waits_out_the_interval(
    syncing: Syncing, wake: datetime
) -> None:
    syncing.sync.compiler = Waking(wake)
    syncing.main.commit(authored.supplier("fjord"))
    await syncing.once()
    syncing.sync.repository = syncing.repository(interval="24h")
    assert syncing.box.now is not None
    assert syncing.box.now.wake == wake
    assert syncing.sync._interval() == 24 * 3600


async def test_a_remote_that_is_away_at_the_moment_is_asked_again_at_the_interval_and_not_without_a_pause(
    syncing: Syncing,
) -> None:
    syncing.sync.compiler = Waking(NOW + timedelta(seconds=30))
    syncing.main.commit(authored.supplier("fjord"))
    await syncing.once()
    syncing.sync.repository = syncing.repository(interval="24h")
    assert syncing.sync._interval() == 30
    syncing.main.remove()
    syncing.sync.now = lambda: NOW + timedelta(seconds=30)
    await syncing.once()
    assert syncing.sync._interval() == 24 * 3600
