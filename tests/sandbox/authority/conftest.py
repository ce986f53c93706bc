"""Authorities of one test each, and the smallest client that registers and gets a token."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from joserfc import jwk, jws

from sluse.sandbox import tls
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.clock import Clock
from sluse.sandbox.server import Served

Json = dict[str, Any]
SCOPES = ("nhn:journal/read", "nhn:journal/write")


@dataclass
class Running:
    """An authority that answers, and what is needed to reach it."""

    authority: Authority
    served: Served
    clock: Clock

    @property
    def issuer(self) -> str:
        return self.served.url


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> tls.Certificates:
    return tls.issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def start(certificates: tls.Certificates) -> Iterator[Callable[..., Running]]:
    """Start an authority with the given habits."""
    with ExitStack() as stack:

        def run(environment: str = "test", **habits: Any) -> Running:
            clock = Clock()
            tokens = {"initial-token": "operator"}
            authority = Authority(environment, clock=clock, initial_access_tokens=tokens, scopes=SCOPES, **habits)
            served = stack.enter_context(authority.served(certificates.server))
            return Running(authority, served, clock)

        yield run


@pytest.fixture
def running(start: Callable[..., Running]) -> Running:
    return start()


@pytest.fixture(scope="session")
def key() -> jwk.ECKey:
    return jwk.ECKey.generate_key("P-256")


@pytest.fixture(scope="session")
def metadata(key: jwk.ECKey) -> Json:
    return {
        "client_name": "Fjordlegen Journal",
        "grant_types": ["client_credentials"],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "jwks": {"keys": [{**key.as_dict(private=False), "kid": "one", "alg": "ES256", "use": "sig"}]},
        "scope": " ".join(SCOPES),
        "token_endpoint_auth_method": "private_key_jwt",
        "dpop_bound_access_tokens": True,
        "helseid_orgnr": "313231593",
        "helseid_tenancy": "single-tenant",
        "helseid_child_orgnr": [],
        "helseid_claims": {},
    }


class Caller:
    """Requests to any authority; each gives status, headers and the parsed body (None where there is none)."""

    def __init__(self, session: aiohttp.ClientSession, certificates: tls.Certificates, key: jwk.ECKey) -> None:
        self._session = session
        self._trust = certificates.client()
        self._key = key

    async def send(self, method: str, url: str, **options: Any) -> tuple[int, Any, Any]:
        async with self._session.request(method, url, ssl=self._trust, **options) as response:
            body = await response.read()
            return response.status, response.headers, json.loads(body) if body else None

    async def register(self, running: Running, metadata: Json) -> tuple[int, Any, Any]:
        headers = {"Authorization": "Bearer initial-token"}
        return await self.send("POST", f"{running.issuer}/connect/register", json=metadata, headers=headers)

    async def manage(self, method: str, registration: Json, body: Json | None = None) -> tuple[int, Any, Any]:
        headers = {"Authorization": f"Bearer {registration['registration_access_token']}"}
        return await self.send(method, registration["registration_client_uri"], json=body, headers=headers)

    async def token(
        self, running: Running, client_id: str, nonce: str | None = None, **claims: Any
    ) -> tuple[int, Any, Any]:
        now = int(running.clock.now().timestamp())
        unique = {"jti": uuid.uuid4().hex, "iat": now}
        who = {"iss": client_id, "sub": client_id, "aud": running.issuer, "exp": now + 10, **unique, **claims}
        what = {
            "htm": "POST",
            "htu": f"{running.issuer}/connect/token",
            **unique,
            **({"nonce": nonce} if nonce else {}),
        }
        public = self._key.as_dict(private=False)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self._signed({"typ": "client-authentication+jwt", "kid": "one"}, who),
        }
        headers = {"DPoP": self._signed({"typ": "dpop+jwt", "jwk": public}, what)}
        return await self.send("POST", f"{running.issuer}/connect/token", data=form, headers=headers)

    async def fetch_token(self, running: Running, client_id: str) -> str:
        _, headers, _ = await self.token(running, client_id)
        _, _, answer = await self.token(running, client_id, headers["DPoP-Nonce"])
        token: str = answer["access_token"]
        return token

    async def whoami(self, running: Running, token: str, ath: str) -> tuple[int, Any, Any]:
        url = f"{running.issuer}/api/whoami"
        claims = {"htm": "GET", "htu": url, "jti": uuid.uuid4().hex, "iat": int(running.clock.now().timestamp())}
        proof = self._signed({"typ": "dpop+jwt", "jwk": self._key.as_dict(private=False)}, {**claims, "ath": ath})
        return await self.send("GET", url, headers={"Authorization": f"DPoP {token}", "DPoP": proof})

    def _signed(self, header: Json, claims: Json) -> str:
        return jws.serialize_compact({"alg": "ES256", **header}, json.dumps(claims), self._key, ["ES256"])


@pytest.fixture
async def caller(certificates: tls.Certificates, key: jwk.ECKey) -> AsyncIterator[Caller]:
    async with aiohttp.ClientSession() as session:
        yield Caller(session, certificates, key)


@pytest.fixture
async def registration(running: Running, caller: Caller, metadata: Json) -> Json:
    status, _, document = await caller.register(running, metadata)
    assert status == 201
    registered: Json = document
    return registered


@pytest.fixture(scope="session")
def ath() -> Callable[[str], str]:
    def hash_of(token: str) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")

    return hash_of
