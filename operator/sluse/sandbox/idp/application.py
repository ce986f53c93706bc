"""A small identity provider: discovery, keys, a login form, a token endpoint for the one party that it knows.

It does what HelseID requires of identity providers (code flow, PKCE, private_key_jwt, ES256, `pid`, `amr`, `acr`), and
on request what they must not do. It writes no log.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Final

from aiohttp import web

from sluse.acceptance.reach import Reach
from sluse.sandbox.clock import Clock
from sluse.sandbox.idp import endpoints
from sluse.sandbox.idp.defects import Defects
from sluse.sandbox.idp.endpoints import Endpoints, State
from sluse.sandbox.idp.relying_party import Authentication, RelyingParty
from sluse.sandbox.idp.users import Users
from sluse.sandbox.server import Served

_LARGEST_BODY: Final = 64 * 1024
LEVELS: Final = ("Høyt", "Betydelig")
"""What HelseID's requirements call the levels in `acr`, best first."""


class IdentityProvider:
    """`users` and `defects` may be used from any thread. `host`: its public name; without one, the loopback port."""

    def __init__(
        self, title: str, *, clock: Clock, reach: Reach, levels: tuple[str, ...] = LEVELS, host: str = ""
    ) -> None:
        self._state = State(title, clock, Authentication(reach), levels)
        self.host = host

    @property
    def users(self) -> Users:
        """Its synthetic users."""
        return self._state.users

    @property
    def defects(self) -> Defects:
        """What it gets wrong."""
        return self._state.defects

    def admit(self, party: RelyingParty) -> None:
        """Let a relying party in: what its people type in when the authority's values are handed to them."""
        self._state.party = party

    def issuer(self, served: Served) -> str:
        """Return the issuer where it is served."""
        return f"https://{self.host}" if self.host else served.url

    def served(self, tls: ssl.SSLContext | None, port: int = 0) -> Served:
        """Return a server for this provider, not started."""
        served = Served(
            lambda: self.application(lambda: self.issuer(served)), tls=tls, port=port, name="identity-provider"
        )
        return served

    def application(self, issuer: Callable[[], str]) -> web.Application:
        """Return an application for the root of a port."""
        pages = Endpoints(self._state, issuer)
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.add_routes(
            [
                web.get(endpoints.DISCOVERY, pages.discovery),
                web.get(endpoints.JWKS, pages.jwks),
                web.get(endpoints.AUTHORIZE, pages.authorize),
                web.post(endpoints.LOGIN, pages.login),
                web.post(endpoints.TOKEN, pages.token),
            ]
        )
        return application
