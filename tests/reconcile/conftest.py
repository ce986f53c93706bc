from __future__ import annotations

import pytest

from worlds.converging import World


@pytest.fixture
def world() -> World:
    return World()
