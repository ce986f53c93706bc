"""What is to be registered at the authority for one identity provider in one environment."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sluse.model.digests import sha256
from sluse.model.identity_provider import ClaimMapping, Protocol
from sluse.model.names import Digest
from sluse.model.value import Line, Slug, Unique, Url, Value


class Federation(Value):
    """The authority-neutral form. `alias` is the provider's name, unique over all organisations, and never changes."""

    alias: Slug
    title: Line
    issuer: Url
    jwks_uri: Url
    protocol: Protocol
    claims: ClaimMapping

    @property
    def digest(self) -> Digest:
        """What the ledger remembers of what is held."""
        return sha256(self.wire())


class Handed(Value):
    """What the provider must type in on its side."""

    client_id: Line
    redirect_uris: Annotated[tuple[Url, ...], Unique] = Field((), max_length=5)
    jwks_uri: Url
