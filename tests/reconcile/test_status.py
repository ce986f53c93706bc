"""The one status function: whole, quiet while nothing changes, and true to Flux's invariants in every reachable state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.model.held import Anchor, HeldClient, Intent
from sluse.model.outcome import Conflicted, Outcome, Party, Rejected, Retired, Synced, Waiting
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientStatus
from sluse.model.resources.status import ConditionStatus, Handled
from sluse.reconcile.status import merge_patch, status
from worlds.converging import registration, spec

START = datetime(2026, 12, 1, 8, tzinfo=UTC)
ANCHOR = Anchor(client_id="4f1c", uri="https://authority.example/clients/4f1c", since=START)
HELD = HeldClient(anchor=ANCHOR, digest=registration().digest, use=Use.OPEN, since=START)
ORPHAN = Intent(id="intent-0", since=START)

helds = st.sampled_from(
    [
        HeldClient(),
        HELD,
        HELD.model_copy(update={"possible_orphans": (ORPHAN,)}),
        HELD.model_copy(update={"use": Use.WITHHELD}),
        HeldClient(intent=ORPHAN),
    ]
)
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Synced, helds),
    st.builds(Retired, helds),
    st.builds(
        Waiting,
        st.sampled_from(["AuthorityUnavailable", "CredentialLost"]),
        st.just("why"),
        st.sampled_from(Party),
        helds,
    ),
    st.builds(Rejected, st.just("InvalidScope"), st.just("why"), helds),
    st.builds(Conflicted, st.just("them"), st.just("why"), helds),
)


def after(
    previous: HelseIDClientStatus, outcome: Outcome, *, generation: int = 1, seconds: float = 0
) -> HelseIDClientStatus:
    now = START + timedelta(seconds=seconds)
    return status(
        previous, generation=generation, spec=spec(), outcome=outcome, issuer="https://authority.example", now=now
    )


@given(st.lists(st.tuples(outcomes, st.integers(0, 2)), min_size=1, max_size=8))
def test_fluxs_invariants_hold_for_every_reachable_status(story: list[tuple[Outcome, int]]) -> None:
    current, generation = HelseIDClientStatus(), 1
    for number, (outcome, edits) in enumerate(story):
        generation += edits
        before, current = current, after(current, outcome, generation=generation, seconds=number)
        conditions = {condition.type: condition for condition in current.conditions}
        assert len(conditions) == len(current.conditions)
        assert "Ready" in conditions
        stalled = conditions.get("Stalled")
        assert stalled is None or stalled.status is ConditionStatus.TRUE, "abnormal conditions stand only while True"
        if conditions["Ready"].status is ConditionStatus.TRUE:
            assert stalled is None
            assert current.waiting_for is None
        else:
            assert current.waiting_for is not None, "who is not ready waits for somebody"
        assert current.observed_generation is None or current.observed_generation <= generation
        assert before.observed_generation is None or (current.observed_generation or 0) >= before.observed_generation
        assert all(condition.observed_generation <= generation for condition in current.conditions)
        assert HelseIDClientStatus.model_validate(current.wire()) == current


@given(outcomes, st.floats(0, 1e6))
def test_the_same_outcome_later_writes_nothing(outcome: Outcome, seconds: float) -> None:
    first = after(HelseIDClientStatus(), outcome)
    later = after(first, outcome, seconds=seconds)
    assert merge_patch(first.wire(), later.wire()) == {}


def test_a_times_only_moves_when_its_condition_flips() -> None:
    down = after(HelseIDClientStatus(), Waiting("AuthorityUnavailable", "down", Party.AUTHORITY, HELD))
    lost = after(down, Waiting("CredentialRefused", "no", Party.CLUSTER_OPERATOR, HELD), seconds=60)
    well = after(lost, Synced(HELD), seconds=120)
    assert lost.conditions[0].last_transition_time == START
    assert well.conditions[0].last_transition_time == START + timedelta(seconds=120)
    assert lost.waiting_for is not None
    assert lost.waiting_for.since == START + timedelta(seconds=60), "it waits for somebody else now"


@pytest.mark.parametrize(
    ("outcome", "observed"),
    [
        (Synced(HELD), 3),
        (Retired(HeldClient()), 3),
        (Rejected("InvalidScope", "why", HELD), 3),
        (Conflicted("them", "why", HELD), 3),
        (Waiting("AuthorityUnavailable", "down", Party.AUTHORITY, HELD), 2),
    ],
    ids=["synced", "retired", "rejected", "conflicted", "waiting"],
)
def test_the_observed_generation_moves_when_a_generation_is_dealt_with(outcome: Outcome, observed: int) -> None:
    assert after(HelseIDClientStatus(observed_generation=2), outcome, generation=3).observed_generation == observed


def test_a_ready_client_shows_its_id_issuer_and_keys() -> None:
    shown = after(HelseIDClientStatus(), Synced(HELD))
    assert (shown.client_id, shown.issuer, shown.key_ids) == ("4f1c", "https://authority.example", ("mine",))
    assert shown.conditions[0].reason == "Registered"


def test_a_withheld_client_is_ready_and_shows_no_keys() -> None:
    shown = after(HelseIDClientStatus(), Synced(HELD.model_copy(update={"use": Use.WITHHELD})))
    assert shown.conditions[0].reason == "Withheld"
    assert shown.key_ids == ()


def test_a_possible_orphan_is_named() -> None:
    shown = after(HelseIDClientStatus(), Synced(HELD.model_copy(update={"possible_orphans": (ORPHAN,)})))
    (condition,) = [condition for condition in shown.conditions if condition.type == "PossibleOrphan"]
    assert "intent-0" in condition.message


def test_what_kopf_remembers_is_left_alone() -> None:
    before = HelseIDClientStatus(handled=Handled(generation=4))
    shown = after(before, Synced(HELD))
    assert shown.handled == Handled(generation=4)
    assert "handled" not in merge_patch({}, shown.wire())


def test_a_patch_takes_away_what_is_no_longer_said() -> None:
    waiting = after(HelseIDClientStatus(), Waiting("AuthorityUnavailable", "down", Party.AUTHORITY, HELD))
    ready = after(waiting, Synced(HELD), seconds=5)
    assert merge_patch(waiting.wire(), ready.wire())["waitingFor"] is None
