"""One authority for the whole suite, and a client that can be told to do any one thing wrong.

Nothing here knows the inside of the authority: another one is judged by giving `target` its issuer, an initial
access token, two scopes of one API and one of another.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from joserfc import jwk, jws

from sluse.sandbox import tls
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.clock import Clock

Json = dict[str, Any]
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Target:
    """The authority under test. `now` is its idea of the time, in seconds."""

    issuer: str
    trust: ssl.SSLContext
    initial_token: str
    read: str
    write: str
    elsewhere: str
    unregistered: str
    now: Callable[[], float]

    def url(self, path: str) -> str:
        return self.issuer + path


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Json:
        document: Json = json.loads(self.body)
        return document

    @property
    def refusal(self) -> tuple[int, str]:
        return self.status, self.json["error"]

    @property
    def why(self) -> str:
        description: str = self.json["error_description"]
        return description


def without_none(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def signed(header: Json, claims: Json, key: jwk.RSAKey | jwk.ECKey) -> str:
    """Sign whatever it is; a library's own signing would refuse the headers that matter here."""
    parts = b".".join(
        base64.urlsafe_b64encode(json.dumps(without_none(part)).encode()).rstrip(b"=") for part in (header, claims)
    )
    signature = jws.JWSRegistry.algorithms[header["alg"]].sign(parts, key)
    return (parts + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


@dataclass
class Holder:
    """A client's private key and what it signs with it."""

    key: jwk.RSAKey | jwk.ECKey
    alg: str
    kid: str

    @property
    def public(self) -> Json:
        return {**self.key.as_dict(private=False), "kid": self.kid, "alg": self.alg, "use": "sig"}

    @property
    def jkt(self) -> str:
        return self.key.thumbprint()

    def assertion(self, target: Target, client_id: str, header: Json | None = None, **claims: Any) -> str:
        now = int(target.now())
        return signed(
            {"typ": "client-authentication+jwt", "alg": self.alg, "kid": self.kid, **(header or {})},
            {
                "iss": client_id,
                "sub": client_id,
                "aud": target.issuer,
                "jti": uuid.uuid4().hex,
                "iat": now,
                "nbf": now,
                "exp": now + 10,
                **claims,
            },
            self.key,
        )

    def proof(self, target: Target, method: str, path: str, header: Json | None = None, **claims: Any) -> str:
        return signed(
            {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.key.as_dict(private=False), **(header or {})},
            {
                "htm": method,
                "htu": target.url(path),
                "jti": uuid.uuid4().hex,
                "iat": int(target.now()),
                **claims,
            },
            self.key,
        )


class Wire:
    """Requests of one test."""

    def __init__(self, target: Target, session: aiohttp.ClientSession) -> None:
        self.target = target
        self._session = session

    async def send(self, method: str, url: str, **options: Any) -> Answer:
        async with self._session.request(method, url, ssl=self.target.trust, **options) as response:
            return Answer(response.status, dict(response.headers), await response.read())

    async def register(self, metadata: Json, token: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {token or self.target.initial_token}"}
        return await self.send("POST", self.target.url("/connect/register"), json=metadata, headers=headers)

    async def manage(
        self, method: str, registration: Json, body: Json | None = None, token: str | None = None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token or registration['registration_access_token']}"}
        return await self.send(method, registration["registration_client_uri"], json=body, headers=headers)

    async def nonce(self, client_id: str, holder: Holder) -> str:
        answer = await self.token(client_id, holder, nonce=None)
        assert answer.refusal == (400, "use_dpop_nonce"), answer.body
        return answer.headers["DPoP-Nonce"]

    async def token(
        self,
        client_id: str,
        holder: Holder,
        /,
        *,
        nonce: str | None,
        assertion: str | None = None,
        proof: str | None = None,
        **form: Any,
    ) -> Answer:
        """Ask for a token once; what is not given is made, and right."""
        target = self.target
        fields = {
            "grant_type": "client_credentials",
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": assertion or holder.assertion(target, client_id),
            **form,
        }
        proof = proof or holder.proof(target, "POST", "/connect/token", nonce=nonce)
        headers = {"DPoP": proof} if proof != "none" else {}
        return await self.send("POST", target.url("/connect/token"), data=without_none(fields), headers=headers)

    async def fetch_token(self, client_id: str, holder: Holder, /, **form: Any) -> Answer:
        """Ask as a good client does: with the nonce that a first request brought."""
        return await self.token(client_id, holder, nonce=await self.nonce(client_id, holder), **form)


@dataclass
class Registered:
    """A client that the authority knows."""

    holder: Holder
    document: Json
    metadata: Json

    @property
    def id(self) -> str:
        client_id: str = self.document["client_id"]
        return client_id


@pytest.fixture(scope="session")
def target(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    directory: Path = tmp_path_factory.mktemp("authority-tls")
    certificates = tls.issue(directory)
    scopes = ["nhn:journal/read", "nhn:journal/write", "fhi:register/api", "nhn:other/api"]
    clock = Clock()
    authority = Authority("test", clock=clock, initial_access_tokens={"initial-token": "suite"}, scopes=scopes)
    with authority.served(certificates.server) as served:
        yield Target(
            issuer=served.url,
            trust=certificates.client(),
            initial_token="initial-token",
            read=scopes[0],
            write=scopes[1],
            elsewhere=scopes[2],
            unregistered=scopes[3],
            now=lambda: clock.now().timestamp(),
        )


@pytest.fixture
async def wire(target: Target) -> AsyncIterator[Wire]:
    async with aiohttp.ClientSession() as session:
        yield Wire(target, session)


@pytest.fixture(scope="session")
def make_holder() -> Callable[..., Holder]:
    def make(alg: str = "ES256", kid: str | None = None, bits: int = 2048) -> Holder:
        curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}.get(alg)
        key = jwk.ECKey.generate_key(curve) if curve else jwk.RSAKey.generate_key(bits)
        return Holder(key, alg, kid or uuid.uuid4().hex)

    return make


@pytest.fixture
def holder(make_holder: Callable[..., Holder]) -> Holder:
    return make_holder()


@pytest.fixture
def make_metadata(target: Target) -> Callable[..., Json]:
    """Metadata of a machine-to-machine client; a member given as None is left out."""

    def make(*holders: Holder, **changes: Any) -> Json:
        return without_none(
            {
                "client_name": "Fjordlegen Journal",
                "grant_types": ["client_credentials"],
                "redirect_uris": [],
                "post_logout_redirect_uris": [],
                "jwks": {"keys": [holder.public for holder in holders]},
                "scope": f"{target.read} {target.write} {target.elsewhere}",
                "token_endpoint_auth_method": "private_key_jwt",
                "dpop_bound_access_tokens": True,
                "helseid_orgnr": "313231593",
                "helseid_tenancy": "single-tenant",
                "helseid_child_orgnr": [],
                "helseid_claims": {"nhn:vkp/client/claims/vkp-id": "17"},
                **changes,
            }
        )

    return make


@pytest.fixture
def make_client(wire: Wire, holder: Holder, make_metadata: Callable[..., Json]) -> Callable[..., Any]:
    async def make(*holders: Holder, **changes: Any) -> Registered:
        holders = holders or (holder,)
        metadata = make_metadata(*holders, **changes)
        answer = await wire.register(metadata)
        assert answer.status == 201, answer.body
        return Registered(holders[0], answer.json, metadata)

    return make


@pytest.fixture
async def client(make_client: Callable[..., Any]) -> Registered:
    registered: Registered = await make_client()
    return registered


@pytest.fixture(scope="session")
def ath() -> Callable[[str], str]:
    def hash_of(token: str) -> str:
        return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).decode().rstrip("=")

    return hash_of


@pytest.fixture(scope="session")
def make_header() -> Callable[[object], str]:
    """Return a part of a JWT: of text as it is, of anything else as JSON."""

    def make(content: object) -> str:
        raw = content if isinstance(content, str) else json.dumps(content)
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")

    return make
