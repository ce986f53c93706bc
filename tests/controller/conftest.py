"""Two kinds of world: one that all quiet tests of a process share, and one of a test's own.

In the shared one an operator runs all the time, and each test is a supplier of its own beside its neighbours.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sluse.model.settings import Timing
from sluse.sandbox.sandbox import Sandbox
from worlds.documents import Supplier
from worlds.operated import Operated, begun, looked_at, settings_of
from worlds.running import Running

NEIGHBOUR = Supplier("nabo", 900)
PATIENT = Timing(drift=100_000, retry_first=1, retry_most=1)

_positions = itertools.count()


@pytest.fixture
def mine() -> Supplier:
    """A supplier whom no other test knows."""
    position = next(_positions)
    return Supplier(f"fjord-{position}", position)


@pytest.fixture
def neighbour() -> Supplier:
    return NEIGHBOUR


@pytest.fixture(scope="session")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with (
        begun(tmp_path_factory.mktemp("town"), NEIGHBOUR.everything()) as sandbox,
        Running(settings_of(sandbox, PATIENT), sandbox.clock.now),
    ):
        yield sandbox


@pytest.fixture
async def shared(town: Sandbox) -> AsyncIterator[Operated]:
    """The operator runs, the neighbour is registered; faults that a test left behind are gone."""
    async with looked_at(town, PATIENT) as world:
        await world.ready(NEIGHBOUR.sync)
        yield world
    world.authority.faults.clear()
    town.remote.faults.back()
    town.kubernetes.faults.clear()


@pytest.fixture
def sandbox(tmp_path: Path, mine: Supplier) -> Iterator[Sandbox]:
    with begun(tmp_path, NEIGHBOUR.everything(), mine.everything()) as opened:
        yield opened


@pytest.fixture
async def world(sandbox: Sandbox) -> AsyncIterator[Operated]:
    """A world of the test's own: both suppliers are merged, no operator has run."""
    async with looked_at(sandbox) as opened:
        yield opened
