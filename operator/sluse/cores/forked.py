"""Other cores: processes forked from this one, which have all that it has read, and talk with it through a pipe.

Threads were rejected, since Python runs one at a time; so were processes started afresh, since importing and reading all
again costs more than is won. Nothing depends on them: where one ends without an answer, its part is done here.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, TypeVar

Thing = TypeVar("Thing")

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Work = Callable[[Connection[object, object]], None]
    """What a process does: it receives, and sends."""

SILENT = (EOFError, OSError)
"""What receiving and sending raise where the other side has ended."""

_PR_SET_PDEATHSIG = 1  # of Linux, outside of which nothing is forked
_MOST = 4  # processes: what one of them reads for the others grows with their number, and what each saves shrinks


def how_many(asked: int | None, size: int, few: int) -> int:
    """Return how many processes share a work, this one among them: as many as are asked for, else what the machine has.

    Of `few` things and more; below that, another process costs more than it saves.
    """
    return asked if asked is not None else _cores() if size >= few else 1


def parts(things: Sequence[Thing], count: int) -> list[Sequence[Thing]]:
    """Return the things in so many parts of about one size; fewer where there are fewer things."""
    return [things[start::count] for start in range(max(1, min(count, len(things))))]


def received(pipe: Connection[object, object]) -> object:
    """Return what the other side sends; None where it has ended."""
    try:
        return pipe.recv()
    except SILENT:
        return None


def _cores() -> int:
    """Return how many there are for us.

    One where forking could go wrong: a lock that another thread holds would be held in the other process for ever, and
    outside Linux the system's own libraries may have threads that nobody here knows of.
    """
    return 1 if sys.platform != "linux" or threading.active_count() > 1 else min(len(os.sched_getaffinity(0)), _MOST)


@contextmanager
def forked(works: Sequence[Work]) -> Iterator[Sequence[Connection[object, object]]]:
    """Do each work in a process of its own; yield this side of their pipes. They end with the context at the latest."""
    if not works:
        yield ()
        return
    import multiprocessing

    forking = multiprocessing.get_context("fork")
    with ExitStack() as ends:
        pipes: list[Connection[object, object]] = []
        for work in works:
            ours, theirs = forking.Pipe()
            ends.callback(ours.close)
            process = forking.Process(target=_done, args=(work, theirs, [*pipes, ours], os.getpid()), daemon=True)
            process.start()
            theirs.close()
            ends.callback(process.join)
            ends.callback(process.terminate)
            pipes.append(ours)
        yield pipes


def _done(
    work: Work, pipe: Connection[object, object], others: Sequence[Connection[object, object]], parent: int
) -> None:
    """Do a work in the process that was forked for it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _end_with(parent)
    for each in others:
        each.close()  # or the end of this side's owner would not be noticed
    with suppress(Exception):  # whoever does this part instead meets it too, and tells
        work(pipe)


def _end_with(parent: int) -> None:
    """End when the parent is killed, by the kernel: it would be at work for nobody, and keep the terminal's pipes open."""
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL))
    if os.getppid() != parent:
        os._exit(1)  # it died before the signal was asked for
