"""The authority as a client of an identity provider: where to send the browser, and what the code it brings is worth.

Nothing is cached between logins: metadata and keys are fetched each time, so that a provider's new key counts at once.
HelseID caches both.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

import aiohttp
import orjson

from sluse.acceptance import fetch
from sluse.acceptance.places import require_askable
from sluse.acceptance.reach import Reach
from sluse.errors import Unreachable
from sluse.sandbox.authority.assertions import ASSERTION_TYPE
from sluse.sandbox.authority.codes import s256
from sluse.sandbox.authority.mapping import LoginRefused, verified
from sluse.sandbox.authority.providers import Provider
from sluse.sandbox.authority.signer import Signer

_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_ASSERTION_LIFETIME: Final = 10


class Upstream:
    """All identity providers, seen from here. An Unreachable says which host does not do its part."""

    def __init__(self, reach: Reach, signer: Signer) -> None:
        self._reach = reach
        self._signer = signer

    async def entrance(self, provider: Provider, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Return the address to send the browser to."""
        endpoint = await self._endpoint(provider, "authorization_endpoint")
        query = {
            "client_id": provider.client_id,
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": redirect_uri,
            "state": state,
            "nonce": nonce,
            "code_challenge": s256(verifier),
            "code_challenge_method": "S256",
        }
        return f"{endpoint}?{urlencode(query)}"

    async def claims(
        self, provider: Provider, code: str, redirect_uri: str, nonce: str, verifier: str, now: float
    ) -> Mapping[str, Any]:
        """Redeem the code and return the claims of the ID token. Raise LoginRefused, or Unreachable."""
        endpoint = await self._endpoint(provider, "token_endpoint")
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
            "client_id": provider.client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(provider, now),
        }
        answer = await self._post(endpoint, form)
        jwks = await fetch.json_object(self._reach, provider.jwks_url)
        return verified(answer.get("id_token"), jwks, provider, nonce, now)

    async def _endpoint(self, provider: Provider, name: str) -> str:
        metadata = await fetch.json_object(self._reach, provider.issuer + _WELL_KNOWN)
        if metadata.get("issuer") != provider.issuer:
            raise LoginRefused("the provider's discovery document names another issuer")
        endpoint = metadata.get(name)
        if not isinstance(endpoint, str):
            raise LoginRefused(f"the provider's discovery document has no {name}")
        require_askable(endpoint)
        return endpoint

    async def _post(self, url: str, form: Mapping[str, str]) -> dict[str, Any]:
        async with self._reach.session() as session:
            try:
                async with session.post(url, data=form, allow_redirects=False) as answer:
                    body = await fetch.bounded(answer, url)
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                raise fetch.why(error, url) from None
        if answer.status != 200:
            raise LoginRefused(f"the provider's token endpoint answered {answer.status}")
        try:
            document = orjson.loads(body)
        except orjson.JSONDecodeError:
            document = None
        if not isinstance(document, dict):
            raise Unreachable("the provider's token endpoint does not answer a JSON object")
        return document

    def _assertion(self, provider: Provider, now: float) -> str:
        moment = int(now)
        return self._signer.sign(
            "client-authentication+jwt",
            {
                "iss": provider.client_id,
                "sub": provider.client_id,
                "aud": provider.issuer,
                "jti": uuid.uuid4().hex,
                "iat": moment,
                "nbf": moment,
                "exp": moment + _ASSERTION_LIFETIME,
            },
        )
