"""Strategies and values for the pure parts, and an authority that answers whatever a test tells it to."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import strategies as st
from pydantic import SecretStr

from sluse.model.keys import PublicJwk
from sluse.model.names import ClientId
from sluse.model.registration import Registration
from sluse.model.service_integration import Claim, Grant, Tenancy
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.port import Held
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue
from worlds.scripted import RAT

INITIAL = "initial-access-token-of-the-test"


def key(kid: str, x: str = "AAAA") -> PublicJwk:
    return PublicJwk(kty="EC", kid=kid, alg="ES256", crv="P-256", x=x, y="BBBB")


@pytest.fixture(scope="session")
def registration() -> Registration:
    return Registration(
        title="Fjordlegen Journal",
        organisation_number="313231593",
        grants=(Grant.CLIENT_CREDENTIALS,),
        scopes=("nhn:a/read",),
        claims=(Claim(type="nhn:a/claim", value="1"),),
        child_organisation_numbers=("313745392",),
        keys=(key("k1"),),
    )


@pytest.fixture(scope="session")
def registrations() -> st.SearchStrategy[Registration]:
    """Any registration whose claim types are given once: what the wire can hold."""
    lines = st.text(st.characters(exclude_characters="\r\n\t", codec="utf-8"), min_size=1, max_size=120)
    words = st.text(st.characters(min_codepoint=33, exclude_characters='"\\', codec="utf-8"), min_size=1, max_size=40)
    words = words.filter(lambda word: len(word.split()) == 1 and word == word.strip())
    numbers = st.from_regex(r"[0-9]{9}", fullmatch=True)
    urls = st.from_regex(r"https://[a-z]{1,8}\.example/[a-z%+]{0,8}", fullmatch=True)
    base64 = st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True)
    kids = st.from_regex(r"[!-~]{1,20}", fullmatch=True)
    ec = st.builds(
        lambda kid, x, y: PublicJwk(kty="EC", kid=kid, alg="ES256", crv="P-256", x=x, y=y), kids, base64, base64
    )
    rsa = st.builds(lambda kid, n, e: PublicJwk(kty="RSA", kid=kid, alg="PS256", n=n, e=e), kids, base64, base64)
    claims = st.dictionaries(words, lines, max_size=4).map(
        lambda items: tuple(Claim(type=name, value=value) for name, value in items.items())
    )
    fields = {
        "title": lines,
        "organisation_number": numbers,
        "tenancy": st.sampled_from(Tenancy),
        "grants": st.lists(st.sampled_from(Grant), min_size=1, max_size=4).map(tuple),
        "scopes": st.lists(words, min_size=1, max_size=5).map(tuple),
        "redirect_uris": st.lists(urls, max_size=4).map(tuple),
        "post_logout_redirect_uris": st.lists(urls, max_size=4).map(tuple),
        "child_organisation_numbers": st.lists(numbers, max_size=4).map(tuple),
        "claims": claims,
        "keys": st.lists(ec | rsa, min_size=1, max_size=4).map(tuple),
    }
    return st.fixed_dictionaries(fields).map(lambda values: Registration(**values))


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    directory: Path = tmp_path_factory.mktemp("tls")
    return issue(directory)


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]
    members: dict[str, Any]


Script = Callable[[web.Request, dict[str, Any]], web.StreamResponse | None]


@dataclass
class Scripted:
    """Answers each request by the next script; None from a script cuts the connection without an answer."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    scripts: deque[Script] = field(default_factory=deque)
    leave: threading.Event = field(default_factory=threading.Event)

    def then(self, *scripts: Script) -> None:
        self.scripts.extend(scripts)

    def answer(
        self,
        status: int = 200,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        kind: str = "application/json",
    ) -> None:
        self.then(lambda *_: web.Response(status=status, body=body, content_type=kind, headers=headers))

    def echo(self, status: int = 200, **changes: Any) -> None:
        """Answer with the members that were sent, except for `changes`; a change to None leaves the member out."""

        def script(_: web.Request, members: dict[str, Any]) -> web.Response:
            own = {
                "client_id": "client-1",
                "registration_access_token": "rat-0001",
                "registration_client_uri": f"{self.url}/register/client-1",
            }
            answer = {**own, **members, **changes}
            return web.json_response(
                {name: value for name, value in answer.items() if value is not None}, status=status
            )

        self.then(script)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        members = await request.json() if body else {}
        self.seen.append(Seen(request.method, request.path, dict(request.headers), members))
        response = self.scripts.popleft()(request, members)
        if response is None:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        return response

    def application(self) -> web.Application:
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self.handle)
        return application


@pytest.fixture
def scripted(certificates: Certificates) -> Iterator[Scripted]:
    authority = Scripted()
    with Served(authority.application, tls=certificates.server, name="scripted") as served:
        authority.url = served.url
        yield authority


@pytest.fixture
async def registrar(scripted: Scripted, certificates: Certificates) -> AsyncIterator[DynamicRegistrar]:
    async with DynamicRegistrar(
        issuer=scripted.url,
        registration_endpoint=f"{scripted.url}/register",
        initial_access_token=SecretStr(INITIAL),
        tls=certificates.client(),
        timeout=20.0,
    ) as dynamic:
        yield dynamic


@pytest.fixture
def held(scripted: Any) -> Held:
    return Held(ClientId("client-1"), f"{scripted.url}/register/client-1", SecretStr(RAT))
