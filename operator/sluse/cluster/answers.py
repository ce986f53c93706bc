"""What an answer of the API server means to us: an object, or one of our errors. The only place that maps them.

The server's own sentence is passed on, but never for Secrets: a refusal may quote the value it refuses.
"""

from __future__ import annotations

from typing import Any

import orjson

from sluse.errors import ClusterError, ClusterUnavailable, Conflict, Forbidden, Invalid, NotFound

_LONGEST = 1000


def read(status: int, body: bytes, retry_after: str | None, what: str, *, secret: bool) -> dict[str, Any]:
    """Return the object of a good answer, or raise. `what` says what was asked, such as `PATCH /api/v1/...`."""
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        answer = None
    if 200 <= status < 300 and isinstance(answer, dict):
        return answer
    raise _error(status, answer if isinstance(answer, dict) else {}, retry_after, what, secret=secret)


def seconds(retry_after: str | None) -> float | None:
    """Read a Retry-After header. Kubernetes sends whole seconds; a date is not understood and counts as unsaid."""
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None


def _error(status: int, answer: dict[str, Any], retry_after: str | None, what: str, *, secret: bool) -> ClusterError:
    said = str(answer.get("reason" if secret else "message") or "")[:_LONGEST]
    message = f"{what}: {status} {said}".rstrip()
    if status < 400:  # a 2xx without an object, or a redirect: something that is not the API server answered
        return ClusterUnavailable(f"{what}: {status} with an answer that is not a Kubernetes object")
    if status == 429 or status >= 500:
        return ClusterUnavailable(message, retry_after=seconds(retry_after))
    if status in {401, 403}:
        return Forbidden(message, hint="the operator's role or token does not allow this; see its RBAC rules")
    return {404: NotFound, 409: Conflict}.get(status, Invalid)(message)
