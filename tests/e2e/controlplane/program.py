"""One program of the control plane: started, killed, paused, and never outliving who started it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

# prctl(PR_SET_PDEATHSIG, SIGKILL) before the program itself: it ends with whoever started it, however that ends.
_DIE_WITH_PARENT = "import ctypes, os, sys; ctypes.CDLL(None).prctl(1, 9); os.execv(sys.argv[1], sys.argv[1:])"


class Program:
    """`arguments` are the whole command. What it says goes to `log`."""

    def __init__(self, arguments: list[str], log: Path) -> None:
        self._arguments = arguments
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; starting what runs is an error."""
        assert not self.runs, f"{self._arguments[0]} runs already"
        with self.log.open("ab") as log:
            command = [sys.executable, "-c", _DIE_WITH_PARENT, *self._arguments]
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def runs(self) -> bool:
        """Whether it does; a paused one does."""
        return self._process is not None and self._process.poll() is None

    def send(self, sign: signal.Signals) -> None:
        """Send it a signal: SIGSTOP makes it slow, SIGCONT lets it go on."""
        assert self._process is not None
        self._process.send_signal(sign)

    def kill(self) -> None:
        """End it as a power cut would, and see it end; killing twice equals once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def tail(self, lines: int = 15) -> str:
        """Return the end of what it said."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
