"""The repository's status says whether HEAD is declared, is quiet while nothing changes, and keeps Flux's invariants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.delivery.repository import RELEASE_FUSE, Repository, SyncResult, status
from sluse.model.resources.integration_repository import IntegrationRepositorySpec, IntegrationRepositoryStatus
from sluse.model.resources.status import ConditionStatus, Handled
from worlds.flux import NEGATIVE, broken

START = datetime(2026, 12, 1, 8, 0, 0, 250_000, UTC)
HEAD = "1" * 40
SYNCED = SyncResult(True, "Synced", "HEAD is declared", commit=HEAD, organisations=2, integrations=3, problems=0)
DOWN = SyncResult(False, "RemoteUnavailable", "no answer")
FOREIGN = SyncResult(False, "RemoteNotConfigured", "not this one", stalled=True)
FUSE = SyncResult(False, "FuseHeld", "held", commit=HEAD, problems=0, fuse_held=9)
SUSPENDED = SyncResult(False, "Suspended", "spec.suspend is true")
FAILED = SyncResult(False, "StacksFailed", "fjord: 503", commit="2" * 40, organisations=1, integrations=1, problems=1)
results = st.sampled_from([SYNCED, DOWN, FOREIGN, FUSE, SUSPENDED, FAILED])


def after(
    previous: IntegrationRepositoryStatus, result: SyncResult, *, generation: int = 1, seconds: float = 0
) -> IntegrationRepositoryStatus:
    return status(previous, generation, result, START + timedelta(seconds=seconds))


def said(found: IntegrationRepositoryStatus) -> dict[str, tuple[str, str]]:
    return {row.type: (row.status.value, row.reason) for row in found.conditions}


@given(st.lists(st.tuples(results, st.integers(0, 2)), min_size=1, max_size=8))
def test_fluxs_invariants_hold_for_every_reachable_status(story: list[tuple[SyncResult, int]]) -> None:
    current, generation = IntegrationRepositoryStatus(), 1
    for number, (result, edits) in enumerate(story):
        generation += edits
        current = after(current, result, generation=generation, seconds=number)
        assert broken(current, generation, (*NEGATIVE, "FuseHeld")) == []
        assert all(row.status is ConditionStatus.TRUE for row in current.conditions if row.type != "Ready")
        assert IntegrationRepositoryStatus.model_validate(current.wire()) == current


@given(results, st.floats(0, 1e6))
def test_the_same_result_later_changes_nothing(result: SyncResult, seconds: float) -> None:
    first = after(IntegrationRepositoryStatus(), result)
    assert after(first, result, seconds=seconds) == first


def test_a_time_moves_only_when_its_condition_flips() -> None:
    first = after(IntegrationRepositoryStatus(), DOWN)
    still = after(first, SUSPENDED, seconds=60)
    well = after(still, SYNCED, seconds=120)
    assert [row.last_transition_time for row in still.conditions] == [START.replace(microsecond=0)]
    assert [row.last_transition_time for row in well.conditions] == [
        START.replace(microsecond=0) + timedelta(seconds=120)
    ]


def test_what_was_synced_last_stays_while_the_remote_is_away() -> None:
    away = after(after(IntegrationRepositoryStatus(), SYNCED), DOWN, generation=2)
    assert (away.commit, away.organisations, away.integrations, away.problems) == (HEAD, 2, 3, 0)
    assert said(away) == {"Ready": ("False", "RemoteUnavailable")}


@pytest.mark.parametrize(
    ("result", "observed"), [(SYNCED, 3), (FOREIGN, 3), (DOWN, 2), (FUSE, 2), (SUSPENDED, 2), (FAILED, 2)]
)
def test_the_observed_generation_moves_when_a_generation_is_dealt_with(result: SyncResult, observed: int) -> None:
    previous = IntegrationRepositoryStatus(observed_generation=2)
    assert after(previous, result, generation=3).observed_generation == observed


def test_a_held_fuse_says_how_to_let_it_through_and_goes_when_it_is() -> None:
    held = after(IntegrationRepositoryStatus(), FUSE)
    (condition,) = [row for row in held.conditions if row.type == "FuseHeld"]
    assert condition.reason == "ManyChanges"
    assert condition.message.endswith(f"{RELEASE_FUSE}={HEAD}")
    assert said(after(held, SYNCED)) == {"Ready": ("True", "Synced")}


def test_a_very_long_message_is_cut() -> None:
    long = SyncResult(False, "StacksFailed", "x" * 5000)
    assert len(after(IntegrationRepositoryStatus(), long).conditions[0].message) == 2000


def test_what_kopf_remembers_is_left_alone() -> None:
    assert after(IntegrationRepositoryStatus(handled=Handled(generation=4)), SYNCED).handled == Handled(generation=4)


def repository(interval: str = "1m", **annotations: str) -> Repository:
    spec = IntegrationRepositorySpec(url="https://git.example/integrations", interval=interval)
    return Repository("integrations", 1, spec, annotations)


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("1m", 60), ("2h", 7200), ("0s", 1), ("0h", 1)])
def test_an_interval_is_read_and_never_without_a_pause(text: str, seconds: float) -> None:
    assert repository(text).interval == seconds


def test_the_fuse_is_released_for_the_commit_that_is_named_and_for_no_other() -> None:
    released = repository(**{RELEASE_FUSE: HEAD})
    assert released.releases_fuse(HEAD)
    assert not released.releases_fuse("2" * 40)
    assert not repository().releases_fuse(HEAD)
