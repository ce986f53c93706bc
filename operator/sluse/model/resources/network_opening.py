"""NetworkOpening: what one user organisation, or one service's own workloads, must be able to reach."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sluse.model.policy.network import Certainty
from sluse.model.resources.status import Status
from sluse.model.service_integration import NetworkZone
from sluse.model.value import Cidr, Domain, Line, OrganisationNumber, Port, Slug, Unique, Value


class Opening(Value):
    """One destination. `reason` says which service or provider it is for."""

    host: Domain = Field(description="Where to.")
    addresses: Annotated[tuple[Cidr, ...], Unique] = Field(
        (), max_length=20, description="Its known addresses; with none, only a firewall that knows names can open it."
    )
    port: Port = Field(443, description="TCP port.")
    zone: NetworkZone = Field(description="The network from which the host is reached.")
    party: Slug = Field(description="Whose host it is.")
    certainty: Certainty = Field(description="Whether somebody has confirmed it.")
    reason: Line = Field(description="Which service or provider it is for.")


class NetworkOpeningSpec(Value):
    """Written by the operator's engine only. `numbers` are those that namespaces must be labelled with."""

    organisation: Slug = Field(description="Folder below integrations/ that it comes from.")
    name: Slug = Field(description="Its name in that folder.")
    numbers: Annotated[tuple[OrganisationNumber, ...], Unique] = Field(
        min_length=1, max_length=20, description="Organisation numbers that a namespace may be labelled with."
    )
    openings: tuple[Opening, ...] = Field((), max_length=200, description="What must be reached.")


class NetworkOpeningStatus(Status):
    """Where policies stand, by namespace."""

    namespaces: Annotated[tuple[Line, ...], Unique] = Field(
        (), max_length=200, description="Namespaces that have its NetworkPolicy."
    )
    openings: int | None = Field(None, ge=0, description="How many openings that policy has.")
