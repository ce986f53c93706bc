"""Run a command that may only go on while whoever asked for it does: `python -I -S tether.py <mark> <command> ...`.

This process stays beside the command. On its standard input it is told, a line each, until when the command may run, in seconds of
`CLOCK_BOOTTIME`; it kills the command and all that came of it as soon as that moment passes, or the input ends. So a CLI
ends with its operator, also with one that was killed, and with one that stands still while somebody else comes to lead.

What the command leaves behind (Pulumi's provider, in a process group of its own) becomes a child of this process and is
killed too. The command itself dies with this process, by the kernel. While any of it lives, the file `<mark>.<its process id>`
is locked; that file is left behind by a command that did not end well, and says whose a lock in the backend was. A process id alone does not:
another container may have the same host name, and the same number.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import select
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_PASSED_ON = (signal.SIGINT, signal.SIGTERM)
_LOOK = 0.25  # seconds: a timer may stand still while the machine does, so the clock is looked at
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def main() -> None:
    """Run the command as long as it may, and end as it does."""
    mark, *command = sys.argv[1:]
    until = _told()
    if _over(until):
        sys.exit(1)  # who asked is gone already, or leads no more
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    parent = os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _PASSED_ON)  # what comes while there are two of us waits
    child = os.fork()
    if child == 0:
        for number in _PASSED_ON:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        _become(parent, mark, command)
    living = os.pidfd_open(child)  # not its number, which another process may have when it is gone
    for number in _PASSED_ON:
        signal.signal(number, lambda sent, _: pass_on(living, sent))
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    code = _watch(child, living, until)
    for left in iter(_children, []):
        for each in left:
            os.kill(each, signal.SIGKILL)
            os.waitpid(each, 0)
    if code == 0:
        Path(f"{mark}.{child}").unlink(missing_ok=True)
    sys.exit(code if code >= 0 else 128 - code)


def pass_on(living: int, sent: int) -> None:
    """Send a signal to the process of a pidfd; nothing where it has ended, also while what it left is being killed."""
    with suppress(ProcessLookupError):
        signal.pidfd_send_signal(living, sent)


def _become(parent: int, mark: str, command: list[str]) -> None:
    _prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)  # it died before the signal was asked for
    held = os.open(f"{mark}.{os.getpid()}", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os._exit(1)  # this number runs for this stack in another container that has the same folder
    os.set_inheritable(held, True)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        os.execvp(command[0], command)  # noqa: S606 - the caller's own command line, no shell
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
        os._exit(127)


def _watch(child: int, living: int, until: float | None) -> int:
    """Wait for the child's end, and bring it about when the time is over; return its exit code."""
    asked = [0]
    while True:
        ready, _, _ = select.select([living, *asked], [], [], _LOOK)
        if 0 in ready:
            until = _told()
        if living in ready:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if asked and _over(until):
            os.kill(child, signal.SIGKILL)
            asked = []
            with suppress(OSError):  # nobody may be there to read it
                os.write(2, b"stopped: the operator that had started it does not lead any more, or stands still\n")


def _told() -> float | None:
    """Return the newest moment that was told; None where nobody is there to tell any."""
    lines = os.read(0, 65536).split()
    return float(lines[-1]) if lines else None


def _over(until: float | None) -> bool:
    return until is None or time.clock_gettime(_CLOCK) >= until


def _children() -> list[int]:
    return [pid for pid, parent in _processes() if parent == os.getpid()]


def _processes() -> Iterator[tuple[int, int]]:
    """Yield every process and its parent. Any may end while it is looked at."""
    for entry in Path("/proc").iterdir():  # no glob: it looks at each, and raises where one is gone
        if not entry.name.isdigit():
            continue
        try:
            told = (entry / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        yield int(entry.name), int(told.rpartition(")")[2].split()[1])


def _prctl(option: int, value: int) -> None:
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
