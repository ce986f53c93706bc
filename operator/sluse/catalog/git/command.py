"""Run git: with its own surroundings, within a time limit, ended with everything it started.

GitPython's `execute` is not used for what touches the network or unknown data: it hands git the whole environment
of our process (a GIT_DIR, an askpass program, a credential helper's session), while here nothing counts but what
the caller gave. Git runs in a session of its own: it has no terminal to ask on, and a fetch that hangs is ended
together with the transport program that does the hanging.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from sluse.errors import CatalogError
from sluse.words.said import say

_GRACE = 2.0  # seconds from SIGTERM to SIGKILL: killed outright, git leaves its locks behind


class TimedOut(Exception):
    """Git did not finish before the deadline."""


@dataclass(frozen=True)
class Ran:
    """One finished run. `err` is git's own English."""

    code: int
    out: bytes
    err: str


def surroundings(repository: Path, given: Mapping[str, str]) -> dict[str, str]:
    """Return the whole environment for git on this bare repository; `given` adds, and cannot replace what is fixed."""
    return {
        "GIT_SSH_COMMAND": "ssh -o BatchMode=yes",
        "HOME": str(repository),
        "PATH": os.defpath,
        **given,
        "GIT_ALLOW_PROTOCOL": "file:https:ssh",
        "GIT_ASKPASS": "",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DIR": str(repository),
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def program() -> str:
    """Return git's path; a CatalogError where it is not installed."""
    found = shutil.which("git")
    if found is None:
        raise CatalogError(say("git is not installed"), hint=say("install git 2.34 or newer"))
    return found


def run(environment: Mapping[str, str], *arguments: str, deadline: float) -> Ran:
    """Run git until `deadline` (of `time.monotonic`). Raises TimedOut; an exit code is the caller's to read."""
    process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
        [program(), *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with process:
        try:
            out, err = process.communicate(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            end(process)
            raise TimedOut from None
    return Ran(process.returncode, out, err.decode(errors="replace"))


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it started, asking first. Its children may have outlived it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
