"""What runs beside Kopf as long as the operator does: begun together, and ended in good order.

Asked to end, a loop is cancelled between two rounds: a stack that is being declared, a push, a wake-up at the authority
is finished, if it can be in time. What is cut off all the same is what a crash would leave, and is taken up by the next one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field
from typing import Any

log = logging.getLogger(__name__)

Still = AbstractAsyncContextManager[Any]
"""Entered once nothing of a loop is under way; while it is held, nothing begins. A loop's own lock is one."""


@dataclass
class Loops:
    """`failed` is told what ended a loop that nobody asked to end."""

    failed: Callable[[BaseException], None]
    _tasks: dict[asyncio.Task[None], Callable[[], Still]] = field(default_factory=dict)

    def begin(self, loop: Callable[[], Coroutine[Any, Any, None]], still: Callable[[], Still]) -> None:
        """Run a loop as a task."""
        task = asyncio.create_task(loop(), name=loop.__qualname__)
        task.add_done_callback(self._ended)
        self._tasks[task] = still

    async def end(self, within: float) -> bool:
        """End every loop as soon as nothing of it is under way, or after so many seconds; return whether nothing was cut off."""
        finished = await asyncio.gather(*(self._end(task, still, within) for task, still in self._tasks.items()))
        await asyncio.gather(*self._tasks, return_exceptions=True)
        return all(finished)

    async def _end(self, task: asyncio.Task[None], still: Callable[[], Still], within: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(within), still():
                task.cancel()
                return True
        log.warning("%s did not finish what it had begun in %d s", task.get_name(), within)
        task.cancel()
        return False

    def _ended(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        log.critical("%s ended; the operator stops", task.get_name())
        self.failed(task.exception() or RuntimeError(f"{task.get_name()} ended"))
