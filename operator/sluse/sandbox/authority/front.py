"""What every request passes: faults, refusals into answers, counting.

In one place because their order matters: a fault may keep the work from being done or the answer from arriving,
and what is counted is what left the house.
"""

from __future__ import annotations

import asyncio
from weakref import WeakSet

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sluse.sandbox.authority.answers import Refusal, document
from sluse.sandbox.authority.counters import DROPPED, UNKNOWN_PATH, Counters
from sluse.sandbox.authority.faults import Fault, Faults, Kind


class Front:
    """Stands between the wire and the endpoints of one application."""

    def __init__(self, faults: Faults, counters: Counters) -> None:
        self._faults = faults
        self._counters = counters
        self._connections: WeakSet[asyncio.BaseTransport] = WeakSet()

    def middleware(self) -> Middleware:
        """Return what aiohttp calls for each request."""

        @web.middleware
        async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.transport is not None:
                self._connections.add(request.transport)
            return await self._answer(request, handler)

        return answer

    async def shut(self, _application: web.Application) -> None:
        """Give up held requests and cut all connections: a polite TLS goodbye would outlive the server's loop."""
        self._faults.abandon()
        for transport in self._connections:
            if isinstance(transport, asyncio.WriteTransport):
                transport.abort()

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self._faults.take(request.method, request.path)
        response = await _before(fault) or await _work(request, handler)
        dropped = fault is not None and fault.kind in (Kind.DROP_BEFORE_WORK, Kind.DROP_AFTER_WORK)
        self._counters.add(request.method, _template(request), DROPPED if dropped else response.status)
        return await _after(fault, request, response)


async def _before(fault: Fault | None) -> web.Response | None:
    """Return an answer if the work is not to be done."""
    if fault is None:
        return None
    if fault.kind is Kind.ANSWER:
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        error = "temporarily_unavailable" if fault.status in (429, 503) else "fault_on_request"
        return document({"error": error, "error_description": "a fault was asked for"}, fault.status, headers)
    if fault.kind is Kind.DROP_BEFORE_WORK:
        return web.Response()
    if fault.gate is not None:
        await fault.gate.passage()
    return None


async def _work(request: web.Request, handler: Handler) -> web.Response:
    try:
        response = await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPException as refusal:  # the router's: no such path, method or size
        return document({"error": "invalid_request", "error_description": refusal.reason}, refusal.status)
    assert isinstance(response, web.Response)
    return response


async def _after(fault: Fault | None, request: web.Request, response: web.Response) -> web.StreamResponse:
    kind = fault.kind if fault is not None else None
    body = response.body if isinstance(response.body, bytes) else b""
    if kind in (Kind.DROP_BEFORE_WORK, Kind.DROP_AFTER_WORK):
        _cut(request)
    elif kind is Kind.BROKEN_JSON:
        response.body = body[: len(body) // 2]
    elif kind is Kind.HALF_ANSWER and body:
        half = web.StreamResponse(status=response.status, headers=response.headers)
        half.content_length = len(body)
        await half.prepare(request)
        await half.write(body[: len(body) // 2])
        _cut(request)
        return half
    return response


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.close()


def _template(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else UNKNOWN_PATH
