"""Which hosts and addresses HelseID and the identity providers have: `policies/network.yaml`, versioned data with sources."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sluse.model.names import Environment
from sluse.model.service_integration import NetworkZone
from sluse.model.value import Cidr, Domain, Line, Port, Slug, Unique, Value


class Certainty(StrEnum):
    """How sure the value is: read in full, read in part, superseded since, or not confirmed."""

    VERIFIED = "verified"
    PARTLY = "partly verified"
    OLD = "old"
    UNVERIFIED = "not verified"


class Destination(Value):
    """One host of one party in one environment, as seen from one zone. Always TCP 443 unless `port` says otherwise."""

    party: Slug = Field(description="`helseid`, `nhn-proxy`, or the name of an identity provider.")
    environment: Environment
    zone: NetworkZone
    host: Domain
    addresses: Annotated[tuple[Cidr, ...], Unique] = Field((), max_length=20)
    port: Port = 443
    source: Line
    retrieved_at: date
    certainty: Certainty


class NetworkCatalogue(Value):
    """`policies/network.yaml`."""

    destinations: tuple[Destination, ...] = Field((), max_length=500)
