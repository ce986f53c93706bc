"""Ways through an integration that several rules take: every client's values with their field paths."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.names import Environment
from sluse.model.service_integration import Client, ClientValues, ServiceIntegration


def clients(document: ServiceIntegration) -> Iterator[tuple[str, Client]]:
    """Yield (path, client)."""
    for index, client in enumerate(document.spec.clients):
        yield f"spec.clients[{index}]", client


def values(document: ServiceIntegration) -> Iterator[tuple[str, Environment, ClientValues]]:
    """Yield (path, environment, values) of each client in each environment it has values in."""
    for path, client in clients(document):
        yield f"{path}.test", Environment.TEST, client.test
        if client.production is not None:
            yield f"{path}.production", Environment.PRODUCTION, client.production


def redirects(document: ServiceIntegration) -> Iterator[tuple[str, str]]:
    """Yield (path, address) of every redirect and post-logout redirect URI."""
    for path, _, environment_values in values(document):
        for index, address in enumerate(environment_values.redirect_uris):
            yield f"{path}.redirectUris[{index}]", address
        for index, address in enumerate(environment_values.post_logout_redirect_uris):
            yield f"{path}.postLogoutRedirectUris[{index}]", address


def slots(document: ServiceIntegration) -> Iterator[tuple[str, str]]:
    """Yield (path, slot) of every slot for installations."""
    for path, client in clients(document):
        for index, slot in enumerate(client.slots):
            yield f"{path}.slots[{index}]", slot
