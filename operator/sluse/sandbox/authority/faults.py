"""Faults on request: what an authority does on a bad day, asked for from any thread, hit in the order asked for.

Slowness is a gate that a test opens, not a sleep: the test then knows that the request was under way, and takes
no longer than it must.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum, auto
from types import TracebackType
from typing import Self


class Kind(Enum):
    """What happens to a request that a fault hits."""

    ANSWER = auto()
    HOLD = auto()
    DROP_BEFORE_WORK = auto()
    DROP_AFTER_WORK = auto()
    HALF_ANSWER = auto()
    BROKEN_JSON = auto()


class Gate:
    """Holds requests until it is opened; as a context manager it opens at the end."""

    def __init__(self) -> None:
        self._open: Future[None] = Future()
        self._arrived = threading.Event()
        self._waiting: set[asyncio.Task[object]] = set()

    def arrived(self, timeout: float) -> bool:
        """Wait at most `timeout` seconds for a request to be held; whether one is."""
        return self._arrived.wait(timeout)

    def open(self) -> None:
        """Let all go on; opening twice equals once."""
        if not self._open.done():
            self._open.set_result(None)

    async def passage(self) -> None:
        """Wait here, in the server's loop. A request that is given up leaves the gate as it was for the others."""
        task = asyncio.current_task()
        assert task is not None
        self._waiting.add(task)
        self._arrived.set()
        try:
            await asyncio.shield(asyncio.wrap_future(self._open))
        finally:
            self._waiting.discard(task)

    def abandon(self) -> None:
        """Give up what waits here, in the server's loop: the server goes down, and would wait for it without end."""
        for task in self._waiting:
            task.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.open()


@dataclass(frozen=True)
class Fault:
    """`status` and `retry_after` (seconds) are for ANSWER, `gate` for HOLD."""

    kind: Kind
    status: int = 500
    retry_after: int | None = None
    gate: Gate | None = None


@dataclass
class _Planned:
    fault: Fault
    method: str | None
    path: str
    left: int


class Faults:
    """Each call plans a fault for the next `times` requests with this method (None: any) and path prefix."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._gates: list[Gate] = []
        self._lock = threading.Lock()

    def answer(
        self, status: int, *, method: str | None = None, path: str = "/", times: int = 1, retry_after: int | None = None
    ) -> None:
        """Answer `status` without doing the work, with Retry-After where given."""
        self._plan(Fault(Kind.ANSWER, status=status, retry_after=retry_after), method, path, times)

    def drop_before_work(self, *, method: str | None = None, path: str = "/", times: int = 1) -> None:
        """Cut the connection; nothing was done."""
        self._plan(Fault(Kind.DROP_BEFORE_WORK), method, path, times)

    def drop_after_work(self, *, method: str | None = None, path: str = "/", times: int = 1) -> None:
        """Do the work, then cut the connection: the registration exists and its answer is lost."""
        self._plan(Fault(Kind.DROP_AFTER_WORK), method, path, times)

    def half_answer(self, *, method: str | None = None, path: str = "/", times: int = 1) -> None:
        """Do the work, announce the whole body, send half of it and cut the connection."""
        self._plan(Fault(Kind.HALF_ANSWER), method, path, times)

    def broken_json(self, *, method: str | None = None, path: str = "/", times: int = 1) -> None:
        """Do the work and send half of the body as if it were all: sound HTTP, unreadable JSON."""
        self._plan(Fault(Kind.BROKEN_JSON), method, path, times)

    def hold(self, *, method: str | None = None, path: str = "/", times: int = 1) -> Gate:
        """Keep requests waiting, before any work, until the returned gate is opened."""
        gate = Gate()
        self._gates.append(gate)
        self._plan(Fault(Kind.HOLD, gate=gate), method, path, times)
        return gate

    def clear(self) -> None:
        """Forget what has not happened yet."""
        self._keep(lambda _: False)

    @property
    def planned(self) -> int:
        """How many requests will still be hit."""
        with self._lock:
            return sum(planned.left for planned in self._planned)

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that hits this request, if any, and spend it."""
        with self._lock:
            for planned in self._planned:
                if planned.method in (None, method) and path.startswith(planned.path):
                    planned.left -= 1
                    break
            else:
                return None
        self._keep(lambda each: each.left > 0)
        return planned.fault

    def abandon(self) -> None:
        """Give up every held request, in the server's loop."""
        for gate in self._gates:
            gate.abandon()

    def _plan(self, fault: Fault, method: str | None, path: str, times: int) -> None:
        with self._lock:
            self._planned.append(_Planned(fault, method, path, times))

    def _keep(self, wanted: Callable[[_Planned], bool]) -> None:
        with self._lock:
            self._planned = [planned for planned in self._planned if wanted(planned)]
