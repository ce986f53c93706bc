"""Run a command where there is no network, as whoever may make a network namespace."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_LOOPBACK_ONLY = Path(__file__).with_name("loopback_only.py")
SLUSE = Path(sys.executable).with_name("sluse")


def confined(folder: Path, *words: str | Path) -> tuple[int, int, str]:
    """Run a command without a network; return its exit code, how often something tried to leave, and what it said."""
    report = folder / "report.json"
    surroundings = {"PATH": os.defpath + ":/usr/sbin", "HOME": str(folder), "TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
    words = ("unshare", "-n", sys.executable, _LOOPBACK_ONLY, report, *words)
    done = subprocess.run(words, env=surroundings, capture_output=True, text=True, check=False, timeout=290)
    told = json.loads(report.read_text())
    return told["code"], told["left"], done.stdout + done.stderr


def may() -> None:
    """Skip the test, and say why, where this user may not make a network namespace."""
    if subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode:
        pytest.skip("not run: this user may not make a network namespace (unshare -n)")
