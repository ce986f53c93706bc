"""The real clocks, in a module of their own: most commands need one and none of the adapters."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]

_AWAKE_OR_NOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def utc_now() -> datetime:
    """Return the real time."""
    return datetime.now(UTC)


def elapsed() -> float:
    """Return seconds since any moment. It never goes back, and goes on while the machine sleeps."""
    return time.clock_gettime(_AWAKE_OR_NOT)
