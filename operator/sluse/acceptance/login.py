"""A user logs in to a service: authorization code with PKCE, pushed, and the pages in between really walked.

The walk stops at the service's redirect URI, which is never asked: all that is needed stands in its query. So a test
needs no running service, and a code reaches nobody else.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import aiohttp

from sluse.acceptance import fetch, login_form
from sluse.acceptance.case import Failed
from sluse.acceptance.id_token import verified
from sluse.acceptance.places import joined, require_askable
from sluse.acceptance.reach import Reach
from sluse.acceptance.service import Answer, Service
from sluse.words.said import say

_MOST_HOPS = 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Visitor:
    """A synthetic user's own way in. Handed to testers apart from git, and in no repr."""

    username: str = field(repr=False)
    password: str = field(repr=False)


@dataclass(frozen=True)
class Code:
    """What the browser brought back, and what it takes to redeem it."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


@dataclass(frozen=True)
class Login:
    """`acr_values`: which provider and level are asked for, as HelseID has it. `reach` is the browser's."""

    service: Service
    reach: Reach
    visitor: Visitor
    redirect_uri: str
    scopes: tuple[str, ...]
    acr_values: str = ""

    async def push(
        self, *, assertion: Callable[[], str] | None = None, nonce: str | None = None
    ) -> tuple[Answer, Code]:
        """Hand in the request; the Code still lacks its code."""
        wanted = Code("", secrets.token_urlsafe(48), secrets.token_urlsafe(24))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(wanted.verifier.encode()).digest()).decode().rstrip("=")
        form = {
            "response_type": "code",
            "redirect_uri": self.redirect_uri,
            "scope": " ".join(self.scopes),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "nonce": wanted.nonce,
            "state": wanted.nonce,
            **({"acr_values": self.acr_values} if self.acr_values else {}),
        }
        self.service.secrets.keep(wanted.verifier, wanted.nonce, self.visitor.password)
        endpoint = await self.service.endpoint("pushed_authorization_request_endpoint")
        return await self.service.post(endpoint, form, assertion=assertion, nonce=nonce), wanted

    async def code(self) -> Code:
        """Log in, as far as the code. Raises Failed with what the authority or the provider said instead."""
        pushed, wanted = await self.push()
        if pushed.status != 201:
            raise Failed(say("The authority refused the pushed request: {quoted}", quoted=self._quoted(pushed)))
        endpoint = await self.service.endpoint("authorization_endpoint")
        request = pushed.body.get("request_uri")
        if not isinstance(request, str):
            raise Failed(say("The authority took the pushed request, and answered without a request_uri"))
        query = urlencode({"client_id": self.service.client_id, "request_uri": request})
        back = await _Browser(self).walk(f"{endpoint}?{query}")
        self.service.secrets.keep(back.get("code"))
        if back.get("state") != wanted.nonce or back.get("iss", self.service.issuer) != self.service.issuer:
            raise Failed(say("The browser came back with another login's state, or from another authority"))
        if "code" not in back:
            said = ": ".join(back[name] for name in ("error", "error_description") if name in back)
            raise Failed(say("The authority refused the login: {quoted}", quoted=self.service.secrets.quoted(said)))
        return Code(back["code"], wanted.verifier, wanted.nonce)

    async def redeem(self, code: Code, *, dpop: bool = True) -> Answer:
        """Ask for the tokens of a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code.code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": code.verifier,
        }
        return await self.service.post(await self.service.endpoint("token_endpoint"), form, dpop=dpop)

    async def tokens(self) -> tuple[Answer, Mapping[str, Any]]:
        """Log in; return the token endpoint's answer, and the ID token's claims, verified."""
        code = await self.code()
        answer = await self.redeem(code)
        if answer.status != 200:
            raise Failed(say("The authority refused the code: {quoted}", quoted=self._quoted(answer)))
        jwks = await fetch.json_object(self.reach, await self.service.endpoint("jwks_uri"))
        service = self.service
        return answer, verified(
            answer.body.get("id_token"), jwks, service.issuer, service.client_id, code.nonce, service.now()
        )

    def _quoted(self, answer: Answer) -> str:
        return self.service.secrets.quoted(answer.error) or f"status {answer.status}"


class _Browser:
    """Goes from page to page until it is sent to the redirect URI."""

    def __init__(self, login: Login) -> None:
        self._login = login
        self._typed = False

    async def walk(self, url: str) -> dict[str, str]:
        """Return the query with which the service is called back."""
        method, data = "GET", None
        async with self._login.reach.session() as session:
            for _ in range(_MOST_HOPS):
                if url.partition("?")[0] == self._login.redirect_uri.partition("?")[0]:
                    return dict(parse_qsl(urlsplit(url).query))
                require_askable(url)
                url, method, data = await self._step(session, method, url, data)
        raise Failed(say("The login does not end: more than twenty pages"))

    async def _step(
        self, session: aiohttp.ClientSession, method: str, url: str, data: dict[str, str] | None
    ) -> tuple[str, str, dict[str, str] | None]:
        sent = {"data": data} if method == "POST" else {"params": data} if data else {}
        try:
            async with session.request(method, url, allow_redirects=False, **sent) as answer:
                page = await fetch.bounded(answer, url)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise fetch.why(error, url) from None
        moved = answer.headers.get("Location")
        if answer.status in _REDIRECTS and moved:
            return joined(url, moved), "GET", None
        return self._fill(url, answer.status, page.decode(errors="replace"))

    def _fill(self, url: str, status: int, page: str) -> tuple[str, str, dict[str, str]]:
        host = urlsplit(url).hostname
        form = login_form.find(page, url) if status == 200 else None
        if form is None:
            raise Failed(say("{host} shows a page (status {status}) that has no login form", host=host, status=status))
        if self._typed:
            raise Failed(say("{host} does not accept the user's name and password", host=host))
        self._typed = True
        visitor = self._login.visitor
        return form.action, form.method.upper(), form.filled(visitor.username, visitor.password)
