"""`sluse demo`: the whole story, with everything it starts and ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from figures import Figure, side_by_side

_REPETITIONS = 3


def measure() -> Iterator[Figure]:
    (played,) = side_by_side(_REPETITIONS, _play)
    yield Figure("sluse demo", played.wall, bar=15)


def _play() -> None:
    done = subprocess.run([sys.executable, "-m", "sluse", "demo"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the demo ended with {done.returncode}: {(done.stdout + done.stderr)[-1000:]}")
