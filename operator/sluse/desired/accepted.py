"""What was accepted -> the clients of production. HEAD has no say here.

The two bodies are those whose digests are T and P (`sluse.model.digests`). They are read with the models of today:
a form that today's models cannot read is a `ValueError`, so that nothing is ever guessed about production.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluse.model.digests import DIGEST_VERSION
from sluse.model.service_integration import ClientValues, SharedClient
from sluse.model.value import Slug, Value

Body = Mapping[str, object]


class _Production(Value):
    name: Slug
    production: ClientValues


def accepted_clients(tested: Body, production: Body) -> dict[str, tuple[SharedClient, ClientValues]]:
    """Return the clients that both bodies have, by name. Raises ValueError where a body is not of a known form."""
    values = {
        item.name: item.production for item in map(_Production.model_validate, _clients(production, "production"))
    }
    shared = {item.name: item for item in map(SharedClient.model_validate, _clients(tested, "tested"))}
    return {name: (client, values[name]) for name, client in sorted(shared.items()) if name in values}


def require_known(body: Body) -> Body:
    """Return the body; ValueError where its digest version is not one that can be read."""
    if body.get("digestVersion") != DIGEST_VERSION:
        raise ValueError(f"digest version {body.get('digestVersion')} is not known")
    return body


def _clients(body: Body, part: str) -> list[Any]:
    found = require_known(body).get(part)
    clients = found.get("clients") if isinstance(found, Mapping) else None
    if not isinstance(clients, list):
        raise ValueError(f"the accepted body has no clients in its part {part!r}")  # noqa: TRY004 - a form, not a type
    return clients
