"""How an operator ends: killed at any moment, asked to, for want of a ledger, or beside another one."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sluse.demo.expect import PATIENCE, eventually
from sluse.errors import LedgerMissing, NotFound
from sluse.registrar.withheld import KID_PREFIX
from sluse.sandbox.kube.faults import Fault
from sluse.sandbox.remote.faults import Fault as RemoteFault
from sluse.sandbox.sandbox import Sandbox
from worlds.documents import Supplier
from worlds.operated import OPERATOR, TEST, Operated, Writes, difference, looked_at
from worlds.processes import ended, process
from worlds.running import quiet

REGISTER, CLIENT = "/connect/register", "/connect/register/{client_id}"


async def before_the_post(world: Operated) -> None:
    """The intents are durable; the authority has not been asked for anything yet."""
    gate = world.authority.faults.hold(method="POST", path=REGISTER, times=2)
    assert await asyncio.to_thread(gate.arrived, PATIENCE)


async def before_the_anchor(world: Operated) -> None:
    """The authority has registered, and nobody remembers the credential."""
    world.sandbox.kubernetes.faults.add(
        Fault(resource="secrets", verb="create", username=OPERATOR, hang_up="before", latency=3600, times=None)
    )
    wait = world.authority.requests.wait_for
    assert await asyncio.to_thread(wait, 2, PATIENCE, method="POST", template=REGISTER, status=201)


async def before_the_keys(world: Operated) -> None:
    """The anchors of both are durable; the real keys are not registered yet."""
    gate = world.authority.faults.hold(method="PUT", path=REGISTER, times=2)
    assert await asyncio.to_thread(gate.arrived, PATIENCE)
    kept = world.sandbox.kubernetes.requests
    await eventually(lambda: kept.count(verb="create", resource="secrets") >= 2, "both credentials are kept")


async def before_the_push(world: Operated) -> None:
    """Everything is registered; the status branch does not answer."""
    gate = world.authority.faults.hold(method="PUT", path=REGISTER, times=2)
    assert await asyncio.to_thread(gate.arrived, PATIENCE)
    world.sandbox.remote.faults.gone(RemoteFault.SILENT)
    gate.open()
    wait = world.authority.requests.wait_for
    assert await asyncio.to_thread(wait, 2, PATIENCE, method="PUT", template=CLIENT, status=200)


@pytest.mark.parametrize("point", [before_the_post, before_the_anchor, before_the_keys, before_the_push])
async def test_killed_at_any_point_the_next_one_converges(
    world: Operated, mine: Supplier, neighbour: Supplier, point: object
) -> None:
    assert callable(point)
    with process(world) as running:
        await point(world)
        code, said = ended(world, running, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not any("Traceback" in line for line in said)
    world.authority.faults.clear()
    world.sandbox.kubernetes.faults.clear()
    world.sandbox.remote.faults.back()
    with world.operator():
        bodies = await world.ready(mine.sync, neighbour.sync)
        await world.stage(mine.slug, "TestReady")
    for supplier, body in zip((mine, neighbour), bodies, strict=True):
        held = world.registrations(supplier.slug)
        usable = [each for each in held if not each.metadata.keys[0].kid.startswith(KID_PREFIX)]
        assert [each.client_id for each in usable] == [body["status"]["clientId"]]
        named = [row for row in body["status"]["conditions"] if row["type"] == "PossibleOrphan"]
        assert len(held) - 1 <= len(named), "what is left over is named, and nobody can use it"
        assert not named or point in (before_the_post, before_the_anchor)


async def test_asked_to_end_it_ends_cleanly_and_says_nothing(world: Operated, mine: Supplier) -> None:
    with process(world) as running:
        await world.ready(mine.sync)
        code, said = ended(world, running, signal.SIGTERM)
    assert code == 0
    assert [line for line in said if " INFO " not in line] == []


async def test_asked_to_end_it_finishes_what_it_has_begun_at_the_authority_and_publishes_it(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    gate = world.authority.faults.hold(method="POST", path=REGISTER, times=2)
    with world.operator() as operator:
        assert await asyncio.to_thread(gate.arrived, PATIENCE)
        operator.ask_to_end()
        gate.open()
    begun = [supplier for supplier in (mine, neighbour) if world.registrations(supplier.slug)]
    assert begun
    for supplier in begun:
        (registration,) = world.registrations(supplier.slug)
        assert not registration.metadata.keys[0].kid.startswith(KID_PREFIX)
        assert [client["clientId"] for client in world.page(supplier.slug)["clients"]] == [registration.client_id]


async def test_asked_to_end_it_finishes_declaring_a_stack_and_remembers_that(world: Operated, mine: Supplier) -> None:
    faults = world.sandbox.kubernetes.faults
    faults.add(Fault(resource="helseidclients", verb="patch", username=OPERATOR, latency=1.0))
    with world.operator() as operator:
        await eventually(lambda: not faults.pending(), "a stack is being declared")
        operator.ask_to_end()
    assert (await world.client(mine.sync))["spec"]
    assert (await world.held(mine.slug))["declared"]
    before = world.writes()
    with world.operator() as operator:
        await world.ready(mine.sync)
        await quiet(operator)
    assert "helseidclients" not in difference(before, world.writes()).cluster, "it is not declared again"


async def test_asked_to_end_before_a_stack_was_tried_its_notes_are_not_written_and_the_next_one_makes_them_anew(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    """They say what HEAD says, so nothing is lost but since when."""
    text = mine.integration()[mine.path()]
    assert text is not None
    await world.merge({mine.path(): text.replace(mine.number, Supplier("nobody", 600).number)})
    for resource in ("helseidclients", "integrations"):
        world.sandbox.kubernetes.faults.add(
            Fault(resource=resource, verb="patch", username=OPERATOR, hang_up="before", latency=3600, times=None)
        )
    asked = world.sandbox.kubernetes.requests
    with world.operator() as operator:
        await eventually(lambda: asked.count(verb="create", resource="configmaps"), "a stack is being declared")
        operator.ask_to_end()
    for supplier in (mine, neighbour):
        with pytest.raises(NotFound):
            await world.held(supplier.slug)
    world.sandbox.kubernetes.faults.clear()

    def told() -> bool:
        found = world.main.git("ls-tree", world.main.tip(TEST.status_branch), "--", f"{mine.slug}/journal.json")
        rows = world.page(mine.slug).get("waiting", ()) if found else ()
        return [row["reason"] for row in rows] == ["SourceInvalid"]

    with world.operator():
        await world.ready(neighbour.sync)
        await eventually(told, "the page says that the file is wrong")


@pytest.fixture
async def unbegun(tmp_path: Path) -> AsyncIterator[Operated]:
    """A sandbox whose ledger nobody has begun."""
    with_sandbox = await asyncio.to_thread(Sandbox(tmp_path, poll="24h").__enter__)
    try:
        async with looked_at(with_sandbox) as world:
            yield world
    finally:
        with_sandbox.__exit__(None, None, None)


async def test_without_a_ledger_it_writes_nothing_and_says_what_to_do(unbegun: Operated) -> None:
    unbegun.main.commit(Supplier("fjord", 0).everything())
    with process(
        unbegun, "sluse", "run", "--settings", str(unbegun.sandbox.directory / "settings-test.json")
    ) as running:
        code, said = ended(unbegun, running)
    assert code == 2
    said = [line for line in said if " INFO " not in line]
    assert [line.partition(":")[0] for line in said] == ["error", "hint"]
    assert "sluse ledger init -e test" in said[1]
    assert unbegun.writes() == Writes({}, {}, 0)
    assert unbegun.registrations() == ()
    with pytest.raises(LedgerMissing), unbegun.operator():
        pass
