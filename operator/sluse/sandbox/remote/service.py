"""The remote as an aiohttp application: who asks, which of git's three requests, and on to the backend.

Only the smart protocol is served. The dumb one (files by name) would show the repository's inside, and dulwich or
a server of our own would be one more imitation where the real git is at hand.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from aiohttp import web

from sluse.sandbox.remote.backend import Backend
from sluse.sandbox.remote.faults import Fault, Faults
from sluse.sandbox.remote.people import Pusher, bearer, distinct
from sluse.sandbox.remote.repository import LARGEST_PUSH, NAME, environment, http_backend, prepare

_REQUESTS = frozenset({("GET", "info/refs"), ("POST", "git-upload-pack"), ("POST", "git-receive-pack")})
_SERVICES = frozenset({"git-upload-pack", "git-receive-pack"})
_AT_ONCE = 16  # git processes; more requests wait their turn
_LOOK = 0.05  # seconds between looks whether a fault still lasts

_log = logging.getLogger(__name__)


class Remote:
    """One bare repository, `integrations.git`, with `main` as its default branch, in `directory`.

    `application()` is for `Served`; `repository` is the path on disk (reading it there asks nobody for a token).
    """

    def __init__(self, directory: Path, people: Sequence[Pusher], *, largest_push: int = LARGEST_PUSH) -> None:
        self._people = distinct(people)
        self._directory = directory
        self._largest_push = largest_push
        self.repository = prepare(directory, self._people)
        self._program = http_backend(directory)
        self.faults = Faults()

    def application(self) -> web.Application:
        """Return the application; the repository is at `/integrations.git`."""
        backend = Backend(self._program, self._directory, largest_body=self._largest_push)
        turns = asyncio.Semaphore(_AT_ONCE)
        closing = asyncio.Event()
        connections: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()

        async def handle(request: web.Request) -> web.StreamResponse:
            if request.transport is not None:
                connections.add(request.transport)
            await self._fail_on_request(request, closing)
            person = bearer(self._people, request.headers.get("Authorization"))
            if person is None:
                raise web.HTTPUnauthorized(
                    headers={"WWW-Authenticate": 'Bearer realm="sandbox"'}, text="a valid bearer token is needed\n"
                )
            surroundings = self._surroundings(request, person)
            async with turns:
                response = await backend.answer(request, surroundings, self._counter(request))
            _log.info("%s: %s %s -> %d", person.name, request.method, request.path, response.status)
            return response

        async def shutdown(_: web.Application) -> None:
            closing.set()
            await backend.close()
            for connection in connections:
                connection.abort()  # TLS would wait for a goodbye that comes after the loop has stopped

        application = web.Application()
        application.router.add_route("*", f"/{NAME}/{{tail:.*}}", handle)
        application.on_shutdown.append(shutdown)
        return application

    async def _fail_on_request(self, request: web.Request, closing: asyncio.Event) -> None:
        fault = self.faults.fault
        if fault is Fault.DROPPED and request.transport is not None:
            request.transport.abort()
        if fault is Fault.SILENT:
            self.faults.kept()
        while self.faults.fault is Fault.SILENT and request.transport and not closing.is_set():
            with suppress(TimeoutError):  # a look now and then: the fault is set from other threads
                await asyncio.wait_for(closing.wait(), _LOOK)
        if fault is not None:
            raise web.HTTPServiceUnavailable(text="the remote is away\n")

    def _surroundings(self, request: web.Request, person: Pusher) -> dict[str, str]:
        """Return the CGI's environment. No CONTENT_LENGTH: the body's end is told by closing the pipe."""
        tail = request.match_info["tail"]
        if (request.method, tail) not in _REQUESTS:
            raise web.HTTPNotFound(text="only git's smart protocol is served here\n")
        query = ""
        if tail == "info/refs":
            service = request.query.get("service")
            if service not in _SERVICES:
                raise web.HTTPForbidden(text="only git's smart protocol is served here\n")
            query = f"service={service}"
        return {
            **environment(self._directory),
            "GIT_PROJECT_ROOT": str(self._directory),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "PATH_INFO": f"/{NAME}/{tail}",
            "QUERY_STRING": query,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "REMOTE_USER": person.name,
            "REMOTE_ADDR": request.remote or "",
        }

    def _counter(self, request: web.Request) -> Callable[[bytes], None]:
        """Return what looks at the answer: a ref listing and a refused push are requests too, and must not count."""
        if request.match_info["tail"] == "git-receive-pack":
            return _once(b"ok refs/", self.faults.pushed)
        return _once(b"000dpackfile\n", self.faults.fetched)


def _once(sign: bytes, found: Callable[[], None]) -> Callable[[bytes], None]:
    tail = b""
    done = False

    def look(chunk: bytes) -> None:
        nonlocal tail, done
        if done:
            return
        window = tail + chunk
        if sign in window:
            done = True
            found()
        tail = window[-len(sign) :]

    return look
