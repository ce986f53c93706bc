"""An operator's engine in a process of its own, which a test kills: `python killable.py <folder> <scope> <client> ...`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from sluse.catalog.yaml import plain
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.leadership.fence import ever_open
from sluse_stacks.engine import opened
from worlds.engines import pulumi_settings
from worlds.stacks import stack


async def main(folder: Path, scope: str, clients: list[str]) -> None:
    kubeconfig = folder / "kubeconfig"
    access = access_from_kubeconfig(plain(kubeconfig.read_text()), folder=folder)  # type: ignore[arg-type]
    async with (
        Cluster(access, connections=4) as cluster,
        opened(pulumi_settings(folder), cluster, kubeconfig, dict(os.environ), ever_open()) as engine,
    ):
        await engine.declare(stack(clients=clients, scopes=(scope,)))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
