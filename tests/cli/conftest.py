"""`sluse` as a process of its own, in an environment of nobody's; and `sluse check`, in this one, on the good tree."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sluse.cli import main

SLUSE = Path(sys.executable).with_name("sluse")
GOOD = Path(__file__).parents[1] / "fixtures" / "good"

Started = Callable[..., "subprocess.Popen[str]"]
Ran = Callable[..., "subprocess.CompletedProcess[str]"]
Check = Callable[..., Result]


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Where the processes put their temporary files."""
    made = tmp_path / "temporary"
    made.mkdir()
    return made


@pytest.fixture
def surroundings(tmp_path: Path, temporary: Path) -> dict[str, str]:
    return {"PATH": os.defpath, "HOME": str(tmp_path), "TMPDIR": str(temporary), "COLUMNS": "100", "LC_ALL": "C.UTF-8"}


@pytest.fixture
def start(tmp_path: Path, surroundings: dict[str, str]) -> Iterator[Started]:
    """Start `sluse`, or another program of ours; what still runs at the end of the test is ended."""
    with ExitStack() as stack:

        def started(*words: str | Path, program: Path = SLUSE) -> subprocess.Popen[str]:
            process = stack.enter_context(
                subprocess.Popen(
                    [program, *words],
                    cwd=tmp_path,
                    env=surroundings,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)  # last in, first out: it is waited for after that
            return process

        yield started


@pytest.fixture
def sluse(start: Started) -> Ran:
    """Run `sluse` to its end."""

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        process = start(*words)
        out, err = process.communicate(timeout=60)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    return run


@pytest.fixture
def good(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with the good tree, as the current directory."""
    shutil.copytree(GOOD, tmp_path / "repository")
    (tmp_path / "repository" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "repository")
    return tmp_path / "repository"


@pytest.fixture
def check() -> Check:
    def run(*arguments: str | Path, **environment: str) -> Result:
        return CliRunner(env=environment).invoke(main, ["check", *map(str, arguments)])

    return run
