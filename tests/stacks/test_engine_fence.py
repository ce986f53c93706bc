"""The engine `pulumi` starts no CLI for who does not lead: tried with a program that only notes that it was started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sluse.errors import NotLeading
from sluse.leadership.fence import Deadline
from sluse.wiring.clock import elapsed
from sluse_stacks.engine.command import CLI, LEAST, PROVIDER, TetheredCommand


def test_who_does_not_lead_starts_none(tmp_path: Path) -> None:
    started = tmp_path / "started"
    for name in (CLI, PROVIDER):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo v{LEAST} || touch {started}\n')
        program.chmod(0o700)
    fence = Deadline(elapsed)
    command = TetheredCommand({"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}, tmp_path / "marks", fence)
    with pytest.raises(NotLeading):
        command.run(["up", "--stack", "test.fjord"], str(tmp_path), {})
    assert not started.exists()
    fence.move(elapsed() + 3600)
    command.run(["up", "--stack", "test.fjord"], str(tmp_path), {})
    assert started.exists()
