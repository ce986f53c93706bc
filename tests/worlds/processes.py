"""Operators as processes of their own, as the demo starts them: where `kill -9` and signals matter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sluse.demo.expect import PATIENCE
from worlds.operated import Operated

_HERE = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}


@contextmanager
def process(world: Operated, *words: str) -> Iterator[subprocess.Popen[str]]:
    """Run an operator on the world's settings; what still runs at the end is killed. Its stderr is a pipe."""
    settings = world.sandbox.directory / "settings-of-the-process.json"
    settings.write_text(world.settings.model_dump_json(by_alias=True))
    command = [sys.executable, "-m", *(words or ("sluse.demo.operator", str(settings), str(clock(world))))]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=_HERE)
    with running:
        try:
            yield running
        finally:
            running.kill()


def clock(world: Operated) -> Path:
    return world.sandbox.directory / "clock"


def ended(running: subprocess.Popen[str], sign: signal.Signals | None = None) -> tuple[int, Sequence[str]]:
    """Send a signal, if any, and wait for the end; return the exit code and the lines on stderr."""
    if sign is not None:
        running.send_signal(sign)
    _, said = running.communicate(timeout=PATIENCE)
    return running.returncode, said.splitlines()
