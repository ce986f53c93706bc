"""How the Pulumi CLI is started: with an environment that is said in full, tied to this process, and able to be stopped.

The Automation API's own command passes on everything in the environment and leaves a running CLI behind when its process
is killed; that one would go on writing, and hold the stack's lock, while the next process starts.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

from pulumi import automation
from semver import VersionInfo

from sluse.errors import EngineUnusable
from sluse.leadership.fence import Fence, unfenced
from sluse_stacks.engine import tether

CLI = "pulumi"
PROVIDER = "pulumi-resource-kubernetes"
LEAST = VersionInfo(3, 259, 0)
"""The oldest CLI that this adapter was run with."""

_PATIENCE = 10.0  # seconds that a CLI has for saving its state after an interrupt


class TetheredCommand(automation.PulumiCommand):
    """One CLI on PATH. `stop` interrupts whatever of it is running for a stack. None is started that `fence` refuses."""

    def __init__(self, environment: Mapping[str, str], fence: Fence = unfenced) -> None:
        self._fence = fence
        self.environment = dict(environment)
        self.command = CLI
        self.version = _version(self.environment)
        self._running: dict[int, tuple[str, subprocess.Popen[str]]] = {}  # by process id
        self._lock = threading.Lock()

    def run(
        self,
        args: list[str],
        cwd: str,
        additional_env: Mapping[str, str],
        on_output: automation.OnOutput | None = None,
        on_error: automation.OnOutput | None = None,
    ) -> automation.CommandResult:
        """Run the CLI to its end. Raises `pulumi.automation.CommandError` where it fails."""
        del on_output, on_error  # what is happening is told by the engine's events
        with self._started(["--non-interactive", *args], cwd, {**self.environment, **additional_env}) as process:
            with self._lock:
                self._running[process.pid] = (_stack(args), process)
            try:
                stdout, stderr = process.communicate()
            finally:
                with self._lock:
                    del self._running[process.pid]
        result = automation.CommandResult(stdout=stdout, stderr=stderr, code=process.returncode)
        if process.returncode != 0:
            raise automation.errors.create_command_error(result)
        return result

    def stop(self, stack: str) -> None:
        """Interrupt the CLI that runs for a stack, if one does; kill it if it does not end soon."""
        with self._lock:
            running = [process for name, process in self._running.values() if name == stack]
        for process in running:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()

    def runs(self, pid: int) -> bool:
        """Tell whether a CLI of this process has that number now."""
        with self._lock:
            return pid in self._running

    def _started(self, args: list[str], cwd: str, environment: Mapping[str, str]) -> subprocess.Popen[str]:
        tied = [sys.executable, "-I", "-S", str(Path(tether.__file__)), str(os.getpid()), self.command, *args]
        self._fence()
        return subprocess.Popen(  # noqa: S603 - our own command line, no shell
            tied,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=cwd,
            env={**environment, "PULUMI_AUTOMATION_API": "true"},
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # a terminal's Ctrl-C is for the operator, which stops this in good order
        )


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


def _stack(args: list[str]) -> str:
    """Return which stack a command line is about; the one that makes it names it in another way and is over soon."""
    return args[args.index("--stack") + 1] if "--stack" in args else ""
