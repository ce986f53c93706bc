"""The engines that one suite is run on. To add one: a row in `ENGINES`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.engine import Engine
from sluse.sandbox.tls import Certificates, issue
from worlds.cluster import ClusterWorld, cluster_world
from worlds.engines import marks, missing, pulumi_engine

Make = Callable[[ClusterWorld, Path], Engine]

ENGINES: Mapping[str, Make] = {
    "embedded": lambda world, _: EmbeddedEngine(world.operator),
    "pulumi": pulumi_engine,
}


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def world(certificates: Certificates) -> AsyncIterator[ClusterWorld]:
    async with cluster_world(certificates) as world:
        yield world


@pytest.fixture(params=[pytest.param(name, marks=marks(name)) for name in ENGINES if name not in missing()])
def start(request: pytest.FixtureRequest, world: ClusterWorld, tmp_path: Path) -> Callable[[], Engine]:
    """Start an engine, as another start of the process would."""
    make = ENGINES[request.param]
    return lambda: make(world, tmp_path)


@pytest.fixture
def engine(start: Callable[[], Engine]) -> Engine:
    return start()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Any:
    return request.node.callspec.params["start"]
