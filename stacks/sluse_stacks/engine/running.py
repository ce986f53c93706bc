"""One operation of the CLI after another, some at once, each in a thread: repeated where that helps, stopped when nobody waits for it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from pulumi import automation

from sluse.errors import ClusterUnavailable
from sluse_stacks.engine import failures
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.progress import Heard

_RUNS = 3  # of one operation, where the cluster did not answer or a dead process's lock was in the way
_T = TypeVar("_T")


class Runner:
    """Runs the operations of all stacks, `at_once` of the settings at a time."""

    def __init__(self, lean: Lean) -> None:
        self._lean = lean
        self._runs = asyncio.Semaphore(lean.settings.at_once)
        self._threads = ThreadPoolExecutor(lean.settings.at_once, thread_name_prefix="pulumi")

    async def close(self) -> None:
        """Wait for the threads. Whoever was declaring has ended, or was cancelled and has stopped its CLI."""
        await asyncio.to_thread(self._threads.shutdown)

    async def run(self, name: str, heard: Heard, operation: Callable[[], _T]) -> _T:
        """Run an operation of the CLI; again where the cluster did not answer, or a dead process's lock is taken away.

        Raises what `failures.error` makes of its end.
        """
        for run in range(1, _RUNS + 1):
            try:
                async with self._runs:
                    return await self._in_thread(name, operation)
            except automation.CommandError as failed:
                text = str(failed)
                held = failures.lock(text)
                error = failures.error(
                    name, text, heard.complaints, heard.violations, backend=self._lean.settings.backend
                )
                again = run < _RUNS
                if again and held and all(self._dead(name, each) for each in held):
                    await self._in_thread(name, lambda: self._lean.cancel(name))
                elif not (again and isinstance(error, ClusterUnavailable)):
                    raise error from None
                heard.complaints.clear()
        raise AssertionError("the last run returns or raises")

    def _dead(self, name: str, lock: failures.Lock) -> bool:
        """Tell whether a lock's owner is known to be no more: a CLI that was started here."""
        return lock.host == socket.gethostname() and self._lean.command.dead(name, lock.pid)

    async def _in_thread(self, name: str, operation: Callable[[], _T]) -> _T:
        """Run it in a thread; when this task is cancelled, stop the CLI and wait for its end."""

        def opened() -> _T:
            self._lean.open()
            return operation()

        running = asyncio.get_running_loop().run_in_executor(self._threads, opened)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            await asyncio.to_thread(self._lean.command.stop, name)
            with suppress(automation.CommandError):
                await running
            raise
