"""The sandbox's clock: real time plus an offset that the demo and tests move, never backwards.

Why not simulated time throughout: tokens, assertions and certificates are checked by real libraries against
the time we pass them, so every part of the sandbox asks this clock and none asks the operating system. The offset
is also kept in a file, from which operators that the demo starts as processes of their own read it.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """Safe to read from any thread. `now()` is timezone-aware UTC."""

    def __init__(self, offset_file: Path | None = None) -> None:
        self._offset = timedelta()
        self._lock = threading.Lock()
        self._file = offset_file

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
            if self._file is not None:
                beside = self._file.with_suffix(".new")
                beside.write_text(str(self._offset.total_seconds()))
                beside.replace(self._file)
        return self.now()


def read_clock(offset_file: Path) -> datetime:
    """Return the present moment of the sandbox that keeps its offset in this file; none yet means real time."""
    try:
        seconds = float(offset_file.read_text())
    except FileNotFoundError:
        seconds = 0.0
    return datetime.now(UTC) + timedelta(seconds=seconds)
