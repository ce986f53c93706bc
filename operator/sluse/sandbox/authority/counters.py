"""How many requests were answered, by method, path template and status. Readable from any thread.

A template (`/connect/register/{client_id}`), not a path: what is counted must not grow with the clients. A dropped
connection counts as status 0; a request is counted before its answer leaves.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

DROPPED = 0
UNKNOWN_PATH = "(unknown path)"


class Counters:
    """Counts of one authority since it was made."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, int]] = Counter()
        self._changed = threading.Condition()

    def add(self, method: str, template: str, status: int) -> None:
        """Count one request."""
        with self._changed:
            self._counts[method, template, status] += 1
            self._changed.notify_all()

    def snapshot(self) -> Mapping[tuple[str, str, int], int]:
        """Return all counts as they are now."""
        with self._changed:
            return dict(self._counts)

    def count(self, method: str | None = None, template: str | None = None, status: int | None = None) -> int:
        """Return the sum over what is given; None means any."""
        with self._changed:
            return self._sum(method, template, status)

    def wait_for(
        self, at_least: int, timeout: float, *, method: str | None = None, template: str | None = None,
        status: int | None = None,
    ) -> bool:  # fmt: skip
        """Wait at most `timeout` seconds until `count` would return `at_least`; whether it does."""
        with self._changed:
            return self._changed.wait_for(lambda: self._sum(method, template, status) >= at_least, timeout)

    def _sum(self, *wanted: str | int | None) -> int:
        return sum(
            count
            for key, count in self._counts.items()
            if all(want is None or want == have for want, have in zip(wanted, key, strict=True))
        )
