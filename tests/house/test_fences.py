"""Whatever an operator sends with takes the fence: a new way to write cannot be forgotten.

Looked for is what begins a sending; that each place then asks the fence in time is tried in `controller/test_fence.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

SLUSE = Path(__file__).parents[2] / "operator" / "sluse"
STACKS = Path(__file__).parents[2] / "stacks" / "sluse_stacks"
ROOMS = (
    "catalog",
    "cluster",
    "controller",
    "delivery",
    "ledger",
    "network",
    "notify",
    "reconcile",
    "registrar",
    "wiring",
)
"""The rooms that an operator's process runs; commands that people run and the sandbox have no leader."""
SENDS = re.compile(r'aiohttp\.ClientSession\(|\bsmtplib\.SMTP\(|\(smtplib\.SMTP\)|"push",|urlopen\(|socket\.socket\(')
STARTS = re.compile(r"subprocess\.Popen\(")
"""Programs that write by themselves, such as Pulumi's CLI, are started in the stacks only."""
SOURCES = [path for room in ROOMS for path in (SLUSE / room).rglob("*.py")] + list(STACKS.rglob("*.py"))
SENDERS = sorted(
    path
    for path in SOURCES
    for text in (path.read_text(encoding="utf-8"),)
    if SENDS.search(text) or (path.is_relative_to(STACKS) and STARTS.search(text))
)


def test_they_are_found() -> None:
    assert {path.name for path in SENDERS} >= {
        "client.py",
        "session.py",
        "transport.py",
        "smtp.py",
        "bare.py",
        "command.py",
    }


@pytest.mark.parametrize("path", SENDERS, ids=lambda path: str(path.name))
def test_it_takes_the_fence(path: Path) -> None:
    assert re.search(r"\bfenced\(|\bself\._fence\(\)", path.read_text(encoding="utf-8")), (
        f"{path} sends without a fence"
    )
