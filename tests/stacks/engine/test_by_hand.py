"""A person's own `pulumi up` of an organisation's stack that is killed: its lock is told and left, and what it was in the middle of is found out."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from sluse.delivery.engine import Declared
from sluse.errors import EngineError
from sluse.sandbox.kube.faults import Fault
from sluse_stacks import objects
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.serving import served
from sluse_stacks.engine.surroundings import surroundings
from worlds.cluster import ClusterWorld
from worlds.engines import held, marks, pulumi_engine, pulumi_settings
from worlds.stacks import stack

pytestmark = [*marks("pulumi")]

STACK = "test.fjord"
THREE = ("a", "b", "c")


def surrounding(folder: Path, kubeconfig: Path | None = None) -> Mapping[str, str]:
    """Return what a person's CLI runs in: it writes checkpoints."""
    settings = pulumi_settings(folder)
    known = {**surroundings(settings, kubeconfig, os.environ), "PULUMI_HOME": str(settings.home)}
    return {name: value for name, value in known.items() if name != "PULUMI_SKIP_CHECKPOINTS"}


async def carried_out(hint: str, folder: Path) -> None:
    """Do what the hint says, in a shell and where there is nothing but its words: no passphrase, no project."""
    command = hint.removeprefix("if that process is dead: ").partition(";")[0]
    empty = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    process = await asyncio.create_subprocess_shell(command, cwd=folder, env=empty)
    assert await process.wait() == 0


@asynccontextmanager
async def by_hand(world: ClusterWorld, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a whole program as a person does, by a CLI that nobody ties to anything."""
    work, environment = folder / "home" / "work", surrounding(folder, world.kubeconfig(folder / "kubeconfig"))
    with served(lambda: objects.declare(stack(clients=THREE).resources), lambda _: None) as addresses:
        process = await asyncio.create_subprocess_exec(
            "pulumi",
            "--non-interactive",
            "up",
            "--yes",
            "--skip-preview",
            *addresses,
            "--stack",
            STACK,
            cwd=work,
            env=environment,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()


def pending(folder: Path) -> list[Mapping[str, Any]]:
    """Return what the state in the folder says was under way."""
    (kept,) = (folder / "state" / ".pulumi" / "stacks").rglob("test.fjord.json")
    latest = json.loads(kept.read_text(encoding="utf-8"))["checkpoint"]["latest"]
    return list(latest.get("pending_operations") or ())


async def test_killed_in_the_middle(world: ClusterWorld, tmp_path: Path) -> None:
    lean = Lean(pulumi_settings(tmp_path), None, dict(os.environ))
    lean.open()
    lean.init(STACK)
    world.api.faults.add(Fault(latency=0.5, verb="patch", resource="helseidclients", times=None))
    async with by_hand(world, tmp_path) as process:
        while not await world.objects("fjord") or not pending(tmp_path):
            assert process.returncode is None
            await asyncio.sleep(0.01)  # a look: it tells nobody
        process.kill()
    world.api.faults.clear()
    assert pending(tmp_path)
    with pytest.raises(
        EngineError, match=rf"stack test\.fjord is locked by \S+ \(process {process.pid}\) since"
    ) as told:
        await pulumi_engine(world, tmp_path).declare(stack(clients=THREE))
    await carried_out(str(told.value.hint), tmp_path)
    await pulumi_engine(world, tmp_path).declare(stack(clients=THREE))
    assert (await world.objects("fjord")).keys() == {
        "Integration/fjord.journal",
        *(f"HelseIDClient/fjord.journal.{each}" for each in THREE),
    }
    assert await pulumi_engine(world, tmp_path).declare(stack(clients=THREE)) == Declared((), ())
    assert pending(tmp_path) == []
    assert held(tmp_path)[STACK] == ["fjord.journal", *(f"fjord.journal.{each}" for each in THREE)]
