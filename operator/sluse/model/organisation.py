"""Organisation: who somebody is, what they own, and whose signatures speak for them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sluse.model.envelope import Document
from sluse.model.value import Domain, Line, Mailbox, OrganisationNumber, Phone, SshPublicKey, Unique, Value


class Contact(Value):
    """Functions, never persons: git does not forget a name."""

    mailbox: Mailbox = Field(
        description="Function mailbox that is read on working days.", examples=["drift@fjordlegen.example"]
    )
    duty_phone: Phone | None = Field(None, description="Telephone that is answered when production is down.")


class Maintainer(Value):
    """A key that signs on behalf of the organisation."""

    label: Line = Field(description="What the key is for; not a person's name.", examples=["release desk"])
    key: SshPublicKey = Field(description="SSH public key, ssh-ed25519 or sk-ssh-ed25519.")


class OrganisationSpec(Value):
    """`numbers`, `domains` and `maintainers` are digest O; the rest is operational."""

    title: Line = Field(description="Name as in the Register of Legal Entities.")
    numbers: Annotated[tuple[OrganisationNumber, ...], Unique] = Field(
        min_length=1, max_length=20, description="Organisation numbers this organisation speaks for."
    )
    domains: Annotated[tuple[Domain, ...], Unique] = Field(
        (), max_length=50, description="Domains it may use in redirect URIs and issuers, subdomains included."
    )
    maintainers: tuple[Maintainer, ...] = Field((), max_length=20, description="Keys that sign on its behalf.")
    contact: Contact


class Organisation(Document):
    """`integrations/<organisation>/organisation.yaml`."""

    kind: Literal["Organisation"] = Field(description="Kind of document.")
    spec: OrganisationSpec
