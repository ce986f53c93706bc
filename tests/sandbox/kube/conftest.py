"""The sandbox's API alone: what a real server cannot be asked to do."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sluse.sandbox.clock import Clock
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import Identity
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue

ADMIN = Identity("admin", ("system:masters",), "token-of-the-administrator")
GUEST = Identity("guest", (), "token-of-the-guest")


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def make_api(clock: Clock) -> Callable[..., KubernetesAPI]:
    def make(**more: Any) -> KubernetesAPI:
        return KubernetesAPI([ADMIN, GUEST], clock, **more)

    return make


@pytest.fixture
def api(make_api: Callable[..., KubernetesAPI]) -> KubernetesAPI:
    return make_api()


@pytest.fixture
def serve(certificates: Certificates) -> Callable[[KubernetesAPI], Served]:
    return lambda api: Served(api.application, tls=certificates.server, name="kube")


@pytest.fixture
def served(api: KubernetesAPI, serve: Callable[[KubernetesAPI], Served]) -> Iterator[Served]:
    with serve(api) as running:
        yield running


@dataclass(frozen=True)
class Reply:
    code: int
    body: Any
    headers: dict[str, str]


class Client:
    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str | None = ADMIN.token,
        media: str = "application/json",
        **query: Any,
    ) -> Reply:
        headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
        raw = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        data = None if raw is None else io.BytesIO(raw)
        if data is not None:
            headers["Content-Type"] = media
        async with self.session.request(method, self.url + path, data=data, headers=headers, params=query) as response:
            return Reply(response.status, json.loads(await response.read()), dict(response.headers))


@pytest.fixture
async def session(certificates: Certificates) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=certificates.client())
    async with aiohttp.ClientSession(connector=connector) as opened:
        yield opened


@pytest.fixture
def ask(served: Served, session: aiohttp.ClientSession) -> Client:
    return Client(session, served.url)


@pytest.fixture
def client_of(session: aiohttp.ClientSession) -> Callable[[str], Client]:
    return lambda url: Client(session, url)


@pytest.fixture
def guest_token() -> str:
    return GUEST.token


@pytest.fixture
def admin() -> Identity:
    return ADMIN


@pytest.fixture
def configmap() -> Callable[..., dict[str, Any]]:
    def make(name: str = "one", **data: str) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}

    return make


@pytest.fixture
def ca_file(certificates: Certificates) -> Path:
    return certificates.ca_file
