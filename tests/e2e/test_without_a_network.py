"""The whole story, both operators included, where there is loopback and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from airgapped.confined import SLUSE, confined, may


@pytest.mark.timeout(300)
def test_the_story_needs_no_network_and_looks_for_none(tmp_path: Path) -> None:
    may()
    code, left, said = confined(tmp_path, SLUSE, "demo", "--output", "json")
    assert code == 0, said[-2000:]
    assert left == 0
