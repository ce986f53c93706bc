"""The engines that one suite is run on. To add one: a row in `ENGINES`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.engine import Engine
from sluse.sandbox.tls import Certificates, issue
from worlds.cluster import ClusterWorld, cluster_world

ENGINES: Mapping[str, Callable[[ClusterWorld], Engine]] = {
    "embedded": lambda world: EmbeddedEngine(world.operator),
}


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def world(certificates: Certificates) -> AsyncIterator[ClusterWorld]:
    async with cluster_world(certificates) as world:
        yield world


@pytest.fixture(params=ENGINES)
def start(request: pytest.FixtureRequest, world: ClusterWorld) -> Callable[[], Engine]:
    """Start an engine, as another start of the process would."""
    make = ENGINES[request.param]
    return lambda: make(world)


@pytest.fixture
def engine(start: Callable[[], Engine]) -> Engine:
    return start()


@pytest.fixture
def name(request: pytest.FixtureRequest) -> Any:
    return request.node.callspec.params["start"]
