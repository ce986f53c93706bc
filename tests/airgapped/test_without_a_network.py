"""The whole story, with real operators, on a machine that has loopback and nothing else: nothing is missing, and nothing tries to leave."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFINED = Path(__file__).with_name("confined.py")
SLUSE = Path(sys.executable).with_name("sluse")


def confined(folder: Path, *words: str | Path) -> tuple[int, int, str]:
    """Run a command without a network; return its exit code, how often something tried to leave, and what it said."""
    report = folder / "report.json"
    surroundings = {"PATH": os.defpath + ":/usr/sbin", "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
    words = ("unshare", "-n", sys.executable, CONFINED, report, *words)
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False, timeout=290)
    told = json.loads(report.read_text())
    return told["code"], told["left"], done.stdout + done.stderr


@pytest.fixture(autouse=True)
def _may() -> None:
    if subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode:
        pytest.skip("not run: this user may not make a network namespace (unshare -n)")


@pytest.mark.timeout(300)
def test_the_story_needs_no_network_and_looks_for_none(tmp_path: Path) -> None:
    code, left, said = confined(tmp_path, SLUSE, "demo", "--output", "json")
    assert code == 0, said[-2000:]
    assert left == 0


@pytest.mark.parametrize("attempt", ["connect(('192.0.2.1', 443))", "connect(('2001:db8::1', 443))"])
def test_whatever_tries_to_leave_is_counted(tmp_path: Path, attempt: str) -> None:
    family = "AF_INET6" if ":" in attempt else "AF_INET"
    code, left, _ = confined(tmp_path, sys.executable, "-c", f"import socket; socket.socket(socket.{family}).{attempt}")
    assert (code, left) == (1, 1)


@pytest.mark.parametrize("command", [["check", "--help"], ["schema", "ServiceIntegration"], ["policies", "--help"]])
def test_commands_ask_nobody_about_themselves(tmp_path: Path, command: list[str]) -> None:
    code, left, said = confined(tmp_path, SLUSE, *command)
    assert (code, left) == (0, 0), said
