"""What production holds is written once every client of a step is where the step wants it, and moves once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sluse.ledger.stages import reach
from sluse.model.held import HeldClient, HeldIntegration, HeldSnapshot
from sluse.model.registration import Use

DIGEST = "f" * 64
ONE = {"web": DIGEST}
WANTED = {"web": DIGEST, "sync": DIGEST}
NOW = datetime(2027, 2, 1, 8, tzinfo=UTC)


def goal(use: Use, at: datetime = NOW) -> HeldSnapshot:
    return HeldSnapshot(
        tested="a" * 64,
        production="b" * 64,
        decision="c" * 64,
        use=use,
        since=at,
        commit="d" * 40,
        policy_version=1,
        policy_digest="e" * 64,
    )


def client(use: Use) -> HeldClient:
    return HeldClient(digest=DIGEST, use=use, since=NOW, retired=use is Use.RETIRED)


def entry(**clients: HeldClient) -> HeldIntegration:
    return HeldIntegration(title="Journal", stage="Accepted", since=NOW, clients=clients)


@pytest.mark.parametrize(
    ("use", "stage"), [(Use.WITHHELD, "Configured"), (Use.OPEN, "Live"), (Use.RETIRED, "Retired")], ids=str
)
def test_it_is_reached_once_all_are_there(use: Use, stage: str) -> None:
    reached = reach(entry(web=client(use), sync=client(use)), goal(use), WANTED)
    assert (reached.snapshot, reached.stage) == (goal(use), stage)


@pytest.mark.parametrize("use", [Use.WITHHELD, Use.OPEN], ids=str)
def test_a_client_that_has_not_begun_is_missed(use: Use) -> None:
    before = entry(web=client(use))
    assert reach(before, goal(use), WANTED) is before


def test_a_client_that_is_elsewhere_is_missed() -> None:
    before = entry(web=client(Use.OPEN), sync=client(Use.WITHHELD))
    assert reach(before, goal(Use.OPEN), WANTED) is before


@pytest.mark.parametrize("wanted", ["0" * 64, None])
def test_a_client_that_is_registered_otherwise_is_missed(wanted: str | None) -> None:
    """Open it is, but with what was accepted before: the new acceptance is not what production holds yet."""
    before = entry(web=client(Use.OPEN))
    assert reach(before, goal(Use.OPEN), {"web": wanted}) is before


def test_a_client_that_never_was_there_is_no_obstacle_to_the_end() -> None:
    assert reach(entry(web=client(Use.RETIRED)), goal(Use.RETIRED), WANTED).stage == "Retired"


def test_what_holds_already_moves_neither_its_time_nor_its_commit() -> None:
    before = reach(entry(web=client(Use.OPEN)), goal(Use.OPEN), ONE)
    assert reach(before, goal(Use.OPEN, NOW + timedelta(days=1)), ONE) is before


def test_a_withheld_step_does_not_lower_what_was_live_or_is_retiring() -> None:
    for stage in ("Live", "Retiring"):
        before = entry(web=client(Use.WITHHELD)).model_copy(update={"stage": stage})
        assert reach(before, goal(Use.WITHHELD), ONE).stage == stage
