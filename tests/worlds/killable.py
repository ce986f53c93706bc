"""An operator's engine in a process of its own, which a test kills: `python killable.py <folder> <room> <scope> <client> ...`."""

from __future__ import annotations

import asyncio
import fcntl
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))

from sluse.catalog.yaml import plain
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.delivery.engine import Engine
from sluse.desired.stack import Stack
from sluse.model.settings import PulumiSettings
from sluse.sandbox.kube.faults import Fault
from sluse_stacks.engine.adapter import PulumiEngine
from sluse_stacks.engine.lean import Lean
from worlds.cluster import ClusterWorld
from worlds.engines import pulumi_settings
from worlds.stacks import stack

Objects = Mapping[str, dict[str, Any]]
_SETTINGS = "pulumi.json"


async def cancelled(world: ClusterWorld, engine: Engine, wanted: Stack) -> None:
    """Begin to declare a stack of `fjord`, and cancel that as soon as the cluster has something of it."""
    world.api.faults.add(Fault(latency=0.4, verb="patch", resource="helseidclients", times=None))
    declaring = asyncio.create_task(engine.declare(wanted))
    while not await world.objects("fjord"):  # noqa: ASYNC110 - the engine tells nothing while it is at work
        await asyncio.sleep(0.01)
    declaring.cancel()
    with pytest.raises(asyncio.CancelledError):
        await declaring
    world.api.faults.clear()


async def killed(
    world: ClusterWorld,
    folder: Path,
    scope: str,
    clients: tuple[str, ...],
    when: Callable[[Objects], bool],
    room: int = 300,
    *,
    settings: PulumiSettings | None = None,
    environment: Mapping[str, str] = os.environ,
) -> None:
    """Declare in a process that is killed as soon as the cluster's objects look so; writes take a while meanwhile."""
    world.kubeconfig(folder / "kubeconfig")
    known = settings or pulumi_settings(folder)
    (folder / _SETTINGS).write_text(known.model_dump_json(by_alias=True), encoding="utf-8")
    for verb in ("patch", "delete"):
        world.api.faults.add(Fault(latency=0.4, verb=verb, resource="helseidclients", times=None))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        __file__,
        str(folder),
        str(room),
        scope,
        *clients,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    while not when(await world.objects("fjord")):
        assert process.returncode is None, (await process.stderr.read()).decode() if process.stderr else ""
        await asyncio.sleep(0.01)  # a look: the process tells nothing while it is at work
    process.kill()
    await process.wait()
    await gone(known.home / "started")
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


async def main(folder: Path, room: int, scope: str, clients: list[str]) -> None:
    kubeconfig = folder / "kubeconfig"
    access = access_from_kubeconfig(plain(kubeconfig.read_text()), folder=folder)  # type: ignore[arg-type]
    async with Cluster(access, connections=4) as cluster:
        settings = PulumiSettings.model_validate_json((folder / _SETTINGS).read_bytes())
        engine = PulumiEngine(Lean(settings, kubeconfig, dict(os.environ)), cluster, room)
        await engine.declare(stack(clients=clients, scopes=(scope,)))
        await engine.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:]))
