from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from worlds.production import Production
from worlds.publishing import CONFIGURED, OPENS, Publishing


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Publishing:
    world = Publishing.begun(tmp_path_factory.mktemp("first"), Production.accepted(at=CONFIGURED))
    asyncio.run(_configure(world))
    return world


@pytest.fixture(scope="session")
def second(first: Publishing, tmp_path_factory: pytest.TempPathFactory) -> Publishing:
    world = first.copied(tmp_path_factory.mktemp("second"))
    asyncio.run(world.step(OPENS))
    return world


@pytest.fixture
def configured(first: Publishing, tmp_path: Path) -> Publishing:
    """A service that is configured in October, which is published."""
    return first.copied(tmp_path)


@pytest.fixture
def world(second: Publishing, tmp_path: Path) -> Publishing:
    """The same service, opened when its plan says."""
    return second.copied(tmp_path)


async def _configure(world: Publishing) -> None:
    await world.genesis()
    await world.step()
