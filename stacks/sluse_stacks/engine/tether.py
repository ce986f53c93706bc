"""Run a command that dies with the process that asked for it: `python -I -S tether.py <parent> <command> ...`.

The kernel sends SIGKILL when the parent dies, so whoever starts next may take for granted that nothing of an earlier
process still writes. The signal is asked for here, in a process of its own that then becomes the command: asked for
between fork and exec of a process with threads, it could hang. "Parent" is the kernel's: the thread that started this one.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Bind this process to its parent and become the command."""
    parent, *command = sys.argv[1:]
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit(1)  # it died before the signal was asked for
    os.execvp(command[0], command)  # noqa: S606 - the caller's own command line, no shell


if __name__ == "__main__":
    main()
