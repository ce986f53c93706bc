"""One client's registered metadata, as typed values and as RFC 7591's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluse.sandbox.authority.keys import ClientKey


@dataclass(frozen=True)
class Metadata:
    """Accepted by `registration_rules`. Lists keep the order in which the client gave them."""

    client_name: str | None
    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    keys: tuple[ClientKey, ...]
    scopes: tuple[str, ...]
    orgnr: str | None
    tenancy: str
    child_orgnrs: tuple[str, ...]
    claims: Mapping[str, str]
    extensions: bool

    def key(self, kid: object) -> ClientKey | None:
        """Return the registered key of that id."""
        return next((key for key in self.keys if key.kid == kid), None)

    def document(self) -> dict[str, Any]:
        """Return the JSON members, defaults included, as a fresh copy."""
        members: dict[str, Any] = {
            "grant_types": list(self.grant_types),
            "redirect_uris": list(self.redirect_uris),
            "post_logout_redirect_uris": list(self.post_logout_redirect_uris),
            "jwks": {"keys": [dict(key.jwk) for key in self.keys]},
            "scope": " ".join(self.scopes),
            "token_endpoint_auth_method": "private_key_jwt",
            "dpop_bound_access_tokens": True,
        }
        if self.client_name is not None:
            members["client_name"] = self.client_name
        if self.extensions:
            members["helseid_tenancy"] = self.tenancy
            members["helseid_child_orgnr"] = list(self.child_orgnrs)
            members["helseid_claims"] = dict(self.claims)
            if self.orgnr is not None:
                members["helseid_orgnr"] = self.orgnr
        return members
