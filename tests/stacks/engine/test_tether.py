"""A command goes on only while whoever started it does: alive, awake and allowed. Nothing of it is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from pulumi import automation

from sluse.demo.expect import PATIENCE
from sluse.leadership.fence import Deadline
from sluse.wiring.clock import elapsed
from sluse_stacks.engine import tether
from sluse_stacks.engine.command import TetheredCommand

STACK = "test.fjord"
# A CLI whose provider is in a process group of its own; both tell that they live by holding the fifo open.
CLI = """#!/bin/sh
[ "$1" = version ] && echo v3.259.0 && exit
exec {python} -c '
import os, subprocess, sys
held = open("{fifo}", "w")
subprocess.Popen(["sleep", "600"], process_group=0, pass_fds=[held.fileno()])
held.write("up\\n"); held.flush()
if "quick" not in sys.argv: os.execvp("sleep", ["sleep", "600"])
' "$@"
"""
# An operator that leads for a moment at a time, until it stands still or is killed.
OPERATOR = """
import sys, threading
from pathlib import Path
from sluse.leadership.fence import Deadline
from sluse.wiring.clock import elapsed
from sluse_stacks.engine.command import TetheredCommand
fence = Deadline(elapsed)
def lead():
    while True:
        fence.move(elapsed() + 1.0)
        threading.Event().wait(0.1)
fence.move(elapsed() + 1.0)
threading.Thread(target=lead, daemon=True).start()
folder = Path(sys.argv[1])
command = TetheredCommand({"PATH": f"{folder}:/usr/bin:/bin"}, folder / "marks", fence)
command.run(["up", "--stack", "test.fjord"], str(folder), {})
"""


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    for name, text in (("pulumi", CLI.format(python=sys.executable, fifo=path)), ("pulumi-resource-kubernetes", "")):
        (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    return path


def command(folder: Path, fence: Deadline) -> TetheredCommand:
    return TetheredCommand({"PATH": f"{folder}:/usr/bin:/bin"}, folder / "marks", fence)


@contextmanager
def operator(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", OPERATOR, str(folder)], stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def gone(here: TetheredCommand, mark: Path) -> None:
    """Look until nothing of a command holds its mark any more."""
    pause, until = threading.Event(), elapsed() + PATIENCE
    while not here.dead(STACK, pid(mark)):
        assert elapsed() < until, "it still runs"
        pause.wait(0.01)


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stands still"])
def test_cli_and_provider_end_with_their_operator(tmp_path: Path, fifo: Path, sent: signal.Signals) -> None:
    with operator(tmp_path) as process, fifo.open() as living:
        assert living.readline() == "up\n"
        (mark,) = (tmp_path / "marks").iterdir()
        here = command(tmp_path, Deadline(elapsed))
        assert not here.dead(STACK, pid(mark))
        process.send_signal(sent)
        assert living.read() == ""  # only the end of both ends it
        gone(here, mark)


def test_who_leads_no_more_has_none_running(tmp_path: Path, fifo: Path) -> None:
    fence = Deadline(elapsed)
    fence.move(elapsed() + 3600)
    failures: list[automation.CommandError] = []

    def run() -> None:
        try:
            command(tmp_path, fence).run(["up", "--stack", STACK], str(tmp_path), {})
        except automation.CommandError as failed:
            failures.append(failed)

    running = threading.Thread(target=run)
    running.start()
    with fifo.open() as living:
        assert living.readline() == "up\n"
        fence.close()
        assert living.read() == ""
    running.join()
    assert "does not lead any more" in str(failures[0])


def test_a_cli_that_ends_takes_what_it_left_along_and_leaves_no_mark(tmp_path: Path, fifo: Path) -> None:
    fence = Deadline(elapsed)
    fence.move(elapsed() + 3600)
    running = threading.Thread(
        target=lambda: command(tmp_path, fence).run(["quick", "--stack", STACK], str(tmp_path), {})
    )
    running.start()
    with fifo.open() as living:
        assert living.read() == "up\n"
    running.join()
    assert list((tmp_path / "marks").iterdir()) == []


def test_a_tether_that_is_killed_takes_the_command_along(tmp_path: Path) -> None:
    with tethered(tmp_path, "exec cat /dev/zero") as process:
        assert process.stdin is not None
        process.stdin.write(b"inf\n")
        assert process.stdout is not None
        process.stdout.read(1)
        process.kill()
        while process.stdout.read(65536):
            pass


@pytest.mark.parametrize("told", [b"", b"0\n", b"-inf\n"], ids=["who asked is gone", "it is over", "never"])
def test_what_may_not_run_is_not_started(tmp_path: Path, told: bytes) -> None:
    with tethered(tmp_path, "echo started") as process:
        assert process.communicate(told) == (b"", None)
    assert process.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_the_command_is_run_as_it_is_given_and_its_end_is_the_tethers(tmp_path: Path) -> None:
    with tethered(tmp_path, "printf '%s-%s' 'a b' c; exit 7") as process:
        assert process.stdin is not None
        process.stdin.write(b"inf\n")
        assert process.stdout is not None
        assert process.stdout.read() == b"a b-c"
    assert process.returncode == 7


def test_an_interrupt_that_comes_after_the_end_meets_nobody() -> None:
    with subprocess.Popen(["true"]) as process:
        living = os.pidfd_open(process.pid)
        process.wait()
        tether.pass_on(living, signal.SIGINT)
        os.close(living)


def test_an_interrupt_is_passed_on_and_its_answer_waited_for(tmp_path: Path) -> None:
    with tethered(tmp_path, "trap 'echo caught; exit 5' INT; echo up; while :; do sleep 0.01; done") as process:
        assert process.stdin is not None
        process.stdin.write(b"inf\n")
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        process.send_signal(signal.SIGINT)
        assert process.stdout.read() == b"caught\n"
    assert process.returncode == 5


def test_what_was_started_elsewhere_is_not_known_to_be_dead(tmp_path: Path, fifo: Path) -> None:
    del fifo
    assert not command(tmp_path, Deadline(elapsed)).dead(STACK, 1)


def test_a_mark_is_kept_of_what_was_killed_and_forgotten_when_no_lock_is_left(tmp_path: Path, fifo: Path) -> None:
    with operator(tmp_path) as process, fifo.open() as living:
        assert living.readline() == "up\n"
        process.kill()
        living.read()
    (mark,) = (tmp_path / "marks").iterdir()
    here = command(tmp_path, Deadline(elapsed))
    gone(here, mark)
    here.forget("test.nord")
    successor = mark.with_name(f"{STACK}.2{mark.suffix}")  # of the same number, in another container
    successor.touch()
    assert mark.exists()
    here.forget(STACK)
    assert list((tmp_path / "marks").iterdir()) == [successor]


def pid(mark: Path) -> int:
    return int(mark.suffix[1:])


@contextmanager
def tethered(folder: Path, script: str) -> Iterator[subprocess.Popen[bytes]]:
    arguments = [sys.executable, "-I", "-S", tether.__file__, str(folder / "mark"), "sh", "-c", script]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                if process.returncode is None and process.stdin is not None:
                    process.stdin.close()
