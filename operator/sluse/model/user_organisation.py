"""UserOrganisation: who uses which services, so that the openings it needs can be told before they change.

Optional: the process asks no integration of a user organisation.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from sluse.model.client_installation import IntegrationName
from sluse.model.envelope import Document
from sluse.model.service_integration import NetworkZone
from sluse.model.value import Count, Day, Line, Unique, Value


class FirewallFormat(StrEnum):
    """How a user organisation wants its openings."""

    KUBERNETES = "kubernetes"
    CSV = "csv"
    NFTABLES = "nftables"
    JSON = "json"


class UsedService(Value):
    """A service of a supplier that the organisation's users log in to."""

    service: IntegrationName = Field(description="The service, as organisation.name.", examples=["fjordlegen.journal"])
    needed_by: Day = Field(description="First day it is used. Noted; openings are told at once.")


class UserOrganisationSpec(Value):
    """All operational: no test or decision binds it."""

    title: Line = Field(description="What the organisation is called.")
    services: Annotated[tuple[UsedService, ...], Unique] = Field(
        min_length=1,
        max_length=100,
        description="Services that it uses, each as `<organisation>.<name>`; the openings follow from them.",
    )
    zones: Annotated[tuple[NetworkZone, ...], Unique] = Field(
        min_length=1, max_length=3, description="Network zones that its users come from."
    )
    formats: Annotated[tuple[FirewallFormat, ...], Unique] = Field(
        (),
        max_length=4,
        description="How openings are wanted. Noted; nothing acts on it yet, and every format can be exported.",
    )
    notice_days: Count = Field(
        14, description="Days of notice wanted before an opening changes. Noted; nothing acts on it yet."
    )


class UserOrganisation(Document):
    """`integrations/<organisation>/<name>.yaml`."""

    kind: Literal["UserOrganisation"] = Field(description="Kind of document.")
    spec: UserOrganisationSpec
