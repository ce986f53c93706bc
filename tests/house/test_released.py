"""No release breaks what the one before it wrote: objects in clusters, files in git, signed records, ledgers, settings."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

from sluse_stacks import released

ROOT = Path(__file__).parents[2]


def test_nothing_that_is_released_is_broken() -> None:
    newest = released.newest(ROOT)
    assert newest is not None, "there is no released version to compare with"
    assert [str(found) for found in released.breaking(newest)] == []


def test_every_kind_and_form_is_kept_of_the_version_that_is_released() -> None:
    """What is new since then is not released yet, so it is free; what was there is kept whole."""
    newest = released.newest(ROOT)
    assert newest is not None
    kept = {str(path.relative_to(newest)) for path in newest.rglob("*.json")}
    assert kept <= released.release().keys()
    if newest.name == version("sluse"):
        assert {path for path in released.release() if path.startswith("forms/")} == {
            path for path in kept if path.startswith("forms/")
        }


def test_a_released_version_is_not_released_again() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sluse_stacks", "--release"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert (
        done.stderr == f"error: {version('sluse')} is released already\n\nhint: raise the version in pyproject.toml\n"
    )
