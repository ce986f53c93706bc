"""Dynamic client registration (RFC 7591) and its management (RFC 7592), at /connect/register.

HelseID itself has neither; this stands for any authority that has. The body is read before the token is looked
up, so that nothing is awaited between judging a request and doing it: a token that another request has just
killed cannot be used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import orjson
from aiohttp import web

from sluse.sandbox.authority.answers import Refusal, challenge, credential, document
from sluse.sandbox.authority.profile import Habits
from sluse.sandbox.authority.registration_rules import accept
from sluse.sandbox.authority.store import Registration, Store, digest
from sluse.sandbox.clock import Clock

PATH: Final = "/connect/register"
# RFC 7592 2.2: what the authority says of a registration, and a client may not say back.
_OF_THE_AUTHORITY: Final = (
    "registration_access_token",
    "registration_client_uri",
    "client_secret_expires_at",
    "client_id_issued_at",
)


class RegistrationEndpoint:
    """`initial_access_tokens`: token -> name of who was given it."""

    def __init__(
        self,
        issuer: Callable[[], str],
        clock: Clock,
        store: Store,
        habits: Habits,
        initial_access_tokens: Mapping[str, str],
    ) -> None:
        self._issuer = issuer
        self._clock = clock
        self._store = store
        self._habits = habits
        self._initial = {digest(token): name for token, name in initial_access_tokens.items()}

    async def post(self, request: web.Request) -> web.Response:
        """Register a client: 201 with its id and its registration access token."""
        body = await request.read()
        token = _token(request)
        name = self._initial.get(digest(token))
        if name is None:
            raise _unauthorised("the initial access token is not known")
        metadata = accept(_object(request, body), self._habits)
        registration, management = self._store.add(metadata, name, int(self._clock.now().timestamp()))
        return self._answer(registration, management, 201)

    async def get(self, request: web.Request) -> web.Response:
        """Read a registration; the token stays as it is."""
        registration, token = self._managed(request)
        return self._answer(registration, token)

    async def put(self, request: web.Request) -> web.Response:
        """Replace a registration: what is left out is reset."""
        body = await request.read()
        registration, token = self._managed(request)
        members = _object(request, body)
        forbidden = [name for name in _OF_THE_AUTHORITY if name in members]
        if forbidden:
            raise Refusal(400, "invalid_client_metadata", f"not for a client to set: {', '.join(forbidden)}")
        if members.pop("client_id", None) != registration.client_id:
            raise Refusal(400, "invalid_client_metadata", "client_id must be that of the registration")
        metadata = accept(members, self._habits)
        changed = self._store.change(registration.client_id, lambda _: metadata)
        kept = self._store.rotate(registration.client_id) if self._habits.rotate_registration_token else token
        if changed is None or kept is None:  # deleted by hand, from another thread, since it was looked up
            raise self._absent()
        return self._answer(changed, kept)

    async def delete(self, request: web.Request) -> web.Response:
        """End a registration: 204, and its tokens and keys are worth nothing from now."""
        registration, _ = self._managed(request)
        self._store.remove(registration.client_id)
        return web.Response(status=204, headers={"Cache-Control": "no-store"})

    def _managed(self, request: web.Request) -> tuple[Registration, str]:
        client_id, token = request.match_info["client_id"], _token(request)
        if self._store.get(client_id) is None:
            raise self._absent()
        registration = self._store.managed(client_id, token)
        if registration is None:
            raise _unauthorised("the registration access token is not this client's")
        return registration, token

    def _absent(self) -> Refusal:
        if self._habits.deleted_client_status == 404:
            return Refusal(404, "not_found", "no such client")
        return _unauthorised("the registration access token is not this client's")

    def _answer(self, registration: Registration, token: str, status: int = 200) -> web.Response:
        return document(
            {
                **registration.metadata.document(),
                "client_id": registration.client_id,
                "client_id_issued_at": registration.issued_at,
                "registration_access_token": token,
                "registration_client_uri": f"{self._issuer()}{PATH}/{registration.client_id}",
            },
            status,
        )


def _token(request: web.Request) -> str:
    token = credential(request.headers.get("Authorization"), "Bearer")
    if token is None:
        raise Refusal(401, "invalid_token", "a bearer token is required", challenge("Bearer"))
    return token


def _unauthorised(description: str) -> Refusal:
    return Refusal(401, "invalid_token", description, challenge("Bearer", "invalid_token", description))


def _object(request: web.Request, body: bytes) -> dict[str, Any]:
    if request.content_type != "application/json":
        raise Refusal(400, "invalid_client_metadata", "the body must be application/json")
    try:
        members = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal(400, "invalid_client_metadata", "the body is not JSON") from None
    if not isinstance(members, dict):
        raise Refusal(400, "invalid_client_metadata", "the body is not a JSON object")
    return members
