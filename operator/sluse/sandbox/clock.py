"""The sandbox's clock: real time plus an offset that the demo and tests move, never backwards.

Why not simulated time throughout: tokens, assertions and certificates are checked by real libraries against
the time we pass them, so every part of the sandbox asks this clock and none asks the operating system.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Safe to read from any thread. `now()` is timezone-aware UTC."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the sandbox's present moment."""
        with self._lock:
            return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> datetime:
        """Move forward. A ValueError for a negative step: tokens already judged would come back to life."""
        if by < timedelta():
            raise ValueError("the sandbox's clock does not run backwards")
        with self._lock:
            self._offset += by
        return self.now()
