"""An authored integration, its keys and an environment -> the registrations wanted at that environment's authority.

Test and production differ only here and in stack config. Lists are sorted, so that order in a file means nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from sluse.model.digests import canonical
from sluse.model.keys import Jwks, PublicJwk
from sluse.model.names import ClientKey, Environment
from sluse.model.registration import Registration
from sluse.model.service_integration import Client, ClientValues, ServiceIntegration


def registrations(
    document: ServiceIntegration, keys: Mapping[ClientKey, Jwks], environment: Environment
) -> dict[ClientKey, Registration]:
    """Return the registration of every client that has values and keys in `environment`, by key, in order."""
    wanted: dict[ClientKey, Registration] = {}
    for client in sorted(document.spec.clients, key=lambda client: client.name):
        key = ClientKey(document.metadata.organisation, document.metadata.name, client.name)
        values = values_of(client, environment)
        if values is not None and key in keys:
            wanted[key] = registration(document, client, values, keys[key])
    return wanted


def values_of(client: Client, environment: Environment) -> ClientValues | None:
    """Return the values a client has in an environment; None where it has none there yet."""
    return client.test if environment is Environment.TEST else client.production


def registration(document: ServiceIntegration, client: Client, values: ClientValues, keys: Jwks) -> Registration:
    """Return what is registered for one client."""
    title = (
        document.spec.service.title
        if len(document.spec.clients) == 1
        else f"{document.spec.service.title} ({client.name})"
    )
    return Registration(
        title=title[:120],
        organisation_number=values.organisation_number,
        tenancy=client.tenancy,
        grants=tuple(sorted(client.grants)),
        scopes=tuple(sorted(values.scopes if values.scopes is not None else client.scopes)),
        redirect_uris=tuple(sorted(values.redirect_uris)),
        post_logout_redirect_uris=tuple(sorted(values.post_logout_redirect_uris)),
        child_organisation_numbers=tuple(sorted(values.child_organisation_numbers)),
        claims=tuple(sorted(values.claims, key=lambda claim: (claim.type, claim.value))),
        keys=tuple(sorted(keys.keys, key=_canonical)),
    )


def _canonical(key: PublicJwk) -> bytes:
    return canonical(key.wire())
