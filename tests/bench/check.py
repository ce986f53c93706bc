"""`sluse check` of 10,000 files, and of one changed among them. Beside: kubeconform on the same folder, where it is on PATH.

kubeconform reads the documents only: it knows no JWK Sets, which `sluse check` reads and judges too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import generated
from figures import Beside, Figure, progress, side_by_side

_REPETITIONS = 3
_SHAPES = (
    ("10,000 files: 400 organisations, 4,800 integrations and key files", 12, False),
    ("10,000 documents of 1.0 KB: 400 organisations, 9,600 integrations; 9,600 key files besides", 24, False),
    ("10,000 documents of 1.9 KB; 9,600 key files besides", 24, True),
)
_ORGANISATIONS = 400


def measure() -> Iterator[Figure]:
    program = shutil.which("kubeconform")
    for what, each, with_login in _SHAPES:
        with tempfile.TemporaryDirectory(prefix="sluse-bench-") as temporary:
            root = Path(temporary, "repository")
            files = generated.integrations(_ORGANISATIONS, each, with_login=with_login)
            progress(f"writing {len(files)} files")
            generated.write(files, root)
            yield from _figures(what, root, program)


def _figures(what: str, root: Path, program: str | None) -> Iterator[Figure]:
    known = _with_one_changed(root)
    check = partial(_run, root, sys.executable, "-m", "sluse", "check", "--no-index")
    if program is None:
        mine, ours = side_by_side(_REPETITIONS, known, check)
        yield Figure(what, ours.wall, bar=4.0, note="kubeconform is not on PATH: that side was not run")
        yield Figure("... one changed since the last check", mine.wall, bar=0.8)
        yield Figure("... processor", mine.cpu, beside=Beside("all anew", ours.cpu))
        return
    schemas = _schemas(root)
    other = partial(
        _run, root, program, "-summary", "-strict", "-schema-location", f"{schemas}/{{{{.ResourceKind}}}}.json",
        "-ignore-filename-pattern", r"\.jwks\.json$", "integrations",
    )  # fmt: skip
    mine, ours, theirs = side_by_side(_REPETITIONS, known, check, other)
    yield Figure(what, ours.wall, bar=4.0, beside=Beside("kubeconform, documents only", theirs.wall, bar=0.6))
    yield Figure("... processor", ours.cpu, beside=Beside("", theirs.cpu))
    changed = Beside("kubeconform, which has no memory", theirs.wall, bar=0.6)
    yield Figure("... one changed since the last check", mine.wall, bar=0.8, beside=changed)
    yield Figure("... processor", mine.cpu, beside=Beside("", theirs.cpu))


def _with_one_changed(root: Path) -> Callable[[], None]:
    """Return a check before which one file is changed; the verdicts on all else are known."""
    changed = root / generated.document_path(generated.slug(7), 3)
    words = ("env", f"XDG_CACHE_HOME={root.parent / 'cache'}", sys.executable, "-m", "sluse", "check", "--index")

    def known() -> None:
        with changed.open("a") as file:
            file.write("#\n")
        _run(root, *words)

    known()
    return known


def _schemas(root: Path) -> Path:
    folder = root / "schemas"
    folder.mkdir()
    for kind in ("Organisation", "ServiceIntegration"):
        words = [sys.executable, "-m", "sluse", "schema", kind]
        printed = subprocess.run(words, check=True, capture_output=True, text=True).stdout
        json.loads(printed)
        (folder / f"{kind.lower()}.json").write_text(printed)
    return folder


def _run(root: Path, *words: str) -> None:
    done = subprocess.run(words, cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:4])} ended with {done.returncode}: {(done.stdout + done.stderr)[-500:]}")
