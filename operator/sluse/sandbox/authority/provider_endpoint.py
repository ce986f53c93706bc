"""/admin/identity-provider/instances: federation, in the shape of Keycloak's admin API.

Each answer adds `relyingParty`: what the provider must be told to let this authority in as its client. It may not be
said back. Keycloak's own answer has no body on POST and PUT; neither has this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from aiohttp import web

from sluse.sandbox.authority import login
from sluse.sandbox.authority.answers import Refusal, challenge, credential, document
from sluse.sandbox.authority.provider_rules import accept
from sluse.sandbox.authority.providers import Provider, Providers
from sluse.sandbox.authority.store import digest

PATH: Final = "/admin/identity-provider/instances"
_NO_STORE: Final = {"Cache-Control": "no-store"}


class ProviderEndpoint:
    """`operators`: bearer token -> name of who was given it."""

    def __init__(
        self, issuer: Callable[[], str], jwks_path: str, providers: Providers, operators: Mapping[str, str]
    ) -> None:
        self._issuer = issuer
        self._jwks_path = jwks_path
        self._providers = providers
        self._operators = {digest(token): name for token, name in operators.items()}

    async def all(self, request: web.Request) -> web.Response:
        """Return every instance, oldest first."""
        self._authorise(request)
        return web.Response(
            body=orjson.dumps([self._shown(provider) for provider in self._providers.all()]),
            content_type="application/json",
            headers=_NO_STORE,
        )

    async def post(self, request: web.Request) -> web.Response:
        """Add an instance: 201 and its address; 409 where the alias is taken."""
        provider = accept(await self._members(request))
        if not self._providers.add(provider):
            raise Refusal(409, "conflict", f"identity provider {provider.alias} exists already")
        return web.Response(status=201, headers={**_NO_STORE, "Location": f"{self._issuer()}{PATH}/{provider.alias}"})

    async def get(self, request: web.Request) -> web.Response:
        """Read one instance."""
        self._authorise(request)
        provider = self._providers.get(request.match_info["alias"])
        if provider is None:
            raise _absent()
        return document(self._shown(provider))

    async def put(self, request: web.Request) -> web.Response:
        """Replace one instance, all of it: 204. Its alias is fixed."""
        members = await self._members(request)
        if self._providers.get(request.match_info["alias"]) is None:
            raise _absent()
        provider = accept(members)
        if provider.alias != request.match_info["alias"]:
            raise Refusal(400, "invalid_request", "an alias cannot be changed")
        if not self._providers.replace(provider):  # removed by another request since it was looked up
            raise _absent()
        return web.Response(status=204, headers=_NO_STORE)

    async def delete(self, request: web.Request) -> web.Response:
        """End one instance: 204, and nobody logs in through it from now."""
        self._authorise(request)
        if not self._providers.remove(request.match_info["alias"]):
            raise _absent()
        return web.Response(status=204, headers=_NO_STORE)

    async def _members(self, request: web.Request) -> dict[str, Any]:
        body = await request.read()
        self._authorise(request)
        try:
            members = orjson.loads(body) if request.content_type == "application/json" else None
        except orjson.JSONDecodeError:
            members = None
        if not isinstance(members, dict):
            raise Refusal(400, "invalid_request", "the body must be a JSON object, application/json")
        return members

    def _authorise(self, request: web.Request) -> None:
        token = credential(request.headers.get("Authorization"), "Bearer")
        if token is None:
            raise Refusal(401, "invalid_token", "a bearer token is required", challenge("Bearer"))
        if digest(token) not in self._operators:
            why = "the token is no operator's"
            raise Refusal(401, "invalid_token", why, challenge("Bearer", "invalid_token", why))

    def _shown(self, provider: Provider) -> dict[str, Any]:
        issuer = self._issuer()
        told = {
            "clientId": provider.client_id,
            "redirectUri": issuer + login.callback(provider.alias),
            "jwksUri": issuer + self._jwks_path,
        }
        return {**provider.document(), "relyingParty": told}


def _absent() -> Refusal:
    return Refusal(404, "not_found", "no such identity provider")
