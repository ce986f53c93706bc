"""Operators of production as processes: killed between configure and open at any point, stopped, side by side, unarmed."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from dataclasses import replace

import pytest

from sluse.demo.expect import PATIENCE
from sluse.desired.access import operator_user
from sluse.model.names import Environment
from sluse.registrar.withheld import KID_PREFIX
from sluse.sandbox.kube.faults import Fault
from sluse.sandbox.remote.faults import Fault as RemoteFault
from worlds.applicant import Applicant
from worlds.gated import PRODUCTION, Gated, settings_of
from worlds.processes import ended, process
from worlds.running import Running

REGISTER, CLIENT = "/connect/register", "/connect/register/{client_id}"
TEST = Environment.TEST


async def before_the_post(world: Gated, _: Applicant) -> None:
    """The intent is durable; the authority has not been asked for anything yet."""
    gate = world.authority.faults.hold(method="POST", path=REGISTER)
    await world.merge()
    assert await asyncio.to_thread(gate.arrived, PATIENCE)


async def before_the_anchor(world: Gated, _: Applicant) -> None:
    """The authority has registered, and nobody remembers the credential."""
    user = operator_user(PRODUCTION)
    fault = Fault(resource="secrets", verb="create", username=user, hang_up="before", latency=3600, times=None)
    world.sandbox.kubernetes.faults.add(fault)
    before = world.authority.requests.count("POST", REGISTER)
    await world.merge()
    wait = world.authority.requests.wait_for
    assert await asyncio.to_thread(wait, before + 1, PATIENCE, method="POST", template=REGISTER, status=201)


async def before_the_keys(world: Gated, mine: Applicant) -> None:
    """It is configured, the moment has come, and the real keys are on their way."""
    await configured(world, mine)
    gate = world.authority.faults.hold(method="PUT", path=REGISTER)
    await the_moment_comes(world)
    assert await asyncio.to_thread(gate.arrived, PATIENCE)


async def before_it_is_noted(world: Gated, mine: Applicant) -> None:
    """It is open at the authority, and neither the ledger nor anybody else knows."""
    await configured(world, mine)
    user = operator_user(PRODUCTION)
    fault = Fault(resource="configmaps", verb="update", username=user, hang_up="before", latency=3600, times=None)
    gate = world.authority.faults.hold(method="PUT", path=REGISTER)
    await the_moment_comes(world)
    assert await asyncio.to_thread(gate.arrived, PATIENCE)
    world.sandbox.kubernetes.faults.add(fault)
    await let_through(world, gate)


async def before_the_push(world: Gated, mine: Applicant) -> None:
    """It is open and noted; the status branch does not answer."""
    await configured(world, mine)
    gate = world.authority.faults.hold(method="PUT", path=REGISTER)
    await the_moment_comes(world)
    assert await asyncio.to_thread(gate.arrived, PATIENCE)
    world.sandbox.remote.faults.gone(RemoteFault.SILENT)
    await let_through(world, gate)


async def configured(world: Gated, mine: Applicant) -> None:
    await world.merge()
    await world.stage(mine.slug, "Configured")


async def the_moment_comes(world: Gated) -> None:
    world.later(days=31)
    await world.ask_for_sync()


async def let_through(world: Gated, gate: object) -> None:
    before = world.authority.requests.count("PUT", CLIENT)
    gate.open()  # type: ignore[attr-defined]
    wait = world.authority.requests.wait_for
    assert await asyncio.to_thread(wait, before + 1, PATIENCE, method="PUT", template=CLIENT)


EARLY = (before_the_post, before_the_anchor)
POINTS = (*EARLY, before_the_keys, before_it_is_noted, before_the_push)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point.__name__)
async def test_killed_at_any_point_the_next_one_converges_and_opens_nothing_early(
    world: Gated, mine: Applicant, point: object
) -> None:
    assert callable(point)
    mine.ordered_and_accepted()
    with process(world) as running:
        await point(world, mine)
        code, said = ended(world, running, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert not any("Traceback" in line for line in said)
    world.authority.faults.clear()
    world.sandbox.kubernetes.faults.clear()
    world.sandbox.remote.faults.back()
    with world.operator():
        if point in EARLY:
            page = await world.stage(mine.slug, "Configured")
            held = world.registrations(mine.slug)
            assert usable(held) == [], "nothing is open before its moment"
            body = await world.client(mine.resource)
            named = [row for row in body["status"]["conditions"] if row["type"] == "PossibleOrphan"]
            assert len(held) - 1 <= len(named), "what is left over is named"
            await the_moment_comes(world)
        page = await world.stage(mine.slug, "Live")
    assert usable(world.registrations(mine.slug)) == [page["clients"][0]["clientId"]]
    assert (await mine.token(page["clients"][0]["clientId"])).status == 200


async def test_two_environments_side_by_side_never_touch_each_other(world: Gated, mine: Applicant) -> None:
    mine.ordered_and_accepted()
    tests = replace(world, environment=TEST)
    with world.operator(), Running(settings_of(world.sandbox, TEST), world.sandbox.clock.now):
        await tests.merge()
        await world.ask_for_sync()
        await tests.ask_for_sync()  # its first look may have been before the merge
        await tests.stage(mine.slug, "TestReady")
        await world.stage(mine.slug, "Configured")
        await the_moment_comes(world)
        await world.stage(mine.slug, "Live")
    both = {each: usable(replace(world, environment=each).registrations(mine.slug)) for each in Environment}
    assert {each: len(found) for each, found in both.items()} == {TEST: 1, PRODUCTION: 1}
    assert f"{TEST.value}/" in tests.registrations(mine.slug)[0].metadata.client_name
    makers = {
        each: {held.registered_by for held in replace(world, environment=each).registrations(mine.slug)}
        for each in Environment
    }
    assert makers == {each: {f"operator-{each.value}"} for each in Environment}
    refused = [line for line in world.sandbox.kubernetes.requests.snapshot() if line.code == 403]
    assert refused == [], "what an operator asks for in the other's namespace is forbidden, and neither asked"


def test_production_without_roots_refuses_to_start_in_one_sentence(world: Gated) -> None:
    settings = world.settings.model_copy(update={"roots": None})
    file = world.sandbox.directory / "settings-without-roots.json"
    file.write_text(settings.model_dump_json(by_alias=True))
    before = world.writes()
    ran = subprocess.run(
        [sys.executable, "-m", "sluse", "run", "--settings", str(file)],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    assert ran.returncode != 0
    assert ran.stdout == ""
    assert ran.stderr.startswith("error: production needs root keys")
    assert "Traceback" not in ran.stderr
    assert world.writes() == before


def usable(held: tuple[object, ...]) -> list[str]:
    return [each.client_id for each in held if not each.metadata.keys[0].kid.startswith(KID_PREFIX)]  # type: ignore[attr-defined]
