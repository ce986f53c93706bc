"""`sluse demo` as a process: the story in both forms, how it ends when it goes wrong, and that nothing is left."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from worlds.chapters import CHAPTERS

SLUSE = Path(sys.executable).with_name("sluse")
Started = Callable[..., "subprocess.Popen[str]"]


def events(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """Yield the events of a demo with `--output json` as they are told."""
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def operator(told: Iterator[dict[str, Any]]) -> int:
    """Return the operator's process id, once it runs."""
    return next(int(found[1]) for event in told if (found := re.search(r"\(pid (\d+), Kopf\)", event.get("text", ""))))


def runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_plain_form_tells_the_same_without_colour(surroundings: dict[str, str]) -> None:
    words = [sys.executable, "-c", CHAPTERS, "text", "1", "end"]
    ran = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False, timeout=90)
    out, err = ran.stdout, ran.stderr
    assert (ran.returncode, err) == (0, "")
    facts = [line for line in out.splitlines() if " ✓ " in line]
    assert facts
    assert out.rstrip().endswith(f"{len(facts)} facts, each seen to hold.")
    assert "\x1b" not in out


def test_a_fact_that_does_not_come_true_ends_it_with_1_and_is_named(start: Started, temporary: Path) -> None:
    process = start("demo")
    assert process.stdout is not None
    pid = next(int(found[1]) for line in process.stdout if (found := re.search(r"\(pid (\d+), Kopf\)", line)))
    os.kill(pid, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    assert "✗ expected: the operator of test runs; it ended with -9:" in out.splitlines()
    assert list(temporary.iterdir()) == []


def test_a_killed_demo_takes_its_operators_with_it(start: Started) -> None:
    process = start("demo", "--output", "json")
    pid = operator(events(process))
    process.kill()
    process.wait(timeout=30)
    deadline = time.monotonic() + 30
    while runs(pid):
        assert time.monotonic() < deadline, "the operator still runs"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_it_with_130_and_leaves_nothing(
    sign: signal.Signals, start: Started, temporary: Path
) -> None:
    process = start("demo", "--output", "json")
    pid = operator(events(process))
    process.send_signal(sign)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, out + err
    assert "Traceback" not in err
    assert not runs(pid)
    assert list(temporary.iterdir()) == []


def test_the_json_form_is_one_event_a_line_and_kept_it_says_how_to_look_around(
    start: Started, temporary: Path, surroundings: dict[str, str]
) -> None:
    process = start("-c", CHAPTERS, "json", "2", "keep", program=Path(sys.executable))
    told = []
    for event in events(process):
        told.append(event)
        if "Look around" in event.get("text", ""):
            break
    facts = [event for event in told if event["event"] == "fact"]
    assert {event["event"] for event in told} == {"chapter", "fact", "said"}
    assert [fact["number"] for fact in facts] == list(range(1, len(facts) + 1))
    assert told[-2]["text"].strip() == f"{len(facts)} facts, each seen to hold."
    assert [event["seconds"] for event in told] == sorted(event["seconds"] for event in told)

    commands = [line.strip() for line in told[-1]["text"].splitlines() if line.startswith("  ")]
    assert [command.split()[0] for command in commands] == ["kubectl", "kubectl", "curl", "git", "sluse", "tail"]
    tools = {**surroundings, "PATH": f"{SLUSE.parent}:{surroundings['PATH']}"}
    for command in commands:
        bounded = command.replace("tail -f", "tail -n 1")
        ran = subprocess.run(bounded, shell=True, env=tools, capture_output=True, text=True, check=False, timeout=60)
        assert ran.returncode == 0, f"{command}: {ran.stderr}"
        assert ran.stdout, command

    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    assert list(temporary.iterdir()) == []
