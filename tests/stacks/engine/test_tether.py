"""A command that is tethered dies with whoever started it, even where that is killed and can clean up nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from sluse_stacks.engine import tether

_PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-I", "-S", sys.argv[1], str(os.getpid()), "cat"], stdin=subprocess.PIPE)
print(child.pid, flush=True)
child.wait()
"""


def test_the_child_of_a_killed_process_is_killed() -> None:
    # The child's end closes the pipe that it inherited, so reading it to the end is waiting for it.
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, tether.__file__], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert Path(f"/proc/{child}").exists()
        os.kill(parent.pid, signal.SIGKILL)
        assert parent.stdout.read() == ""


def test_who_finds_its_parent_gone_does_not_start() -> None:
    started = subprocess.run(
        [sys.executable, "-I", "-S", tether.__file__, "1", "echo", "started"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (started.returncode, started.stdout) == (1, "")


def test_the_command_is_run_as_it_is_given() -> None:
    told = subprocess.run(
        [sys.executable, "-I", "-S", tether.__file__, str(os.getpid()), "printf", "%s-%s", "a b", "c"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout == "a b-c"
