"""How the Pulumi CLI is started: with an environment that is said in full, tied to this process, and able to be stopped.

The Automation API's own command passes on everything in the environment and leaves a running CLI behind when its process
is killed; that one would go on writing, and hold the stack's lock, while the next process starts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pulumi import automation
from semver import VersionInfo

from sluse.errors import EngineUnusable
from sluse.leadership.fence import Deadline
from sluse_stacks.engine import tether

CLI = "pulumi"
PROVIDER = "pulumi-resource-kubernetes"
LEAST = VersionInfo(3, 259, 0)
"""The oldest CLI that this adapter was run with."""

_RENEWAL = 0.5  # seconds between two words to a running CLI's tether

_PATIENCE = 10.0  # seconds that a CLI has for saving its state after an interrupt


@dataclass(frozen=True)
class _Running:
    """One CLI behind its tether. `lifeline` tells it until when it may run; closed, it ends."""

    stack: str
    process: subprocess.Popen[str]
    lifeline: BinaryIO

    def renew(self, until: float) -> None:
        with suppress(OSError, ValueError):  # it has ended, or is to end
            self.lifeline.write(f"{until}\n".encode())

    def ended(self, seconds: float) -> bool:
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


class TetheredCommand(automation.PulumiCommand):
    """One CLI on PATH. `stop` interrupts whatever of it is running for a stack. None runs that `fence` refuses.

    `fence` counts by `CLOCK_BOOTTIME`, as `tether.py` does. In the folder `marks` lies which CLIs this machine started.
    """

    def __init__(self, environment: Mapping[str, str], marks: Path, fence: Deadline) -> None:
        self._fence = fence
        self._marks = marks
        self.environment = dict(environment)
        self.command = CLI
        self.version = _version(self.environment)
        marks.mkdir(parents=True, exist_ok=True)
        self._running: list[_Running] = []
        self._lock = threading.Lock()

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: automation.OnOutput | None = None,
        on_error: automation.OnOutput | None = None,
    ) -> automation.CommandResult:
        """Run the CLI to its end; every command line names its stack by `--stack`.

        Raises `pulumi.automation.CommandError` where it fails.
        """
        del on_output, on_error  # what is happening is told by the engine's events
        running = self._started(["--non-interactive", *args], cwd, {**self.environment, **additional_env})
        with running.lifeline, running.process as process:
            with self._lock:
                self._running.append(running)
            try:
                stdout, stderr = self._ended(running)
            finally:
                with self._lock:
                    self._running.remove(running)
        result = automation.CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if process.returncode != 0:
            raise automation.errors.create_command_error(result)
        return result

    def stop(self, stack: str) -> None:
        """Interrupt the CLI that runs for a stack, if one does; kill it if it does not end soon."""
        with self._lock:
            stopping = [running for running in self._running if running.stack == stack]
        for running in stopping:
            running.process.send_signal(signal.SIGINT)
            if not running.ended(_PATIENCE):
                running.lifeline.close()

    def dead(self, stack: str, pid: int) -> bool:
        """Tell whether a CLI of that number was started here for a stack, and nothing of it lives."""
        try:
            with (self._marks / f"{stack}.{pid}").open("rb") as mark:
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def forget(self, stack: str) -> None:
        """Take away the marks of dead CLIs of a stack on which no lock is left."""
        for mark in self._marks.glob(f"{stack}.*"):  # finds those of the stack's own successors, "<stack>.2", too
            if mark.stem == stack and self.dead(stack, int(mark.suffix[1:])):
                mark.unlink(missing_ok=True)

    def _ended(self, running: _Running) -> tuple[str, str]:
        """Wait for the end, and let it run meanwhile for as long as this process may write."""
        while True:
            running.renew(self._fence.until)
            with suppress(subprocess.TimeoutExpired):
                return running.process.communicate(timeout=_RENEWAL)

    def _started(self, args: list[str], cwd: str, environment: Mapping[str, str]) -> _Running:
        stack = args[args.index("--stack") + 1]
        tied = [sys.executable, "-I", "-S", str(Path(tether.__file__)), str(self._marks / stack), self.command, *args]
        self._fence()
        told, tells = os.pipe()
        os.set_blocking(tells, False)
        lifeline = os.fdopen(tells, "wb", buffering=0)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own command line, no shell
                tied,
                stdin=told,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=cwd,
                env={**environment, "PULUMI_AUTOMATION_API": "true"},
                encoding="utf-8",
                errors="replace",
                start_new_session=True,  # a terminal's Ctrl-C is for the operator, which stops this in good order
            )
        except BaseException:
            lifeline.close()
            raise
        finally:
            os.close(told)
        return _Running(stack, process, lifeline)


def _version(environment: Mapping[str, str]) -> VersionInfo:
    """Return the CLI's version. Raises `EngineUnusable` where it, or the provider, is missing or too old."""
    path = environment.get("PATH")
    for program, what in ((CLI, "the Pulumi CLI"), (PROVIDER, "Pulumi's Kubernetes provider")):
        if shutil.which(program, path=path) is None:
            raise EngineUnusable(
                f"the settings say engine: pulumi, but {what} ({program}) is not on PATH",
                hint=f"put {program} into the image, or migrate to engine: embedded",
            )
    try:
        told = subprocess.run(  # noqa: S603
            [CLI, "version"], env=environment, capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()
        version = VersionInfo.parse(told.removeprefix("v"))
    except (OSError, subprocess.SubprocessError, ValueError):
        raise EngineUnusable("the Pulumi CLI on PATH does not tell its version", hint="run pulumi version") from None
    if version < LEAST:
        raise EngineUnusable(f"the Pulumi CLI on PATH is {version}, too old", hint=f"install {LEAST} or newer")
    return version
