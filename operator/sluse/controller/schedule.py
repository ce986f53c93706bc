"""One wake-up schedule in memory: a heap of moments, with jitter, in one asyncio task.

Why not Kopf's timers or retries: a Kopf retry costs two PATCHes each time, its timers run beside the change
handlers (so two runs could both create) and have no jitter. What is lost with the process is made anew by the
first look at the next start.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

JITTER = 0.1


@dataclass
class Schedule(Generic[Key]):
    """At most one moment per key: a later call replaces it. `wake` runs as a task of its own, so one slow key delays none."""

    wake: Callable[[Key], Awaitable[None]]
    jitter: Callable[[], float] = random.random
    _heap: list[tuple[float, int, Key]] = field(default_factory=list)
    _current: dict[Key, int] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)
    _running: set[asyncio.Task[None]] = field(default_factory=set)
    _ending: bool = False

    def after(self, key: Key, seconds: float) -> None:
        """Wake `key` in about `seconds`: up to a tenth later, so that a thousand do not wake at once."""
        when = asyncio.get_running_loop().time() + seconds * (1 + JITTER * self.jitter())
        number = next(self._numbers)
        self._current[key] = number
        heapq.heappush(self._heap, (when, number, key))
        self._changed.set()

    def __len__(self) -> int:
        return len(self._current)

    async def loop(self) -> None:
        """Run for ever; cancelled with the process. What a wake-up raises is a bug and ends the loop, loudly."""
        async with asyncio.TaskGroup() as group:
            while True:
                self._changed.clear()
                pause = self._due(group)
                try:
                    async with asyncio.timeout(pause):  # wait_for would lose a cancellation that comes with the news
                        await self._changed.wait()
                except TimeoutError:
                    continue

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Wake nothing any more, also nothing that is asked for from now on, and wait until nothing is awake."""
        self._ending = True
        while self._running:
            await asyncio.wait(self._running)
        yield

    def _due(self, group: asyncio.TaskGroup) -> float | None:
        """Start everything that is due; return the seconds to the next, None where nothing waits."""
        now = asyncio.get_running_loop().time()
        while self._heap and not self._ending:
            when, number, key = self._heap[0]
            if self._current.get(key) != number:
                heapq.heappop(self._heap)
                continue
            if when > now:
                return when - now
            heapq.heappop(self._heap)
            del self._current[key]
            task = group.create_task(self._run(key))
            self._running.add(task)
            task.add_done_callback(self._running.discard)
        return None

    async def _run(self, key: Key) -> None:
        await self.wake(key)
