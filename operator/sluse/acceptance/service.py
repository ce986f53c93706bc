"""A service that uses HelseID: discovery, a DPoP-bound access token by private_key_jwt, and a call with it.

Answers are returned, not judged: what is expected of them is the suite's (or the demo's) business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import aiohttp

from sluse.acceptance.proofs import ClientKey

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `body` may hold a token, so it is never shown."""

    status: int
    body: dict[str, Any] = field(repr=False)
    nonce_retried: bool = False

    @property
    def error(self) -> str:
        """The OAuth error with its description; empty where there is none."""
        return ": ".join(str(self.body[name]) for name in ("error", "error_description") if name in self.body)


@dataclass(frozen=True)
class Service:
    """One client of one authority. `session` trusts the authority; `now` is the clock that both share."""

    session: aiohttp.ClientSession
    issuer: str
    client_id: str
    key: ClientKey
    now: Callable[[], datetime]

    async def discover(self) -> dict[str, Any]:
        """Return the authority's metadata."""
        async with self.session.get(f"{self.issuer}/.well-known/openid-configuration") as answer:
            answer.raise_for_status()
            metadata: dict[str, Any] = await answer.json()
            return metadata

    async def token(self, scopes: Sequence[str]) -> Answer:
        """Ask for a token by client_credentials; a demanded DPoP nonce is answered once, as RFC 9449 section 8 says."""
        endpoint = (await self.discover())["token_endpoint"]
        first, nonce = await self._ask(endpoint, scopes, None)
        if first.body.get("error") != "use_dpop_nonce" or nonce is None:
            return first
        second, _ = await self._ask(endpoint, scopes, nonce)
        return Answer(second.status, second.body, nonce_retried=True)

    async def call(self, url: str, token: str) -> Answer:
        """Call an API with a DPoP-bound token."""
        headers = {"Authorization": f"DPoP {token}", "DPoP": self.key.proof("GET", url, self.now(), token=token)}
        async with self.session.get(url, headers=headers) as answer:
            return Answer(answer.status, await _json(answer))

    async def _ask(self, endpoint: str, scopes: Sequence[str], nonce: str | None) -> tuple[Answer, str | None]:
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join(scopes),
            "client_id": self.client_id,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": self.key.assertion(self.client_id, self.issuer, self.now()),
        }
        headers = {"DPoP": self.key.proof("POST", endpoint, self.now(), nonce=nonce)}
        async with self.session.post(endpoint, data=form, headers=headers) as answer:
            return Answer(answer.status, await _json(answer)), answer.headers.get("DPoP-Nonce")


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        body = await answer.json(content_type=None)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
