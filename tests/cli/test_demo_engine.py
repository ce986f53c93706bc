"""`sluse demo --engine pulumi`: the same story through the real Pulumi, or a sentence that says what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sluse.demo.programs import PROGRAMS
from worlds.engines import missing

SLUSE = Path(sys.executable).with_name("sluse")


def demo(surroundings: dict[str, str], path: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [SLUSE, "demo", "--engine", "pulumi"],
        env={**surroundings, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=550,
    )


def test_without_its_programs_nothing_starts_and_the_sentence_says_what_is_missing(
    surroundings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / PROGRAMS[0]).touch(mode=0o755)
    ran = demo(surroundings, str(tmp_path))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("error: --engine pulumi plays with the real Pulumi, and pulumi-resource-kubernetes ")
    assert "\nhint: install the Pulumi CLI and its Kubernetes provider" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(bool(missing()), reason="that it was not run is the last line of the run")
@pytest.mark.pulumi
@pytest.mark.timeout(600)
def test_the_story_is_the_same_with_the_real_pulumi(surroundings: dict[str, str]) -> None:
    ran = demo(surroundings, os.environ["PATH"])
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout[-2000:]
    assert ran.stdout.rstrip().endswith("facts, each seen to hold.")
