"""One operator with the real Kopf, in a thread and an event loop of its own.

Not in the test's loop: Kopf takes every task born during its run for its own, and waits for it at the end.
"""

from __future__ import annotations

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from sluse.controller.process import Process
from sluse.controller.replica import Replica
from sluse.demo.expect import PATIENCE, eventually
from sluse.model.settings import Settings
from sluse.wiring.parts import opened


class Running:
    """Use as a context manager: it runs inside, and at the end raises what the operator raised."""

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self._settings, self._now = settings, now
        self._up = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name="operator", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.process: Process | None = None
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._up.wait(PATIENCE), "the operator neither started nor failed"
        if self.failure is not None:
            raise self.failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self.process is not None and self._thread.is_alive():
            self.ask_to_end()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the operator ends when it is asked to"
        forget_half_made_connections()
        if self.failure is not None and error is None:
            raise self.failure

    def ask_to_end(self) -> None:
        """Ask it to end, as a signal does, and do not wait for it."""
        assert self._loop is not None
        assert self.process is not None
        self._loop.call_soon_threadsafe(self.process.stop.set)

    def ended(self) -> BaseException | None:
        """Wait until it ended by itself; return why."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive(), "the operator ends by itself"
        failure, self.failure = self.failure, None
        return failure

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        try:
            async with opened(self._settings, self._now) as parts:
                replica = Replica(parts)
                self.process = replica.process
                begun = asyncio.create_task(self._begun(self.process.ready))
                await replica.run()
                begun.cancel()
        except BaseException as error:  # noqa: BLE001 - handed to the test, which raises it
            self.failure = error
        finally:
            self._up.set()

    async def _begun(self, ready: asyncio.Event) -> None:
        await ready.wait()
        self._up.set()


async def quiet(operator: Running) -> None:
    """Wait until an operator has nothing left to do: all is declared, published, and dealt with."""
    process = operator.process
    assert process is not None

    def settled() -> bool:
        compiled, ledgers = process.box.now, process.parts.journal.all()
        if compiled is None or process.sync._wanted.is_set() or process.sync.under_way.locked() or process.publisher._news.is_set():  # fmt: skip
            return False
        declared = all(ledgers[slug].declared == share.stack.digest for slug, share in compiled.organisations.items())
        published = all(process.publisher._published.get(slug) is ledger for slug, ledger in ledgers.items())
        keys = [key for share in compiled.organisations.values() for key in share.clients]
        return declared and published and all(done(key) for key in keys)

    def done(key: Any) -> bool:
        held = process.parts.journal.get(key.organisation).client(key.integration, key.client)
        return held.anchor is None or key in process.schedule._current

    await eventually(settled, "the operator has nothing left to do")


def forget_half_made_connections() -> None:
    """Collect what an ended loop leaves behind, here and not in somebody else's test.

    A connection whose making is cancelled (a watch, a wake-up, at the moment of the end) is left by aiohttp to the
    collector, which warns of its transport; one that a server had not greeted yet is left so too. A process that ends
    has no such garbage; a thread's loop has.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
