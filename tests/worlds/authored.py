"""Files that organisations write, whole and right, by path; a test breaks them itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import count, islice
from typing import Any

from joserfc.jwk import ECKey

from sluse.catalog.yaml import dump
from sluse.rules.numbers import has_check_digit

Files = dict[str, str | None]
"""Contents by path; None removes a file."""


@cache
def _numbers(wanted: int) -> tuple[str, ...]:
    return tuple(islice((str(number) for number in count(311_500_000) if has_check_digit(str(number))), wanted))


def number(position: int) -> str:
    """Return an organisation number of the synthetic series."""
    return _numbers(2000)[position]


def organisation(slug: str, position: int = 0) -> Files:
    spec = {
        "title": slug.title(),
        "numbers": [number(position)],
        "domains": [f"{slug}.example"],
        "contact": {"mailbox": f"drift@{slug}.example"},
    }
    return {f"integrations/{slug}/organisation.yaml": _document("Organisation", slug, slug, spec)}


def integration(
    slug: str,
    name: str = "journal",
    *,
    position: int = 0,
    clients: Sequence[str] = ("sync",),
    scopes: Sequence[str] = ("nhn:pit/api.read",),
) -> Files:
    """Return the document of machine-to-machine clients, without their keys."""
    spec = {
        "service": {
            "title": f"{slug.title()} {name.title()}",
            "configurationOwner": number(position),
            "users": "No persons; transfers between systems",
            "platform": "Python on Linux",
            "structure": "machine-to-machine",
        },
        "plan": {"testFrom": "2026-12-01", "productionNotBefore": "2027-02-01T08:00"},
        "clients": [
            {
                "name": client,
                "grants": ["client_credentials"],
                "scopes": list(scopes),
                "test": {"organisationNumber": number(position)},
            }
            for client in clients
        ],
    }
    return {f"integrations/{slug}/{name}.yaml": _document("ServiceIntegration", slug, name, spec)}


def keys(slug: str, name: str = "journal", *, clients: Sequence[str] = ("sync",)) -> Files:
    """Return one fresh key for each client; nobody keeps the private half."""
    return {key_path(slug, name, client): _jwks() for client in clients}


def key_path(slug: str, name: str = "journal", client: str = "sync") -> str:
    return f"integrations/{slug}/keys/{name}/{client}.test.jwks.json"


def supplier(slug: str, name: str = "journal", *, position: int = 0, clients: Sequence[str] = ("sync",)) -> Files:
    """Return an organisation with one integration, whole; no two of different `position` claim the same."""
    return {
        **organisation(slug, position),
        **integration(slug, name, position=position, clients=clients),
        **keys(slug, name, clients=clients),
    }


def suppliers(how_many: int) -> Iterator[Files]:
    """Yield so many organisations."""
    for position in range(how_many):
        yield supplier(f"supplier-{position:03}", position=position)


def _document(kind: str, slug: str, name: str, spec: dict[str, Any]) -> str:
    metadata = {"name": name, "organisation": slug}
    return dump({"apiVersion": "sluse.nhn.no/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec})


def _jwks() -> str:
    key = ECKey.generate_key("P-256", private=True, auto_kid=True).as_dict(private=False)
    return json.dumps({"keys": [{**key, "alg": "ES256", "use": "sig"}]}) + "\n"
