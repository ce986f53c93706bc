"""Start-up: what everybody pays at every command. Beside: the interpreter alone."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import generated
from figures import Beside, Figure, side_by_side

_REPETITIONS = 7


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="sluse-bench-") as temporary:
        root = Path(temporary)
        generated.write(generated.integrations(2, 3), root)
        one = generated.document_path("leverandor-0001", 1)
        usage = partial(_run, root, "-m", "sluse", "--help")
        verdict = partial(_run, root, "-m", "sluse", "check", one)
        helped, checked, alone = side_by_side(_REPETITIONS, usage, verdict, partial(_run, root, "-c", "pass"))
    yield Figure("sluse --help", helped.wall, bar=0.2, beside=Beside("python -c pass", alone.wall))
    yield Figure("... its processor", helped.cpu, beside=Beside("", alone.cpu))
    yield Figure("sluse check ONE_FILE", checked.wall, bar=0.6, beside=Beside("python -c pass", alone.wall))
    yield Figure("... its processor", checked.cpu, beside=Beside("", alone.cpu))


def _run(root: Path, *words: str) -> None:
    subprocess.run([sys.executable, *words], cwd=root, check=True, capture_output=True)
