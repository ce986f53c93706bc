from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack

import pytest
from aiohttp import web
from pydantic import SecretStr

from sluse.cluster.access import Access
from sluse.cluster.client import Cluster
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue

Answer = tuple[int, dict[str, str], bytes] | str
Scripted = Callable[..., Awaitable[tuple[Cluster, "Script"]]]


class Script:
    """A server that answers the nth request with the nth answer (the last for ever), and keeps what it was asked.

    An answer is (status, headers, body), or `drop` (closes at once), `half` (promises more than it sends) or
    `garbage` (no HTTP at all).
    """

    def __init__(self, *answers: Answer) -> None:
        self._answers = answers
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", "/{tail:.*}", self._handle)
        return application

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.method, request.path_qs, dict(request.headers), await request.read()))
        answer = self._answers[min(len(self.requests), len(self._answers)) - 1]
        assert request.transport is not None
        if answer == "drop":
            request.transport.close()
            return web.Response()
        if answer == "garbage":
            request.transport.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")
            request.transport.close()
            return web.Response()
        if answer == "half":
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"kind": ')
            request.transport.close()
            return response
        assert not isinstance(answer, str)
        status, headers, body = answer
        return web.Response(status=status, headers=headers, body=body)


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as closing:
        yield closing


@pytest.fixture
async def scripted(stack: ExitStack, certificates: Certificates) -> AsyncIterator[Scripted]:
    """Start a server that says these answers; get a client of it."""
    opened: list[Cluster] = []

    async def start(*answers: Answer) -> tuple[Cluster, Script]:
        script = Script(*answers)
        served = stack.enter_context(Served(script.application, tls=certificates.server))
        access = Access(served.url, certificates.client(), SecretStr("a-secret-token"))
        cluster = await Cluster(access, connections=4, first_wait=0.001).__aenter__()
        opened.append(cluster)
        return cluster, script

    yield start
    for cluster in opened:
        await cluster.__aexit__(None, None, None)
