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

    host: Domain
    addresses: Annotated[tuple[Cidr, ...], Unique] = Field((), max_length=20)
    port: Port = 443
    zone: NetworkZone
    party: Slug
    certainty: Certainty
    reason: Line


class NetworkOpeningSpec(Value):
    """Written by the operator's engine only. `numbers` are those that namespaces must be labelled with."""

    organisation: Slug
    name: Slug
    numbers: Annotated[tuple[OrganisationNumber, ...], Unique] = Field(min_length=1, max_length=20)
    openings: tuple[Opening, ...] = Field((), max_length=200)


class NetworkOpeningStatus(Status):
    """Where policies stand, by namespace."""

    namespaces: Annotated[tuple[Line, ...], Unique] = Field((), max_length=200)
    openings: int | None = Field(None, ge=0)
