"""An authority, put together: its state, and the aiohttp application that shows it to the world.

The state outlives the application, so that a test or the demo can take the authority down and bring it up again
on the same port with its registrations. The issuer is asked for at each request, because the port that it
contains is known only once the server listens.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Collection, Mapping
from typing import Final, Literal

from aiohttp import web

from sluse.sandbox.authority import api, discovery, registration, token_endpoint
from sluse.sandbox.authority.access_tokens import AccessTokens
from sluse.sandbox.authority.administration import Administration
from sluse.sandbox.authority.assertions import Assertions
from sluse.sandbox.authority.counters import Counters
from sluse.sandbox.authority.dpop import Proofs
from sluse.sandbox.authority.faults import Faults
from sluse.sandbox.authority.front import Front
from sluse.sandbox.authority.profile import Habits
from sluse.sandbox.authority.store import Store
from sluse.sandbox.clock import Clock
from sluse.sandbox.server import Served

_LARGEST_BODY: Final = 256 * 1024


class Authority:
    """One environment's authority. `faults`, `requests` and `admin` may be used from any thread.

    `initial_access_tokens`: token -> name of who was given it. `scopes`: those that APIs own. The other arguments
    imitate authorities that differ; see `profile.Habits`.
    """

    def __init__(
        self,
        environment: str,
        *,
        clock: Clock,
        initial_access_tokens: Mapping[str, str],
        scopes: Collection[str],
        rotate_registration_token: bool = False,
        accept_unknown_members: bool = False,
        deleted_client_status: Literal[401, 404] = 401,
        extensions: bool = True,
    ) -> None:
        self.environment = environment
        self.faults = Faults()
        self.requests = Counters()
        self._clock = clock
        self._initial_access_tokens = initial_access_tokens
        self._habits = Habits(
            api_scopes=frozenset(scopes),
            accept_unknown_members=accept_unknown_members,
            rotate_registration_token=rotate_registration_token,
            deleted_client_status=deleted_client_status,
            extensions=extensions,
        )
        self._store = Store()
        self.admin = Administration(self._store, self._habits)
        self._assertions = Assertions(self._store)
        self._proofs = Proofs()
        self._tokens = AccessTokens()

    def served(self, tls: ssl.SSLContext | None, port: int = 0) -> Served:
        """Return a server for this authority, not started; its `url` is the issuer."""
        served = Served(
            lambda: self.application(lambda: served.url), tls=tls, port=port, name=f"authority-{self.environment}"
        )
        return served

    def application(self, issuer: Callable[[], str]) -> web.Application:
        """Return an application for the root of a port. `issuer`: its URL, without trailing slash."""
        documents = discovery.Discovery(issuer, self._habits, self._tokens)
        clients = registration.RegistrationEndpoint(
            issuer, self._clock, self._store, self._habits, self._initial_access_tokens
        )
        tokens = token_endpoint.TokenEndpoint(issuer, self._clock, self._assertions, self._proofs, self._tokens)
        whoami = api.WhoAmI(issuer, self._clock, self._proofs, self._tokens)
        one_client = registration.PATH + "/{client_id}"
        entrance = Front(self.faults, self.requests)
        application = web.Application(middlewares=[entrance.middleware()], client_max_size=_LARGEST_BODY)
        application.on_shutdown.append(entrance.shut)
        application.add_routes(
            [
                web.get(discovery.PATH, documents.configuration),
                web.get(discovery.JWKS_PATH, documents.jwks),
                web.post(registration.PATH, clients.post),
                web.get(one_client, clients.get),
                web.put(one_client, clients.put),
                web.delete(one_client, clients.delete),
                web.post(token_endpoint.PATH, tokens.post),
                web.get(api.PATH, whoami.get),
            ]
        )
        return application
