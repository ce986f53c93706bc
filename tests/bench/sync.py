"""What one merged change costs the operator before anything is asked of the cluster, at 1,000 and at 10,000 integrations.

In processor seconds of the operator and of its git, from the fetch to the stacks that are to be declared: the operator's own
sync (`syncing.py`), each size in a process of its own.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from figures import Beside, Figure, Sample, progress

_SMALL, _LARGE, _EACH = 1_000, 10_000, 5
_ROWS: tuple[tuple[str, str, str, float | None], ...] = (
    ("change", "a merged change: until its stacks are known", "s", 0.35),
    ("git", "... of which git's processes", "s", None),
    ("production", "... compiled for production, where nobody has signed yet", "s", None),
    ("nothing", "the first commit, from nothing", "s", None),
    ("memory", "memory", "MiB", None),
)


def measure() -> Iterator[Figure]:
    small, large = _measured(_SMALL), _measured(_LARGE)
    for name, what, unit, bar in _ROWS:
        beside = Beside(f"{_SMALL} present", Sample(tuple(small[name])))
        yield Figure(f"{what}, {_LARGE} present", Sample(tuple(large[name])), unit, bar, beside)


def _measured(integrations: int) -> Mapping[str, Sequence[float]]:
    progress(f"{integrations} integrations")
    program = Path(__file__).with_name("syncing.py")
    with tempfile.TemporaryDirectory(prefix="sluse-bench-") as folder:
        words = [sys.executable, str(program), folder, str(integrations // _EACH), str(_EACH)]
        done = subprocess.run(words, check=True, stdout=subprocess.PIPE)
    found: Mapping[str, Sequence[float]] = json.loads(done.stdout)
    return found
