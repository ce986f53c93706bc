"""A world of a test's own in which something is about to be lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from sluse.sandbox.sandbox import Sandbox
from worlds.documents import Supplier
from worlds.operated import Operated, begun, looked_at

MINE, NEIGHBOUR = Supplier("fjord", 1), Supplier("nabo", 2)


@pytest.fixture
def mine() -> Supplier:
    return MINE


@pytest.fixture
def neighbour() -> Supplier:
    return NEIGHBOUR


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with begun(tmp_path, MINE.everything(), NEIGHBOUR.everything()) as opened:
        yield opened


@pytest.fixture
async def world(sandbox: Sandbox) -> AsyncIterator[Operated]:
    async with looked_at(sandbox) as opened:
        yield opened
