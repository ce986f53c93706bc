"""The engine `pulumi` starts no CLI for who does not lead: tried with a program that only notes that it was started."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sluse.errors import NotLeading
from sluse_stacks.engine.command import CLI, LEAST, PROVIDER, TetheredCommand


def test_who_does_not_lead_starts_none(tmp_path: Path) -> None:
    started = tmp_path / "started"
    for name in (CLI, PROVIDER):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\n[ "$1" = version ] && echo v{LEAST} || touch {started}\n')
        program.chmod(0o700)
    leads = True

    def fence() -> None:
        if not leads:
            raise NotLeading("another leads")

    command = TetheredCommand({"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}, fence)
    leads = False
    with pytest.raises(NotLeading):
        command.run(["up"], str(tmp_path), {})
    assert not started.exists()
    leads = True
    command.run(["up"], str(tmp_path), {})
    assert started.exists()
