"""What is to be registered at the authority for one client in one environment, and whether it may be used."""

from __future__ import annotations

from enum import StrEnum

from pydantic import Field

from sluse.model.digests import sha256
from sluse.model.keys import PublicJwk
from sluse.model.names import Digest
from sluse.model.service_integration import Claim, Grant, Tenancy
from sluse.model.value import Line, OrganisationNumber, Scope, Url, Value


class Use(StrEnum):
    """What is wanted of a registration. `Retired` means: end it at the authority, then drop the resource."""

    WITHHELD = "Withheld"
    OPEN = "Open"
    RETIRED = "Retired"


class Registration(Value):
    """The authority-neutral form. All lists are sets and sorted by whoever builds one, so equal means equal."""

    title: Line
    organisation_number: OrganisationNumber
    tenancy: Tenancy = Tenancy.SINGLE
    grants: tuple[Grant, ...] = Field(min_length=1, max_length=4)
    scopes: tuple[Scope, ...] = Field(min_length=1, max_length=100)
    redirect_uris: tuple[Url, ...] = Field((), max_length=30)
    post_logout_redirect_uris: tuple[Url, ...] = Field((), max_length=30)
    child_organisation_numbers: tuple[OrganisationNumber, ...] = Field((), max_length=200)
    claims: tuple[Claim, ...] = Field((), max_length=50)
    keys: tuple[PublicJwk, ...] = Field(min_length=1, max_length=10)

    def wire(self) -> dict[str, object]:
        """Return the JSON-able form; keys through their own `wire`, so `use` is always stated."""
        return {**super().wire(), "keys": [key.wire() for key in self.keys]}

    @property
    def digest(self) -> Digest:
        """What the ledger remembers of what is held."""
        return sha256(self.wire())
