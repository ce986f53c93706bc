"""Stacks of made-up organisations, as `desired` makes them."""

from __future__ import annotations

from collections.abc import Iterable

from sluse.desired import organisation
from sluse.desired.stack import ObjectKey, Stack
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.integration import IntegrationSpec
from worlds.converging import registration


def stack(
    slug: str = "fjord",
    clients: Iterable[str] = ("sync",),
    *,
    scopes: tuple[str, ...] = ("nhn:pit/api.read",),
    keep: Iterable[ObjectKey] = (),
) -> Stack:
    """Return a stack of one integration called `journal` with these clients."""
    names = tuple(clients)
    specs = {
        ClientKey(slug, "journal", name): HelseIDClientSpec(
            organisation=slug,
            integration="journal",
            client=name,
            use=Use.OPEN,
            registration=registration(scopes=scopes),
        )
        for name in names
    }
    summary = IntegrationSpec(
        organisation=slug,
        name="journal",
        kind="ServiceIntegration",
        title="Journal",
        tested="0" * 64,
        clients=names,
    )
    integrations = {IntegrationKey(slug, "journal"): summary} if names else {}
    return organisation.stack(Environment.TEST, slug, clients=specs, integrations=integrations, keep=keep)


def client(name: str = "sync", slug: str = "fjord") -> ObjectKey:
    return ObjectKey("HelseIDClient", f"{slug}.journal.{name}")


def summary(slug: str = "fjord") -> ObjectKey:
    return ObjectKey("Integration", f"{slug}.journal")
