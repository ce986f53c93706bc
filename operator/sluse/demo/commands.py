"""The people's commands: each is a process of its own, forked from one that has imported what commands need.

A fresh interpreter spends most of such a command on imports, which thirty commands would pay thirty times. What runs is
the command line itself, with its own arguments, folder, environment and streams.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import runpy
import sys
import tempfile
from collections.abc import Mapping
from multiprocessing import forkserver
from pathlib import Path

_PROGRAM = "sluse.cli.in_sandbox"
_IMPORTED = (
    "sluse.delivery.acceptance_run",
    "sluse.delivery.deciding.draft",
    "sluse.delivery.deciding.countersign",
    "sluse.delivery.verdicts",
    "sluse.delivery.verifying.story",
    "sluse.ledger.overview",
    "sluse.rules.judge",
    "sluse.signing.ssh_keygen",
    "sluse.wiring.parts",
)
_LONGEST = 60.0  # seconds
_LONGEST_FOLDER = 60  # octets: a socket's name may have 107, and Python adds to its folder's
_FORKED = multiprocessing.get_context("forkserver")


def prepare() -> None:
    """Start the process that commands are forked from; it ends with this one."""
    _FORKED.set_forkserver_preload([*_IMPORTED])
    asked = tempfile.tempdir
    if len(tempfile.gettempdir()) > _LONGEST_FOLDER:
        tempfile.tempdir = "/tmp"  # noqa: S108 - only a folder of our own is made there
    try:
        forkserver.ensure_running()
    finally:
        tempfile.tempdir = asked


def run(words: tuple[str, ...], folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Run the command line; return its exit code, stdout and stderr. TimeoutError where it does not end."""
    with tempfile.TemporaryDirectory(prefix="sluse-command-") as directory:
        streams = Path(directory) / "out", Path(directory) / "err"
        process = _FORKED.Process(target=_become, args=(words, folder, dict(environment), streams))
        process.start()
        process.join(_LONGEST)
        if process.exitcode is None:
            process.kill()
            raise TimeoutError(f"`sluse {' '.join(words[:2])}` did not end within {_LONGEST:.0f} s")
        out, err = (stream.read_text(encoding="utf-8") if stream.exists() else "" for stream in streams)
        return process.exitcode, out, err


def _become(words: tuple[str, ...], folder: Path, environment: dict[str, str], streams: tuple[Path, Path]) -> None:
    for number, stream in enumerate(streams, 1):
        opened = os.open(stream, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(opened, number)
    sys.stdout, sys.stderr = (io.TextIOWrapper(os.fdopen(number, "wb"), encoding="utf-8") for number in (1, 2))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = [_PROGRAM, *words]
    runpy.run_module(_PROGRAM, run_name="__main__")
