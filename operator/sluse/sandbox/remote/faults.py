"""Faults on request, and counts of what really moved. Both are read and set from other threads than the server's.

Connection refused is not here: close the `Served` that carries the application, and start another on its port.
"""

from __future__ import annotations

import enum
import threading
from dataclasses import dataclass, replace


class Fault(enum.Enum):
    """How the remote fails while a fault is set."""

    UNAVAILABLE = "unavailable"  # answers 503
    DROPPED = "dropped"  # accepts the connection and cuts it without an answer
    SILENT = "silent"  # accepts the request and never answers


@dataclass(frozen=True)
class Counts:
    """`fetches`: answers that carried a pack. `pushes`: pushes that moved at least one ref. `kept`: met silence."""

    fetches: int = 0
    pushes: int = 0
    kept: int = 0


class Faults:
    """The switch, and the counter beside it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._counts = Counts()

    def gone(self, fault: Fault = Fault.UNAVAILABLE) -> None:
        """From now on every request fails like this."""
        with self._lock:
            self._fault = fault

    def back(self) -> None:
        """Answer again."""
        with self._lock:
            self._fault = None

    @property
    def fault(self) -> Fault | None:
        """How the remote fails at present, None where it works."""
        with self._lock:
            return self._fault

    @property
    def counts(self) -> Counts:
        """Since the start."""
        with self._lock:
            return self._counts

    def fetched(self) -> None:
        """Count one fetch; the server calls it."""
        with self._lock:
            self._counts = replace(self._counts, fetches=self._counts.fetches + 1)

    def pushed(self) -> None:
        """Count one push; the server calls it."""
        with self._lock:
            self._counts = replace(self._counts, pushes=self._counts.pushes + 1)

    def kept(self) -> None:
        """Count one request that waits for an answer; the server calls it."""
        with self._lock:
            self._counts = replace(self._counts, kept=self._counts.kept + 1)
