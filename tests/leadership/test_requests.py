"""Nothing leaves for which the fence closed, however late it closed: the server saw nothing of it."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import warnings
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from sluse.errors import NotLeading
from sluse.leadership.requests import fenced
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue


class Gate:
    """A fence that lets through as often as it is told to."""

    def __init__(self, passes: int) -> None:
        self.passes = passes

    def __call__(self) -> None:
        if self.passes == 0:
            raise NotLeading("closed")
        self.passes -= 1


class Site:
    """Keeps what arrives; answers only while `open`."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, bytes]] = []
        self.came, self.open = threading.Event(), threading.Event()
        self.open.set()

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", "/", self._handle)
        return application

    async def _handle(self, request: web.Request) -> web.Response:
        self.arrived.append((request.method, await request.read()))
        self.came.set()
        await asyncio.to_thread(self.open.wait)
        return web.Response()


@pytest.fixture
async def site() -> AsyncIterator[tuple[Site, str]]:
    site = Site()
    with Served(site.application, tls=None) as served:
        yield site, served.url


def session(gate: Gate, *, reads: bool = False) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1), request_class=fenced(gate, reads=reads))


ALWAYS = 1000


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("body", [b"something", None])
async def test_a_write_passes_an_open_fence_and_no_closed_one(
    site: tuple[Site, str], method: str, body: bytes | None
) -> None:
    page, url = site
    gate = Gate(ALWAYS)
    async with session(gate) as http:
        async with http.request(method, url, data=body):
            pass
        gate.passes = 0
        with pytest.raises(NotLeading):
            async with http.request(method, url, data=body):
                pass
        gate.passes = ALWAYS
        async with http.request(method, url, data=b"after"):
            pass
    assert page.arrived == [(method, body or b""), (method, b"after")]


@pytest.mark.parametrize("size", [1, 500_000])
async def test_a_fence_that_closes_when_the_connection_is_had_stops_the_body_and_its_headers(
    site: tuple[Site, str], size: int
) -> None:
    page, url = site
    gate = Gate(1)
    async with session(gate) as http:
        with pytest.raises(NotLeading):
            await _post(http, url, b"x" * size)
        gate.passes = ALWAYS
        await _post(http, url, b"after")
    assert page.arrived == [("POST", b"after")]


async def test_a_write_that_waited_for_a_connection_is_asked_when_it_has_one(site: tuple[Site, str]) -> None:
    page, url = site
    gate, queued = Gate(ALWAYS), asyncio.Event()
    page.open.clear()
    async with session(gate) as http:
        http.trace_configs.append(_telling_of_queues(queued))
        first, second = (asyncio.create_task(_post(http, url, body)) for body in (b"first", b"second"))
        await queued.wait()
        await asyncio.to_thread(page.came.wait)
        gate.passes = 0
        page.open.set()
        await first
        with pytest.raises(NotLeading):
            await second
        gate.passes = ALWAYS
        await _post(http, url, b"after")
    assert page.arrived == [("POST", b"first"), ("POST", b"after")]


async def test_reading_passes_unless_reads_are_fenced_too(site: tuple[Site, str]) -> None:
    page, url = site
    async with session(Gate(0)) as http, http.get(url) as answer:
        assert answer.status == 200
    async with session(Gate(0), reads=True) as http:
        with pytest.raises(NotLeading):
            async with http.get(url):
                pass
    assert len(page.arrived) == 1


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return issue(tmp_path)


@pytest.fixture
def unmannered(certificates: Certificates) -> Iterator[str]:
    """The address of a server that greets by TLS, and says no farewell as long as the test lasts."""
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            accepted, _ = listening.accept()
            with certificates.server.wrap_socket(accepted, server_side=True):
                ended.wait()

        greeting = threading.Thread(target=greet)
        greeting.start()
        yield f"https://localhost:{listening.getsockname()[1]}"
        ended.set()
        greeting.join()


@pytest.mark.parametrize("body", [b"something", None])
def test_what_a_fence_stops_leaves_no_connection_behind(
    certificates: Certificates, unmannered: str, body: bytes | None
) -> None:
    async def refused() -> None:
        connector = aiohttp.TCPConnector(ssl=certificates.client())
        async with aiohttp.ClientSession(connector=connector, request_class=fenced(Gate(0))) as http:
            with pytest.raises(NotLeading):
                async with http.post(unmannered, data=body):
                    pass

    gc.collect()  # what others left is not held against the fence
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        asyncio.run(refused())
        gc.collect()
    assert not told


async def _post(http: aiohttp.ClientSession, url: str, body: bytes) -> None:
    async with http.post(url, data=body):
        pass


def _telling_of_queues(queued: asyncio.Event) -> aiohttp.TraceConfig:
    async def begins(*_: object) -> None:
        queued.set()

    traces = aiohttp.TraceConfig()
    traces.on_connection_queued_start.append(begins)
    traces.freeze()
    return traces
