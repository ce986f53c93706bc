"""An operator that is killed while Pulumi is at work: the next one ends where an undisturbed one ends, and nothing is left."""

from __future__ import annotations

import asyncio
import fcntl
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sluse.delivery.engine import Declared
from sluse.sandbox.kube.faults import Fault
from sluse_stacks.engine.adapter import PulumiEngine
from worlds import killable
from worlds.cluster import ClusterWorld
from worlds.engines import marks, pulumi_engine
from worlds.stacks import stack

pytestmark = [*marks("pulumi")]

SIX = ("a", "b", "c", "d", "e", "f")
OLD, NEW = "nhn:pit/api.read", "nhn:msh/api"

Objects = Mapping[str, dict[str, Any]]


async def killed(
    world: ClusterWorld, folder: Path, scope: str, clients: tuple[str, ...], when: Callable[[Objects], bool]
) -> None:
    """Declare in a process that is killed as soon as the cluster's objects look so; writes take a while meanwhile."""
    world.kubeconfig(folder / "kubeconfig")
    for verb in ("patch", "delete"):
        world.api.faults.add(Fault(latency=0.4, verb=verb, resource="helseidclients", times=None))
    process = await asyncio.create_subprocess_exec(
        sys.executable, killable.__file__, str(folder), scope, *clients, stderr=asyncio.subprocess.PIPE
    )
    while not when(await world.objects("fjord")):
        assert process.returncode is None, (await process.stderr.read()).decode() if process.stderr else ""
        await asyncio.sleep(0.01)  # a look: the process tells nothing while it is at work
    process.kill()
    await process.wait()
    await gone(folder / "home" / "started")
    world.api.faults.clear()


async def gone(marks: Path) -> None:
    """Wait until nothing of the CLI is left: it has to die without being told, and its provider with it."""
    async with asyncio.timeout(20):
        while any(map(_held, marks.glob("*"))):  # noqa: ASYNC110, ASYNC240 - the kernel tells nobody, and looking takes no time
            await asyncio.sleep(0.01)


def _held(mark: Path) -> bool:
    with mark.open("rb") as opened:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def scopes(objects: Objects) -> list[str]:
    return sorted(
        item["spec"]["registration"]["scopes"][0] for item in objects.values() if item["kind"] == "HelseIDClient"
    )


def stacks(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "state" / ".pulumi" / "stacks").rglob("*.json"))


async def converges(world: ClusterWorld, folder: Path, scope: str, clients: tuple[str, ...]) -> None:
    """The next process declares; another, which knows nothing, finds nothing to do, and Pulumi's state holds it all."""
    wanted = stack(clients=clients, scopes=(scope,))
    await pulumi_engine(world, folder).declare(wanted)
    names = {f"HelseIDClient/fjord.journal.{each}" for each in clients} | {"Integration/fjord.journal"}
    assert (await world.objects("fjord")).keys() == names
    assert scopes(await world.objects("fjord")) == [scope] * len(clients)
    again = pulumi_engine(world, folder)
    assert await again.declare(wanted) == Declared((), ())
    assert isinstance(again, PulumiEngine)
    assert len((await again._state("test.fjord")).objects) == len(names)


async def test_killed_while_it_creates(world: ClusterWorld, tmp_path: Path) -> None:
    await killed(world, tmp_path, OLD, SIX, lambda objects: len(objects) >= 1)
    await converges(world, tmp_path, OLD, SIX)


async def test_killed_while_it_creates_what_nobody_wants_any_more_afterwards(
    world: ClusterWorld, tmp_path: Path
) -> None:
    await killed(world, tmp_path, OLD, SIX, lambda objects: len(objects) >= 1)
    await converges(world, tmp_path, NEW, ("z",))


async def test_killed_while_it_changes(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, NEW, SIX, lambda objects: NEW in scopes(objects))
    await converges(world, tmp_path, NEW, SIX)


async def test_killed_while_it_changes_and_then_changed_back(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, NEW, SIX, lambda objects: NEW in scopes(objects))
    await converges(world, tmp_path, OLD, SIX)


async def test_killed_while_it_deletes(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, OLD, ("a",), lambda objects: len(objects) < len(SIX) + 1)
    await converges(world, tmp_path, OLD, ("a",))


async def test_killed_while_it_deletes_and_then_wanted_again(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, OLD, ("a",), lambda objects: len(objects) < len(SIX) + 1)
    await converges(world, tmp_path, OLD, SIX)


async def test_a_declaration_that_is_cancelled_stops_its_cli_and_the_next_converges(
    world: ClusterWorld, tmp_path: Path
) -> None:
    engine = pulumi_engine(world, tmp_path)
    world.api.faults.add(Fault(latency=0.4, verb="patch", resource="helseidclients", times=None))
    declaring = asyncio.create_task(engine.declare(stack(clients=SIX, scopes=(OLD,))))
    while not await world.objects("fjord"):  # noqa: ASYNC110 - the engine tells nothing while it is at work
        await asyncio.sleep(0.01)
    declaring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await declaring
    world.api.faults.clear()
    await converges(world, tmp_path, OLD, SIX)


async def test_of_an_organisation_that_left_the_backend_keeps_nothing(world: ClusterWorld, tmp_path: Path) -> None:
    engine = pulumi_engine(world, tmp_path)
    nothing = replace(stack(), resources=())
    assert await engine.declare(nothing) == Declared((), ())
    assert stacks(tmp_path) == []  # none is made for nothing
    await engine.declare(stack())
    assert stacks(tmp_path) == ["test.fjord.json"]
    await engine.declare(nothing)
    assert await world.objects("fjord") == {}
    assert stacks(tmp_path) == []
    await engine.declare(stack())
    await converges(world, tmp_path, OLD, ("sync",))
