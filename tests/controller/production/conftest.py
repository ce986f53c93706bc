"""One guarded sandbox for all tests of a process; each test is a supplier of its own, and starts the operators it needs."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import pytest

from sluse.model.policy.calendar import Calendar
from worlds.applicant import Applicant
from worlds.documents import Supplier
from worlds.gated import Gated, Guarded, guarded, looked_at

_positions = itertools.count(300)


@pytest.fixture(scope="session")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    with guarded(tmp_path_factory.mktemp("harbour")) as world:
        yield world


@pytest.fixture
async def world(harbour: Guarded) -> AsyncIterator[Gated]:
    async with looked_at(harbour) as world:
        yield world
        await world.suspend(stopped=False)
    world.authority.faults.clear()
    harbour.sandbox.kubernetes.faults.clear()
    harbour.sandbox.remote.faults.back()
    harbour.policy = replace(harbour.policy, calendar=Calendar())


@pytest.fixture
def mine(world: Gated) -> Applicant:
    """A supplier whom no other test knows."""
    position = next(_positions)
    return Applicant(world, Supplier(f"fjord-{position}", position))
