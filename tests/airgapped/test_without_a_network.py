"""A machine that has loopback and nothing else: nothing is missing, and nothing tries to leave.

The operator registers, and its clients get tokens; the whole story, which takes longer, is part of `make e2e`.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from airgapped.confined import SLUSE, confined, may
from worlds.chapters import CHAPTERS


@pytest.fixture(autouse=True)
def _may() -> None:
    may()


@pytest.mark.timeout(300)
def test_an_operator_needs_no_network_and_looks_for_none(tmp_path: Path) -> None:
    code, left, said = confined(tmp_path, sys.executable, "-c", CHAPTERS, "json", "3", "end")
    assert code == 0, said[-2000:]
    assert "DPoP" in said
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
