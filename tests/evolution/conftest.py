"""Worlds that operators of released versions left, each under an operator of this one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from worlds.gated import Gated, Guarded, looked_at
from worlds.recorded import Recorded, put_back

FOLDER = Path(__file__).parents[1] / "golden" / "worlds"
RELEASED = sorted(FOLDER.glob("*.json"))


@pytest.fixture(params=RELEASED, ids=lambda path: path.stem)
def recorded(request: pytest.FixtureRequest) -> Recorded:
    found: Recorded = json.loads(request.param.read_text(encoding="utf-8"))
    return found


@pytest.fixture
def left(recorded: Recorded, tmp_path: Path) -> Iterator[Guarded]:
    with put_back(recorded, tmp_path) as guarded:
        yield guarded


@pytest.fixture
async def world(left: Guarded) -> AsyncIterator[Gated]:
    async with looked_at(left) as opened:
        yield opened
