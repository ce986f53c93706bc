"""Processes that were forked for a work end with whoever forked them, also when nobody could tell them."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

BUSY = """
import os, signal
from sluse.cores.forked import forked

def busy(pipe):
    os.write(1, b"up\\n")
    signal.pause()

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it, and so would this
with forked([busy, busy]):
    signal.pause()
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_one_that_is_ended_by_a_signal(sent: signal.Signals) -> None:
    with subprocess.Popen([sys.executable, "-c", BUSY], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert [process.stdout.readline() for _ in range(2)] == [b"up\n"] * 2
        process.send_signal(sent)
        assert process.stdout.read() == b""  # only the end of all of them closes it
