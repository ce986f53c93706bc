"""A service that uses HelseID: discovery, DPoP-bound tokens by private_key_jwt, and a call with one.

Answers are returned, not judged: what is expected of them is the suite's (or the demo's) business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import aiohttp

from sluse.acceptance import fetch
from sluse.acceptance.proofs import ClientKey
from sluse.acceptance.quoting import Secrets
from sluse.errors import Unreachable
from sluse.words.said import say

_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer. `body` may hold a token, so it is never shown. `nonce`, `assertion`: what was sent to get it."""

    status: int
    body: dict[str, Any] = field(repr=False)
    nonce_retried: bool = False
    nonce: str | None = field(default=None, repr=False)
    assertion: str = field(default="", repr=False)

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
    secrets: Secrets = field(default_factory=Secrets)

    async def discover(self) -> dict[str, Any]:
        """Return the authority's metadata. Unreachable where it cannot be had, as in all that asks the authority."""
        url = f"{self.issuer}/.well-known/openid-configuration"
        try:
            async with self.session.get(url, allow_redirects=False) as answer:
                body = await fetch.bounded(answer, url)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise fetch.why(error, url) from None
        return fetch.parsed(url, answer.status, body)

    async def endpoint(self, name: str) -> str:
        """Return an address of the metadata. Unreachable where they have none of that name."""
        found = (await self.discover()).get(name)
        if not isinstance(found, str) or not found:
            raise Unreachable(say("The authority's discovery document has no {name}", name=name))
        return found

    async def token(self, scopes: Sequence[str]) -> Answer:
        """Ask for a token by client_credentials."""
        endpoint = await self.endpoint("token_endpoint")
        return await self.post(endpoint, {"grant_type": "client_credentials", "scope": " ".join(scopes)})

    async def post(
        self,
        url: str,
        form: Mapping[str, str],
        *,
        assertion: Callable[[], str] | None = None,
        nonce: str | None = None,
        dpop: bool = True,
    ) -> Answer:
        """Ask as this client; a demanded DPoP nonce is answered once, as RFC 9449 section 8 says.

        `assertion` makes what is sent instead of the client's own assertion, each time anew.
        """
        first, demanded = await self._ask(url, form, assertion, nonce, dpop=dpop)
        if first.body.get("error") != "use_dpop_nonce" or demanded is None or not dpop:
            return first
        second, _ = await self._ask(url, form, assertion, demanded, dpop=True)
        return replace(second, nonce_retried=True)

    async def call(self, url: str, token: str) -> Answer:
        """Call an API with a DPoP-bound token."""
        headers = {"Authorization": f"DPoP {token}", "DPoP": self.key.proof("GET", url, self.now(), token=token)}
        async with self.session.get(url, headers=headers) as answer:
            return Answer(answer.status, await _json(answer))

    async def _ask(
        self, url: str, form: Mapping[str, str], assertion: Callable[[], str] | None, nonce: str | None, *, dpop: bool
    ) -> tuple[Answer, str | None]:
        now = self.now()
        sent = assertion() if assertion else self.key.assertion(self.client_id, self.issuer, now)
        fields = {
            **form,
            "client_id": self.client_id,
            "client_assertion_type": _ASSERTION_TYPE,
            "client_assertion": sent,
        }
        headers = {"DPoP": self.key.proof("POST", url, now, nonce=nonce)} if dpop else {}
        self.secrets.keep(sent, *headers.values())
        try:
            async with self.session.post(url, data=fields, headers=headers, allow_redirects=False) as answer:
                body = await _json(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise fetch.why(error, url) from None
        self.secrets.keep_from(body)
        return Answer(answer.status, body, nonce=nonce, assertion=sent), answer.headers.get("DPoP-Nonce")


async def _json(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    try:
        body = await answer.json(content_type=None)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
