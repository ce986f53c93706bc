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

from sluse.acceptance.reach import Reach
from sluse.sandbox.authority import api, discovery, login, par, provider_endpoint, registration, token_endpoint
from sluse.sandbox.authority.access_tokens import AccessTokens
from sluse.sandbox.authority.administration import Administration
from sluse.sandbox.authority.assertions import Assertions
from sluse.sandbox.authority.codes import Codes
from sluse.sandbox.authority.counters import Counters
from sluse.sandbox.authority.dpop import Proofs
from sluse.sandbox.authority.faults import Faults
from sluse.sandbox.authority.front import Front
from sluse.sandbox.authority.profile import Habits
from sluse.sandbox.authority.providers import Providers
from sluse.sandbox.authority.signer import Signer
from sluse.sandbox.authority.store import Store
from sluse.sandbox.authority.upstream import Upstream
from sluse.sandbox.clock import Clock
from sluse.sandbox.server import Served

_LARGEST_BODY: Final = 256 * 1024
_NOWHERE: Final = Reach(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))  # trusts nobody, and costs nothing to make


class Authority:
    """One environment's authority. `faults`, `requests`, `admin` and `providers` may be used from any thread.

    `initial_access_tokens`: token -> name of who was given it; with it an operator registers clients, and federates
    identity providers. `scopes`: those that APIs own. `reach`: how identity providers are reached. The other
    arguments imitate authorities that differ; see `profile.Habits`.
    """

    def __init__(  # noqa: PLR0913 - each is something in which authorities differ
        self,
        environment: str,
        *,
        clock: Clock,
        initial_access_tokens: Mapping[str, str],
        scopes: Collection[str],
        reach: Reach | None = None,
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
        self._signer = Signer()
        self._tokens = AccessTokens(self._signer)
        self._codes = Codes(self._signer)
        self._pushed = par.Pushed()
        self.providers = Providers()
        self._upstream = Upstream(reach or _NOWHERE, self._signer)

    def served(self, tls: ssl.SSLContext | None, port: int = 0) -> Served:
        """Return a server for this authority, not started; its `url` is the issuer."""
        served = Served(
            lambda: self.application(lambda: served.url), tls=tls, port=port, name=f"authority-{self.environment}"
        )
        return served

    def application(self, issuer: Callable[[], str]) -> web.Application:
        """Return an application for the root of a port. `issuer`: its URL, without trailing slash."""
        entrance = Front(self.faults, self.requests)
        application = web.Application(middlewares=[entrance.middleware()], client_max_size=_LARGEST_BODY)
        application.on_shutdown.append(entrance.shut)
        application.add_routes(self._for_everybody(issuer))
        application.add_routes(self._for_operators(issuer))
        application.add_routes(self._for_clients(issuer))
        application.add_routes(self._for_browsers(issuer))
        return application

    def _for_everybody(self, issuer: Callable[[], str]) -> list[web.RouteDef]:
        documents = discovery.Discovery(issuer, self._habits, self._signer)
        whoami = api.WhoAmI(issuer, self._clock, self._proofs, self._tokens)
        return [
            web.get(discovery.PATH, documents.configuration),
            web.get(discovery.JWKS_PATH, documents.jwks),
            web.get(api.PATH, whoami.get),
        ]

    def _for_operators(self, issuer: Callable[[], str]) -> list[web.RouteDef]:
        clients = registration.RegistrationEndpoint(
            issuer, self._clock, self._store, self._habits, self._initial_access_tokens
        )
        federated = provider_endpoint.ProviderEndpoint(
            issuer, discovery.JWKS_PATH, self.providers, self._initial_access_tokens
        )
        one_client = registration.PATH + "/{client_id}"
        one_provider = provider_endpoint.PATH + "/{alias}"
        return [
            web.post(registration.PATH, clients.post),
            web.get(one_client, clients.get),
            web.put(one_client, clients.put),
            web.delete(one_client, clients.delete),
            web.get(provider_endpoint.PATH, federated.all),
            web.post(provider_endpoint.PATH, federated.post),
            web.get(one_provider, federated.get),
            web.put(one_provider, federated.put),
            web.delete(one_provider, federated.delete),
        ]

    def _for_clients(self, issuer: Callable[[], str]) -> list[web.RouteDef]:
        tokens = token_endpoint.TokenEndpoint(
            issuer, self._clock, self._assertions, self._proofs, self._tokens, self._codes
        )
        pushed = par.PushedAuthorizationRequests(issuer, self._clock, self._assertions, self._proofs, self._pushed)
        return [web.post(token_endpoint.PATH, tokens.post), web.post(par.PATH, pushed.post)]

    def _for_browsers(self, issuer: Callable[[], str]) -> list[web.RouteDef]:
        logins = login.Login(issuer, self._clock, self._pushed, self.providers, self._upstream, self._codes)
        return [
            web.get(login.PATH, logins.authorize),
            web.get(login.CHOICE_PATH, logins.choose),
            web.get(login.CALLBACK_PATH, logins.signed_in),
        ]
