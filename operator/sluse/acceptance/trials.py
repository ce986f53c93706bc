"""Which trial a document gets, and from what: client ids and keys, visitors, a tester's client."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import aiohttp

from sluse.acceptance import client_suite, provider_suite
from sluse.acceptance.client_suite import ClientWorld
from sluse.acceptance.login import Login, Visitor
from sluse.acceptance.proofs import ClientKey
from sluse.acceptance.provider_suite import ProviderWorld
from sluse.acceptance.quoting import Secrets
from sluse.acceptance.reach import Reach
from sluse.acceptance.service import Service
from sluse.acceptance.trial import Trial
from sluse.errors import AcceptanceError
from sluse.model.evidence import Witness
from sluse.model.identity_provider import IdentityProvider
from sluse.model.service_integration import Client, Grant, SecurityLevel, ServiceIntegration
from sluse.words.said import say, several

_ACR = {SecurityLevel.HIGH: "Level4", SecurityLevel.SUBSTANTIAL: ""}


@dataclass(frozen=True)
class Ground:
    """Where trials take place. `session` and `reach` both trust the authority."""

    session: aiohttp.ClientSession
    reach: Reach
    issuer: str
    now: Callable[[], datetime]


@dataclass(frozen=True)
class Held:
    """A client as the authority holds it, and its private key."""

    client_id: str
    key: ClientKey


def of_service(
    document: ServiceIntegration, ground: Ground, held: Mapping[str, Held], visitors: Mapping[str, Visitor]
) -> Trial:
    """Return the trial of a service. AcceptanceError names what is missing, all of it."""
    clients = document.spec.clients
    missing = [
        say("the private key of {name}: --key {name}=FILE", name=client.name)
        for client in clients
        if client.name not in held
    ]
    if not visitors and any(_has_users(client) for client in clients):
        missing.append(say("a test user of an identity provider, for the clients that log users in: --user ALIAS=FILE"))
    if missing:
        raise AcceptanceError(say("this cannot be tested without {missing}", missing=several(missing)))
    secrets = Secrets()
    visitor = next(iter(visitors.values()), None)
    worlds = {client.name: _client(client, ground, held[client.name], visitor, secrets) for client in clients}
    left_out = tuple(
        line for client in clients for line in client_suite.not_covered(client.name, client.grants, _scopes(client))
    )
    return Trial(document, client_suite.CLIENT, Witness.SELF, worlds, secrets, left_out)


def of_provider(
    document: IdentityProvider, ground: Ground, tester: tuple[Held, Client], visitors: Mapping[str, Visitor]
) -> Trial:
    """Return the trial of an identity provider, seen through a tester's own client."""
    held, client = tester
    users = document.spec.test.users
    missing = [f"--user {user.alias}=FILE" for user in users if user.alias not in visitors]
    if missing or not users:
        raise AcceptanceError(
            say(
                "this cannot be tested without its test users: {missing}",
                missing=", ".join(missing) or say("its file names none"),
            )
        )
    lacking = [scope for scope in provider_suite.SCOPES if scope not in _scopes(client)]
    if lacking or not _has_users(client):
        raise AcceptanceError(
            say("the client to test through must log users in, with {scopes}", scopes=" ".join(provider_suite.SCOPES))
        )
    secrets = Secrets()
    service = Service(ground.session, ground.issuer, held.client_id, held.key, ground.now, secrets)
    acr = f"idp:{document.metadata.name}"
    worlds = {
        user.alias: ProviderWorld(
            document.spec,
            user,
            Login(service, ground.reach, visitors[user.alias], _redirect(client), provider_suite.SCOPES, acr),
            ground.reach,
        )
        for user in users
    }
    return Trial(document, provider_suite.IDENTITY_PROVIDER, Witness.NHN, worlds, secrets)


def _client(client: Client, ground: Ground, held: Held, visitor: Visitor | None, secrets: Secrets) -> ClientWorld:
    if {Grant.CLIENT_CREDENTIALS, Grant.AUTHORIZATION_CODE}.isdisjoint(client.grants):
        raise AcceptanceError(say("{name} has no grant that this version of the suite can carry out", name=client.name))
    service = Service(ground.session, ground.issuer, held.client_id, held.key, ground.now, secrets)
    login = None
    if _has_users(client) and visitor is not None:
        scopes = client_suite.login_scopes(_scopes(client))
        login = Login(service, ground.reach, visitor, _redirect(client), scopes, _asked(client))
    world = ClientWorld(client.name, service, client.grants, _scopes(client), login)
    if world.is_machine and not world.machine_scopes:
        raise AcceptanceError(
            say("{name} has client_credentials, and no scope of an API to use it for", name=client.name)
        )
    return world


def _asked(client: Client) -> str:
    """Return the acr_values of a client: its first required provider, else its first, and its lowest level."""
    if client.login is None:
        return ""
    offered = sorted(client.login.identity_providers, key=lambda each: not each.required)
    provider = f"idp:{offered[0].name}" if offered else ""
    return " ".join(filter(None, (provider, _ACR[client.login.minimum_level])))


def _has_users(client: Client) -> bool:
    return Grant.AUTHORIZATION_CODE in client.grants


def _scopes(client: Client) -> tuple[str, ...]:
    return client.test.scopes if client.test.scopes is not None else client.scopes


def _redirect(client: Client) -> str:
    if not client.test.redirect_uris:
        raise AcceptanceError(say("{name} has no redirect URI in test, so nobody can log in to it", name=client.name))
    return client.test.redirect_uris[0]
