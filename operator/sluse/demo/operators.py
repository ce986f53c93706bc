"""The operators of the story: a process for each environment, as `sluse run` starts them, by the sandbox's clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from sluse.demo.expect import NotAsExpected
from sluse.model.names import Environment
from sluse.sandbox.sandbox import Sandbox


@dataclass
class Operators:
    """`directory` is where their logs go."""

    sandbox: Sandbox
    directory: Path
    _running: dict[Environment, subprocess.Popen[bytes]] = field(default_factory=dict)

    def log(self, environment: Environment) -> Path:
        """The log file of an operator."""
        return self.directory / f"operator-{environment.value}.log"

    def start(self, environment: Environment) -> int:
        """Start an operator; return its process id."""
        settings, clock = self.sandbox.settings(environment), self.directory / "clock"
        words = [sys.executable, "-m", "sluse.demo.operator", str(settings), str(clock)]
        with self.log(environment).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                words, stdin=subprocess.PIPE, stdout=log, stderr=log, env={"PATH": os.environ.get("PATH", os.defpath)}
            )
        self._running[environment] = process
        return process.pid

    def pid(self, environment: Environment) -> int:
        """Return the process id of a running operator."""
        return self._running[environment].pid

    def stop(self) -> None:
        """Ask all to end, and see them end; one that does not is ended: nothing of the demo may outlive it."""
        running = [process for process in self._running.values() if process.poll() is None]
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def expect_alive(self) -> None:
        """Raise where one has died, with the end of its log."""
        for environment, process in self._running.items():
            if process.poll() is not None:
                tail = "\n".join(self.log(environment).read_text().splitlines()[-15:])
                raise NotAsExpected(
                    f"the operator of {environment.value} runs; it ended with {process.returncode}:\n{tail}"
                )
