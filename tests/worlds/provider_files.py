"""Authored files of a made-up identity provider, by path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sluse.catalog.yaml import dump
from worlds.documents import Files, Supplier


@dataclass(frozen=True)
class LoginProvider:
    """One organisation with one identity provider, `login-<slug>`."""

    slug: str
    position: int

    @property
    def supplier(self) -> Supplier:
        return Supplier(self.slug, self.position)

    @property
    def alias(self) -> str:
        return f"login-{self.slug}"

    @property
    def resource(self) -> str:
        return f"{self.slug}.{self.alias}"

    @property
    def path(self) -> str:
        return f"integrations/{self.slug}/{self.alias}.yaml"

    @property
    def issuer(self) -> str:
        return f"https://login.test.{self.slug}.example"

    def everything(self, **changes: Any) -> Files:
        return {**self.supplier.organisation(), **self.document(**changes)}

    def nothing(self) -> Files:
        """Return the removal of the identity provider; its organisation stays."""
        return {self.path: None}

    def document(self, **changes: Any) -> Files:
        spec = {
            "title": f"{self.slug.title()} login",
            "plan": {"testFrom": "2026-12-01", "productionNotBefore": "2027-04-01T08:00"},
            "protocol": {"algorithms": ["ES256"]},
            "claims": {
                "identifier": "pid",
                "identifierKinds": ["fnr", "d-number"],
                "levels": [{"value": "Betydelig", "level": "substantial"}, {"value": "Høyt", "level": "high"}],
            },
            "test": {
                "issuer": self.issuer,
                "jwksUri": f"{self.issuer}/.well-known/jwks",
                "users": [
                    {"alias": "smartcard-high", "identifier": "fnr", "method": "smartcard", "level": "high"},
                    {"alias": "d-number", "identifier": "d-number", "method": "app", "level": "substantial"},
                ],
            },
            **changes,
        }
        metadata = {"name": self.alias, "organisation": self.slug}
        document = {
            "apiVersion": "sluse.nhn.no/v1alpha1",
            "kind": "IdentityProvider",
            "metadata": metadata,
            "spec": spec,
        }
        return {self.path: dump(document)}
