"""What an authority does on a bad day: one condition that says why, no writes while it lasts, and never a second client."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from sluse.demo.expect import PATIENCE, eventually
from sluse.registrar.withheld import KID_PREFIX
from sluse.sandbox.authority.faults import Faults
from worlds.documents import OTHER, READ, Supplier
from worlds.operated import TEST, Operated, difference

REGISTER = "/connect/register"
FOR_EVER = 1000
CLEAR = {"401": "CredentialRefused", "404": "AuthorityUnavailable", "429": "AuthorityUnavailable"}
UNCLEAR: dict[str, Callable[..., None]] = {
    "500": partial(Faults.answer, status=500),
    "half an answer": Faults.half_answer,
    "not JSON": Faults.broken_json,
    "cut before the write": Faults.drop_before_work,
    "cut after the write": Faults.drop_after_work,
}


@pytest.mark.parametrize(("status", "reason"), CLEAR.items(), ids=CLEAR)
async def test_a_no_is_told_once_and_waited_out(shared: Operated, mine: Supplier, status: str, reason: str) -> None:
    shared.authority.faults.answer(int(status), method="POST", path=REGISTER, times=FOR_EVER)
    await shared.merge(mine.everything())
    said = await shared.condition(mine.sync, "Ready", "False", reason)
    assert [row["type"] for row in said["status"]["conditions"]] == ["Ready"]
    assert shared.sandbox.issuers[TEST].url in said["status"]["conditions"][0]["message"]
    await waits_without_writing(shared, mine, reason)
    await shared.ready(mine.sync)
    assert len(shared.registrations(mine.slug)) == 1


@pytest.mark.parametrize("fault", UNCLEAR.values(), ids=UNCLEAR)
async def test_an_answer_that_says_nothing_is_waited_out_and_leaves_nothing_usable_twice(
    shared: Operated, mine: Supplier, fault: Callable[..., None]
) -> None:
    fault(shared.authority.faults, method="POST", path=REGISTER, times=FOR_EVER)
    await shared.merge(mine.everything())
    await shared.condition(mine.sync, "Ready", "False", "AuthorityUnavailable")
    await shared.condition(mine.sync, "PossibleOrphan", "True", "InterruptedCreation")
    await waits_without_writing(shared, mine, "AuthorityUnavailable")
    (body,) = await shared.ready(mine.sync)
    usable = [
        held.client_id
        for held in shared.registrations(mine.slug)
        if not all(key.kid.startswith(KID_PREFIX) for key in held.metadata.keys)
    ]
    assert usable == [body["status"]["clientId"]]
    intents = (await shared.held(mine.slug))["integrations"]["journal"]["clients"]["sync"]["possibleOrphans"]
    assert len(intents) == 1, "one creation, one name, however often it was tried"


async def test_an_authority_that_is_down_is_waited_for(shared: Operated, mine: Supplier, neighbour: Supplier) -> None:
    server = shared.sandbox.issuers[TEST]
    server.close()
    try:
        await shared.merge(mine.everything())
        said = await shared.condition(mine.sync, "Ready", "False", "AuthorityUnavailable")
        assert "no connection" in said["status"]["conditions"][0]["message"]
        (body,) = await shared.ready(neighbour.sync)
        assert body["status"]["clientId"], "what is registered stays ready"
    finally:
        server.start()
    await shared.ready(mine.sync)
    (held,) = shared.registrations(mine.slug)
    assert (await shared.client(mine.sync))["status"]["clientId"] == held.client_id


async def test_retry_after_is_obeyed_by_the_one_who_was_told_and_nobody_else(shared: Operated, mine: Supplier) -> None:
    other = Supplier(f"{mine.slug}-beside", mine.position + 300)
    shared.authority.faults.answer(429, method="POST", path=REGISTER, retry_after=80_000)
    await shared.merge(mine.everything())
    await shared.condition(mine.sync, "Ready", "False", "AuthorityUnavailable")
    shared.authority.faults.answer(429, method="POST", path=REGISTER, times=2)
    await shared.merge(other.everything())
    await shared.ready(other.sync)
    assert shared.registrations(mine.slug) == (), "it waits as it was told"
    await shared.ask_for_look(mine.sync)
    await shared.ready(mine.sync)


@pytest.mark.parametrize(
    ("status", "reason"), [(409, "OwnedByAnother"), (400, "FaultOnRequest")], ids=["somebody else's", "refused"]
)
async def test_a_refusal_is_not_repeated_until_the_file_changes(
    shared: Operated, mine: Supplier, status: int, reason: str
) -> None:
    shared.authority.faults.answer(status, method="POST", path=REGISTER)
    await shared.merge(mine.everything())
    said = await shared.condition(mine.sync, "Stalled", "True", reason)
    assert said["status"]["observedGeneration"] == said["metadata"]["generation"]
    await shared.merge(mine.integration(scopes=(OTHER,)))
    await shared.declared(mine.sync, OTHER)
    assert len(shared.registrations(mine.slug)) == 1


async def test_a_scope_that_the_authority_does_not_know_is_told_with_its_words(
    shared: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    await shared.merge({**mine.everything(), **mine.integration(scopes=("nhn:none/such",))})
    said = await shared.condition(mine.sync, "Stalled", "True", "InvalidClientMetadata")
    assert "nhn:none/such" in said["status"]["conditions"][0]["message"]
    assert shared.registrations(mine.slug) == ()
    assert len(shared.registrations(neighbour.slug)) == 1


@pytest.mark.parametrize("cut", ["before", "after"])
async def test_a_change_whose_answer_is_lost_is_made_once(shared: Operated, mine: Supplier, cut: str) -> None:
    await shared.merge(mine.everything())
    await shared.ready(mine.sync)
    (before,) = shared.registrations(mine.slug)
    faults = shared.authority.faults
    (faults.drop_before_work if cut == "before" else faults.drop_after_work)(method="PUT", path=REGISTER)
    await shared.merge(mine.integration(scopes=(READ, OTHER)))
    await shared.condition(mine.sync, "Ready", "False", "AuthorityUnavailable")
    await shared.ready(mine.sync)
    (after,) = shared.registrations(mine.slug)
    assert after.client_id == before.client_id
    assert set(after.metadata.scopes) == {READ, OTHER}


async def waits_without_writing(world: Operated, supplier: Supplier, reason: str) -> None:
    """See the supplier told, and a try after that, since the page is there before its push is over; then see two more
    tries of which the first is over, then let the fault end."""
    await world.stage(supplier.slug, "Ordered")

    def told() -> bool:
        return any(row["reason"] == reason for row in world.page(supplier.slug).get("waiting", ()))

    await eventually(told, "the page says who is waited for")
    assert world.authority.requests.wait_for(
        world.authority.requests.count("POST", REGISTER) + 1, PATIENCE, method="POST", template=REGISTER
    )
    writes, asked = world.writes(), world.authority.requests.count("POST", REGISTER)
    assert world.authority.requests.wait_for(asked + 2, PATIENCE, method="POST", template=REGISTER)
    written = difference(writes, world.writes())
    assert (written.cluster, written.pushes) == ({}, 0), "waiting writes nothing"
    world.authority.faults.clear()
