"""Operators as processes of their own, as the demo starts them: where `kill -9` and signals matter."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from sluse.demo.expect import PATIENCE
from worlds.operated import Operated

_HERE = {"PATH": os.environ.get("PATH", os.defpath), "PYTHONPATH": os.environ.get("PYTHONPATH", "")}


@contextmanager
def process(world: Operated, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run an operator on the world's settings; what still runs at the end is killed."""
    settings = world.sandbox.directory / "settings-of-the-process.json"
    settings.write_text(world.settings.model_dump_json(by_alias=True))
    command = [sys.executable, "-m", *(words or ("sluse.demo.operator", str(settings), str(clock(world))))]
    # A file, not a pipe: a pipe that nobody reads fills up, and then the operator stands still.
    # Its input stays open as long as we live: a demo operator ends with whoever started it.
    streams = {"stdin": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with log(world).open("w") as said, subprocess.Popen(command, stdout=said, env=_HERE, **streams) as running:
        try:
            yield running
        finally:
            running.kill()


def log(world: Operated) -> Path:
    return world.sandbox.directory / "operator.log"


def clock(world: Operated) -> Path:
    return world.sandbox.directory / "clock"


def ended(
    world: Operated, running: subprocess.Popen[bytes], sign: signal.Signals | None = None
) -> tuple[int, Sequence[str]]:
    """Send a signal, if any, and wait for the end; return the exit code and the lines that it said.

    Killed, it takes what it started along, as the end of a container does: a push of its own could arrive much later.
    """
    started = list(descendants(running.pid)) if sign == signal.SIGKILL else []
    if sign is not None:
        running.send_signal(sign)
    for pid in started:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return running.wait(PATIENCE), log(world).read_text().splitlines()


def descendants(pid: int) -> Iterator[int]:
    """Yield the processes that a process started, and theirs; what ends meanwhile has none."""
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            for child in map(int, (thread / "children").read_text().split()):
                yield child
                yield from descendants(child)
