"""The demo as a process of its own."""

from __future__ import annotations

import subprocess
import sys

Played = subprocess.CompletedProcess[str]


def demo(*words: str) -> Played:
    """Play with these options, and return how it ended and what it told, an event a line."""
    command = [sys.executable, "-m", "sluse", "demo", "--output", "json", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)
