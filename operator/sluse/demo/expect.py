"""Every narrated fact is asserted; one that does not come true ends the demo and says what was expected."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

Seen = TypeVar("Seen")

PATIENCE = 60.0  # seconds: how long is waited before a hope is given up, on a busy machine too
_LOOK = 0.02  # seconds between two looks


class NotAsExpected(AssertionError):
    """The story went differently. The message is what was expected, and what was seen instead."""


def expect(condition: object, expected: str, seen: object = "") -> None:
    """Assert one fact."""
    if not condition:
        raise NotAsExpected(f"{expected}{f'; seen instead: {seen}' if seen != '' else ''}")


@overload
async def eventually(
    look: Callable[[], Awaitable[Seen | None]], expected: str, *, patience: float = PATIENCE
) -> Seen: ...


@overload
async def eventually(look: Callable[[], Seen | None], expected: str, *, patience: float = PATIENCE) -> Seen: ...


async def eventually(look: Callable[[], Any], expected: str, *, patience: float = PATIENCE) -> Any:
    """Look until something is seen (not None, not False) and return it. A plain function looks in a thread."""
    deadline = time.monotonic() + patience
    while True:
        seen = await (look() if inspect.iscoroutinefunction(look) else asyncio.to_thread(look))
        if seen is not None and seen is not False:
            return seen
        if time.monotonic() > deadline:
            raise NotAsExpected(f"{expected}, within {patience:.0f} s")
        await asyncio.sleep(_LOOK)
