"""Whether a new production key set may be used: vouched for, or narrower; and never by an old word."""

from __future__ import annotations

from datetime import timedelta

from sluse.gate.keys_lane import not_vouched
from sluse.gate.survey import GateSurvey
from sluse.model.names import ClientKey
from sluse.model.statement import StatementType
from worlds import lock
from worlds.lock import MAINTAINER, NOW, SERVICE, STRANGER, Lock

WEB = ClientKey(SERVICE.organisation, SERVICE.name, "web")


def vouch(
    world: Lock, *thumbprints: str, signer: lock.Signer = MAINTAINER, client: str = "web", **fields: object
) -> str:
    said = {"client": client, "thumbprints": thumbprints}
    return world.decide(StatementType.KEYS, str(SERVICE), signer, keys=said, **fields)


def refusal(world: Lock, wanted: set[str], held: set[str], **more: object) -> str | None:
    found = not_vouched(GateSurvey(world.tree(), lock.policy()), WEB, wanted, held, NOW, **more)  # type: ignore[arg-type]
    return None if found is None else found.check


def test_what_is_held_needs_nobody_and_taking_a_key_away_neither() -> None:
    assert refusal(lock.accepted(), {"a", "b"}, {"a", "b"}) is None
    assert refusal(lock.accepted(), {"a"}, {"a", "b"}) is None


def test_no_key_at_all_keeps_those_that_are_held() -> None:
    assert refusal(lock.accepted(), set(), {"a"}) == "KeysMissing"


def test_a_new_key_needs_a_maintainer_who_names_exactly_the_set() -> None:
    world = lock.accepted()
    assert refusal(world, {"a", "b"}, {"a"}) == "KeysNotVouched"
    vouch(world, "b", "c")
    assert refusal(world, {"a", "b"}, {"a"}) == "KeysNotVouched"
    vouch(world, "a", "b")
    assert refusal(world, {"a", "b"}, {"a"}) is None
    assert refusal(world, {"a", "b"}, set()) is None, "the first keys too"


def test_nobody_else_and_for_no_other_client_and_not_after_its_end() -> None:
    world = lock.accepted()
    vouch(world, "b", signer=STRANGER)
    vouch(world, "b", client="other")
    vouch(world, "b", expires=NOW)
    vouch(world, "b", verdict="rejected")
    revoked = vouch(world, "b")
    world.decide(StatementType.REVOCATION, str(SERVICE), revokes=revoked)
    assert refusal(world, {"b"}, {"a"}) == "KeysNotVouched"


def test_a_key_that_was_taken_away_does_not_come_back_by_the_old_word() -> None:
    world = lock.accepted()
    vouch(world, "a", "b")
    removed_at = world.clock + timedelta(minutes=5)
    assert refusal(world, {"a", "b"}, {"a"}, held_since=removed_at) == "KeysVoucherSpent"
    world.clock = removed_at
    vouch(world, "a", "b")
    assert refusal(world, {"a", "b"}, {"a"}, held_since=removed_at) is None
