"""`sluse preview` of one changed file among 10,000 integrations. Beside: the same with every file read and compiled."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import generated
from figures import Beside, Figure, progress, side_by_side

_ROOT = Path(__file__).parents[2]
_ORGANISATIONS, _EACH = 400, 25
_REPETITIONS = 3
_WHOLE = """
from datetime import UTC, datetime
from pathlib import Path
from sluse.catalog.git.standing import StandingClone
from sluse.wiring.collection import without_collecting
from sluse.delivery.previewing.of_clone import previewed
from sluse.delivery.previewing.preview import Known
from sluse.delivery.previewing.trees import compared
from sluse.plan.preview import text
from sluse.words.language import Language, in_language

with StandingClone(Path()) as clone, without_collecting():
    found = previewed(compared(Path().absolute(), clone, None, None, None), Known(datetime.now(UTC)), whole=True)
print("\\n".join(text.lines(found, in_language(Language.ENGLISH))))
"""


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="sluse-bench-") as temporary:
        root = Path(temporary)
        files = generated.integrations(_ORGANISATIONS, _EACH)
        progress(f"committing {len(files)} files")
        generated.write(files, root)
        shutil.copytree(_ROOT / "policies", root / "policies")
        _git(root, "init", "--quiet", "--initial-branch=main")
        _git(root, "add", "--all")
        _git(
            root, "-c", "user.name=bench", "-c", "user.email=bench@localhost.invalid", "commit", "--quiet", "-m", "all"
        )
        owner = generated.slug(7)
        changed = generated.document(owner, 3, generated.number_of(7), herid=5)
        (root / generated.document_path(owner, 3)).write_text(changed, encoding="utf-8")
        ours, whole = partial(_run, root, "-m", "sluse", "preview"), partial(_run, root, "-c", _WHOLE)
        if ours() != whole():
            raise RuntimeError("reading what the change can reach gives another answer than reading all")
        mine, all_of_it = side_by_side(_REPETITIONS, ours, whole)
        what = f"one changed file among {_ORGANISATIONS * _EACH} integrations"
        yield Figure(what, mine.wall, bar=1.5, beside=Beside("all read and compiled", all_of_it.wall))
        yield Figure("... processor", mine.cpu, beside=Beside("", all_of_it.cpu))


def _run(root: Path, *words: str) -> str:
    done = subprocess.run([sys.executable, *words], cwd=root, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"it ended with {done.returncode}: {(done.stdout + done.stderr)[-500:]}")
    return done.stdout


def _git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", root, *words], check=True, capture_output=True)
