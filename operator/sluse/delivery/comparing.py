"""Every stack is compared with the cluster now and then, whether or not anybody saw that something happened to it.

Handlers see a spec that somebody edits and an object that goes. Nobody sees a label that was changed, a summary (its kind has no
handler), or what an earlier process created and could not remember.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sluse.delivery.compiled import Box
from sluse.delivery.sync_result import StackFailed

log = logging.getLogger(__name__)

AT_A_TIME = 2
"""Stacks compared at once: it is never urgent, and merged changes come first."""

_PAUSE = 5.0
"""Seconds between two looks at the clock."""


@dataclass
class Comparing:
    """Compares each stack once in `every` seconds of `now`, the first ones spread over the first such time."""

    box: Box
    compare: Callable[[str], Awaitable[StackFailed | None]]
    failed: Callable[[], None]
    every: float
    now: Callable[[], datetime]
    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)
    _due: Mapping[str, datetime] = field(default_factory=dict)

    async def loop(self) -> None:
        """Compare for ever; cancelled with the process."""
        while True:
            await self.box.get()
            async with self.under_way:
                await self.once()
            await asyncio.sleep(_PAUSE)

    async def once(self) -> None:
        """Compare what is due by now. What fails is tried again, and told, by the next sync, which is asked for."""
        compiled, at = self.box.now, self.now()
        self._due = schedule(self._due, compiled.organisations if compiled is not None else (), at, self.every)
        due = sorted(slug for slug, when in self._due.items() if when <= at)
        limit = asyncio.Semaphore(AT_A_TIME)

        async def compare(slug: str) -> StackFailed | None:
            async with limit:
                return await self.compare(slug)

        failures = [failure for failure in await asyncio.gather(*map(compare, due)) if failure is not None]
        self._due = {**self._due, **dict.fromkeys(due, at + timedelta(seconds=self.every))}
        for failure in failures:
            log.warning("not compared: %s", failure)
        if failures:
            self.failed()


def schedule(due: Mapping[str, datetime], slugs: Iterable[str], now: datetime, every: float) -> Mapping[str, datetime]:
    """Return when each stack is due: as known, or, for a new one, at a place of its own within the next `every` seconds."""
    return {slug: due.get(slug) or now + timedelta(seconds=every * _place(slug)) for slug in slugs}


def _place(slug: str) -> float:
    """Return a number from 0 to 1 that a name always has, so that a restart does not have all compared at once."""
    return (int.from_bytes(sha256(slug.encode()).digest()[:4], "big") + 1) / 2**32
