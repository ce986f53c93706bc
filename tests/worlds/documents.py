"""Authored files of made-up suppliers, by path."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from joserfc.jwk import ECKey

from sluse.catalog.yaml import dump
from sluse.rules.numbers import has_check_digit

READ, OTHER = "nhn:pit/api.read", "nhn:deft/api"
Files = dict[str, str | None]
"""Contents by path; None removes a file."""


@dataclass(frozen=True)
class Supplier:
    """One organisation; no two of different `position` claim the same."""

    slug: str
    position: int

    @property
    def sync(self) -> str:
        """The resource name of the client that `everything` has."""
        return self.resource("journal", "sync")

    @property
    def number(self) -> str:
        numbers = (str(each) for each in count(311_500_000 + 100 * self.position))
        return next(each for each in numbers if has_check_digit(each))

    def resource(self, name: str, client: str) -> str:
        return f"{self.slug}.{name}.{client}"

    def path(self, name: str = "journal") -> str:
        return f"integrations/{self.slug}/{name}.yaml"

    def key_path(self, name: str = "journal", client: str = "sync") -> str:
        return f"integrations/{self.slug}/keys/{name}/{client}.test.jwks.json"

    def everything(self, name: str = "journal", clients: Sequence[str] = ("sync",)) -> Files:
        return {**self.organisation(), **self.integration(name, clients), **self.keys(name, clients)}

    def nothing(self, name: str = "journal", clients: Sequence[str] = ("sync",)) -> Files:
        """Return the removal of one integration with its keys; the organisation stays."""
        return dict.fromkeys([self.path(name), *(self.key_path(name, client) for client in clients)])

    def organisation(self) -> Files:
        spec = {
            "title": self.slug.title(),
            "numbers": [self.number],
            "domains": [f"{self.slug}.example"],
            "contact": {"mailbox": f"drift@{self.slug}.example"},
        }
        return {f"integrations/{self.slug}/organisation.yaml": _document("Organisation", self.slug, self.slug, spec)}

    def integration(
        self, name: str = "journal", clients: Sequence[str] = ("sync",), scopes: Sequence[str] = (READ,)
    ) -> Files:
        """Return the document of machine-to-machine clients, without their keys."""
        spec = {
            "service": {
                "title": f"{self.slug.title()} {name.title()}",
                "configurationOwner": self.number,
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
                    "test": {"organisationNumber": self.number},
                }
                for client in clients
            ],
        }
        return {self.path(name): _document("ServiceIntegration", self.slug, name, spec)}

    def keys(self, name: str = "journal", clients: Sequence[str] = ("sync",)) -> Files:
        """Return one fresh key for each client; nobody keeps the private half."""
        return {self.key_path(name, client): _jwks() for client in clients}


def _document(kind: str, slug: str, name: str, spec: dict[str, Any]) -> str:
    metadata = {"name": name, "organisation": slug}
    return dump({"apiVersion": "sluse.nhn.no/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec})


def _jwks() -> str:
    key = ECKey.generate_key("P-256", private=True, auto_kid=True).as_dict(private=False)
    return json.dumps({"keys": [{**key, "alg": "ES256", "use": "sig"}]}) + "\n"
