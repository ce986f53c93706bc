"""Faults on request: the bad days of an API server, played exactly where a test or the demo wants them.

Python: `api.faults.add(Fault(code=429, retry_after=1, resource="configmaps", times=3))`, from any thread.
HTTP, for system:masters: POST /sandbox/faults with the same members as JSON, GET lists, DELETE clears.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from sluse.sandbox.kube.status import APIError, Object, bad_request, expired

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    409: "Conflict",
    410: "Expired",
    422: "Invalid",
    429: "TooManyRequests",
    500: "InternalError",
    503: "ServiceUnavailable",
    504: "Timeout",
}


@dataclass(frozen=True)
class Fault:
    """What goes wrong, for which requests, how often.

    `code`: answer with this HTTP status instead of doing the work. `retry_after`: seconds, sent with it.
    `latency`: seconds to wait first. `hang_up`: `before` cuts the connection instead of doing the work, `after` does
    the work and loses the answer. The other members select requests; None selects any. `times` None: for ever.
    """

    code: int | None = None
    retry_after: int | None = None
    latency: float = 0.0
    hang_up: str | None = None
    verb: str | None = None
    resource: str | None = None
    subresource: str | None = None
    namespace: str | None = None
    name: str | None = None
    username: str | None = None
    times: int | None = 1

    def __post_init__(self) -> None:
        if self.hang_up not in {None, "before", "after"}:
            raise ValueError("hang_up is before or after")
        if self.code is not None and self.code not in _REASONS:
            raise ValueError(f"code is one of {sorted(_REASONS)}")

    def error(self) -> APIError | None:
        """Return the answer to give, None if the work is to be done."""
        if self.code is None:
            return None
        if self.code == 410:
            return expired("The provided continue parameter is too old (a fault was asked for)")
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after is not None else {}
        details = {"retryAfterSeconds": self.retry_after} if self.retry_after is not None else None
        message = f"the sandbox was asked to answer {self.code}"
        return APIError(self.code, _REASONS[self.code], message, details=details, headers=headers)


class Faults:
    """The faults still to happen. All methods may be called from any thread."""

    def __init__(self, end_watches: Callable[[str | None], None], compact: Callable[[str | None], None]) -> None:
        self._pending: list[Fault] = []
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end_watches = end_watches
        self._compact = compact

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Tell on which loop the API runs."""
        self._loop = loop

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._pending.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()

    def pending(self) -> tuple[Fault, ...]:
        with self._lock:
            return tuple(self._pending)

    def drop_watches(self, resource: str | None = None) -> None:
        """End the open watches on a plural, or all of them; clients are to come back."""
        self._call(self._end_watches, resource)

    def forget_history(self, resource: str | None = None) -> None:
        """Compact: a watch that resumes from before now gets 410 and must list anew."""
        self._call(self._compact, resource)

    def take(self, **request: str) -> Fault | None:
        """Return the first fault that this request meets, and use it up."""
        if not self._pending:
            return None
        with self._lock:
            for index, fault in enumerate(self._pending):
                if all(getattr(fault, name) in {None, value} for name, value in request.items()):
                    if fault.times is not None:
                        if fault.times > 1:
                            self._pending[index] = replace(fault, times=fault.times - 1)
                        else:
                            del self._pending[index]
                    return fault
        return None

    def _call(self, function: Callable[[str | None], None], resource: str | None) -> None:
        if self._loop is None:
            raise RuntimeError("the API is not being served yet")
        self._loop.call_soon_threadsafe(function, resource)


def parsed(body: Any) -> Fault:
    """Read a fault from JSON; a 400 says what is wrong."""
    known = {field.name for field in fields(Fault)}
    if not isinstance(body, dict) or body.keys() - known:
        raise bad_request(f"a fault has the members {', '.join(sorted(known))}")
    try:
        return Fault(**body)
    except (TypeError, ValueError) as error:
        raise bad_request(str(error)) from None


def as_json(fault: Fault) -> Object:
    """Return the members that are set."""
    return {name: value for name, value in asdict(fault).items() if value is not None}
