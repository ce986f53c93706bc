"""An authored integration, its keys and an environment -> the registrations wanted at that environment's authority.

Test and production differ only here and in stack config. Lists are sorted, so that order in a file means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.digests import canonical
from sluse.model.keys import Jwks, PublicJwk
from sluse.model.names import ClientKey, Environment
from sluse.model.registration import Registration
from sluse.model.service_integration import Client, ClientValues, ServiceIntegration, SharedClient


def registrations(
    document: ServiceIntegration, keys: Mapping[ClientKey, Jwks], environment: Environment
) -> dict[ClientKey, Registration]:
    """Return the registration of every client that has values and keys in `environment`, by key, in order."""
    wanted: dict[ClientKey, Registration] = {}
    for client in sorted(document.spec.clients, key=lambda client: client.name):
        key = ClientKey(document.metadata.organisation, document.metadata.name, client.name)
        values = values_of(client, environment)
        if values is not None and key in keys:
            title = title_of(document.spec.service.title, client.name, alone=len(document.spec.clients) == 1)
            wanted[key] = registration(title, client, values, keys[key].keys)
    return wanted


def values_of(client: Client, environment: Environment) -> ClientValues | None:
    """Return the values a client has in an environment; None where it has none there yet."""
    return client.test if environment is Environment.TEST else client.production


def title_of(service: str, client: str, *, alone: bool) -> str:
    """Return what a client is called at the authority: as its service, and by its own name where there are several."""
    return (service if alone else f"{service} ({client})")[:120]


def registration(title: str, client: SharedClient, values: ClientValues, keys: tuple[PublicJwk, ...]) -> Registration:
    """Return what is registered for one client."""
    return Registration(
        title=title,
        organisation_number=values.organisation_number,
        tenancy=client.tenancy,
        grants=tuple(sorted(client.grants)),
        scopes=tuple(sorted(values.scopes if values.scopes is not None else client.scopes)),
        redirect_uris=tuple(sorted(values.redirect_uris)),
        post_logout_redirect_uris=tuple(sorted(values.post_logout_redirect_uris)),
        child_organisation_numbers=tuple(sorted(values.child_organisation_numbers)),
        claims=tuple(sorted(values.claims, key=lambda claim: (claim.type, claim.value))),
        keys=tuple(sorted(keys, key=_canonical)),
    )


def _canonical(key: PublicJwk) -> bytes:
    return canonical(key.wire())
