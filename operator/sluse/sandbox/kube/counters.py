"""How often each kind of request was answered with which code: tests assert the writes an operator makes."""

from __future__ import annotations

import threading
from collections import Counter
from typing import NamedTuple

WRITES = frozenset({"create", "update", "patch", "delete", "deletecollection"})


class Line(NamedTuple):
    """What is counted together. `verb` is RBAC's; a server-side apply counts as patch; `code` is the HTTP status."""

    verb: str
    resource: str
    subresource: str
    code: int
    username: str


class Requests:
    """Counts since the start, readable from any thread."""

    def __init__(self) -> None:
        self._counter: Counter[Line] = Counter()
        self._agents: Counter[tuple[str, Line]] = Counter()
        self._lock = threading.Lock()

    def add(self, line: Line, agent: str = "") -> None:
        """Count a request, of the client that calls itself `agent`."""
        with self._lock:
            self._counter[line] += 1
            self._agents[agent, line] += 1

    def snapshot(self) -> Counter[Line]:
        """Return a copy; the difference of two copies is what happened between."""
        with self._lock:
            return self._counter.copy()

    def count(
        self,
        *,
        verb: str | None = None,
        resource: str | None = None,
        subresource: str | None = None,
        code: int | None = None,
        username: str | None = None,
    ) -> int:
        """Return how many requests had all the given values; None means any."""
        wanted = (verb, resource, subresource, code, username)
        return sum(
            times
            for line, times in self.snapshot().items()
            if all(want is None or want == found for want, found in zip(wanted, line, strict=True))
        )

    def by_agent(self, agent: str) -> Counter[Line]:
        """Return what the clients asked for whose User-Agent has this in it: processes of one user are told apart by it."""
        found: Counter[Line] = Counter()
        with self._lock:
            for (name, line), times in self._agents.items():
                if agent in name:
                    found[line] += times
        return found

    def writes(self, *, username: str | None = None, resource: str | None = None) -> int:
        """Return how many writes were accepted (2xx); reviews are questions, not writes."""
        return sum(
            times
            for line, times in self.snapshot().items()
            if line.verb in WRITES
            and 200 <= line.code < 300
            and not line.resource.endswith("reviews")
            and (username is None or line.username == username)
            and (resource is None or line.resource == resource)
        )
