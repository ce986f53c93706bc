"""GET /connect/authorize and /signin-<alias>: a login, passed on to an identity provider and back.

A request must have been pushed. Until the client is known a refusal is shown; from then on it is sent back to the
client with the browser (RFC 6749 section 4.1.2.1). The browser is bound to its login by a cookie, so that nobody can
be made to finish somebody else's. There is no session here: every login goes to the provider.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from sluse.errors import Unreachable
from sluse.sandbox.authority.answers import Refusal, plain
from sluse.sandbox.authority.authorization_request import AuthorizationRequest
from sluse.sandbox.authority.codes import Codes, Granted
from sluse.sandbox.authority.mapping import LoginRefused, mapped
from sluse.sandbox.authority.once import Kept
from sluse.sandbox.authority.par import Pushed
from sluse.sandbox.authority.person import Person
from sluse.sandbox.authority.profile import LOGIN_LIFETIME
from sluse.sandbox.authority.providers import Provider, Providers
from sluse.sandbox.authority.upstream import Upstream
from sluse.sandbox.clock import Clock

PATH: Final = "/connect/authorize"
CHOICE_PATH: Final = "/connect/login/{choice}/{alias}"
CALLBACK_PATH: Final = "/signin-{alias}"
_COOKIE: Final = "authority-browser"


def callback(alias: str) -> str:
    """Return the path to which an identity provider sends the browser back."""
    return CALLBACK_PATH.format(alias=alias)


@dataclass(frozen=True)
class _Away:
    """A browser that is at an identity provider."""

    request: AuthorizationRequest
    alias: str
    browser: str
    nonce: str
    verifier: str


class Login:
    """The browser's part of the authority."""

    def __init__(
        self,
        issuer: Callable[[], str],
        clock: Clock,
        pushed: Pushed,
        providers: Providers,
        upstream: Upstream,
        codes: Codes,
    ) -> None:
        self._issuer = issuer
        self._clock = clock
        self._pushed = pushed
        self._providers = providers
        self._upstream = upstream
        self._codes = codes
        self._pseudonyms = secrets.token_bytes(32)
        self._choosing: Kept[AuthorizationRequest] = Kept(LOGIN_LIFETIME)
        self._away: Kept[_Away] = Kept(LOGIN_LIFETIME)

    async def authorize(self, request: web.Request) -> web.Response:
        """Begin: to the provider that was asked for, to the only one, or to a page to choose on."""
        asked = self._pushed.take(request.query.get("request_uri", ""), request.query.get("client_id"), self._now())
        offered = [
            provider
            for provider in self._providers.all()
            if provider.enabled and asked.provider in (None, provider.alias)
        ]
        if not offered:
            return self._back(asked, error="access_denied", error_description="no such identity provider is offered")
        if len(offered) == 1:
            return await self._send(request, asked, offered[0])
        return _menu(self._choosing.keep(asked, self._now()), offered)

    async def choose(self, request: web.Request) -> web.Response:
        """Go on to the provider that was chosen."""
        asked = self._choosing.take(request.match_info["choice"], self._now())
        provider = self._providers.get(request.match_info["alias"])
        if asked is None or provider is None or not provider.enabled:
            raise Refusal(400, "invalid_request", "this choice is unknown, made already or too late")
        return await self._send(request, asked, provider)

    async def signed_in(self, request: web.Request) -> web.Response:
        """Take the browser back from a provider, with a code or with an error; send it on to the client."""
        away = self._away.take(request.query.get("state"), self._now())
        if away is None or away.alias != request.match_info["alias"] or away.browser != request.cookies.get(_COOKIE):
            raise Refusal(400, "invalid_request", "no login of this browser is under way there")
        try:
            person = await self._person(away, request.query.get("code"))
        except LoginRefused as refused:
            return self._back(away.request, error="access_denied", error_description=plain(str(refused)))
        except Unreachable as unreachable:
            told = plain(unreachable.message)
            return self._back(away.request, error="temporarily_unavailable", error_description=told)
        return self._back(away.request, code=self._codes.issue(Granted(away.request, person), self._now()))

    async def _send(self, request: web.Request, asked: AuthorizationRequest, provider: Provider) -> web.Response:
        browser = request.cookies.get(_COOKIE) or secrets.token_urlsafe(32)
        away = _Away(asked, provider.alias, browser, secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        state = self._away.keep(away, self._now())
        try:
            entrance = await self._upstream.entrance(
                provider, self._issuer() + callback(provider.alias), state, away.nonce, away.verifier
            )
        except (LoginRefused, Unreachable) as error:
            return self._back(asked, error="temporarily_unavailable", error_description=plain(str(error)))
        response = _redirect(entrance)
        response.set_cookie(_COOKIE, browser, secure=True, httponly=True, samesite="Lax")
        return response

    async def _person(self, away: _Away, code: str | None) -> Person:
        provider = self._providers.get(away.alias)
        if provider is None or not provider.enabled:
            raise LoginRefused("the identity provider is not offered any more")
        if code is None:
            raise LoginRefused("the identity provider sent the user back without a login")
        redirect_uri, now = self._issuer() + callback(provider.alias), self._now()
        claims = await self._upstream.claims(provider, code, redirect_uri, away.nonce, away.verifier, now)
        identifier, methods, level = mapped(claims, provider, away.request.level)
        return Person(
            subject=hmac.new(self._pseudonyms, identifier.encode(), hashlib.sha256).hexdigest(),
            identifier=identifier,
            methods=methods,
            level=level,
            provider=provider.alias,
            session=secrets.token_hex(16),
            at=int(now),
        )

    def _back(self, asked: AuthorizationRequest, **said: str) -> web.Response:
        """Send the browser to the client; `iss` says from whom it comes (RFC 9207)."""
        query = {**said, **({"state": asked.state} if asked.state is not None else {}), "iss": self._issuer()}
        return _redirect(f"{asked.redirect_uri}{'&' if '?' in asked.redirect_uri else '?'}{urlencode(query)}")

    def _now(self) -> float:
        return self._clock.now().timestamp()


def _redirect(target: str) -> web.Response:
    return web.Response(status=303, headers={"Location": target, "Cache-Control": "no-store"})


def _menu(choice: str, offered: list[Provider]) -> web.Response:
    rows = "".join(
        f'<li><a href="{CHOICE_PATH.format(choice=choice, alias=each.alias)}">{escape(each.display_name)}</a></li>'
        for each in offered
    )
    page = f"<!doctype html><title>Choose</title><h1>Log in with</h1><ul>{rows}</ul>"
    return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})
