"""Key files as people have them, and somebody, or nobody, to type a passphrase."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

PASSPHRASE = "riktig hest batteri"


def new_key(path: Path, *, passphrase: str = "", kind: str = "ed25519") -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-C", "", "-f", path], check=True)
    return path


def secrets_of(path: Path) -> list[str]:
    """The lines of a private key file that hold its private half."""
    return path.read_text().splitlines()[3:-1]


def typed(answer: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a passphrase given whenever ssh-keygen asks for one."""
    program = folder / "askpass"
    program.write_text(f"#!/bin/sh\necho '{answer}'\n")
    program.chmod(0o700)
    monkeypatch.setenv("SSH_ASKPASS", str(program))
    monkeypatch.setenv("SSH_ASKPASS_REQUIRE", "force")
