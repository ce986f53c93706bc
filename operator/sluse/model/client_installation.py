"""ClientInstallation: one customer of a service. HelseID's single-tenant client, made from the supplier's template.

It needs no acceptance of its own: the service's covers it, as long as its addresses stay within the slots that the
accepted service declares. So customer 121 reopens nothing.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sluse.model.envelope import Document
from sluse.model.value import Day, Line, OrganisationNumber, Slug, Unique, Url, Value

IntegrationName = Annotated[
    str, StringConstraints(min_length=3, max_length=81, pattern=r"^[a-z0-9][a-z0-9-]*\.[a-z0-9][a-z0-9-]*$")
]
"""`<organisation>.<name>` of another document."""


class InstallationValues(Value):
    """What one environment has of its own. Public keys lie beside, in `keys/<installation>/<client>.<environment>.jwks.json`."""

    redirect_uris: Annotated[tuple[Url, ...], Unique] = Field(
        (), max_length=10, description="Where a login may come back to, each address in full: no wildcard."
    )
    post_logout_redirect_uris: Annotated[tuple[Url, ...], Unique] = Field(
        (), max_length=10, description="Where a logout comes back to."
    )
    child_organisation_numbers: Annotated[tuple[OrganisationNumber, ...], Unique] = Field(
        (), max_length=200, description="Sub-units (underenheter) that may be named in requests."
    )


class ClientInstallationSpec(Value):
    """See `classes.py`: nothing of it is in a digest; the accepted service bounds it instead."""

    service: IntegrationName = Field(description="The service, as organisation.name.", examples=["fjordlegen.journal"])
    client: Slug = Field(description="Client of the service that is installed.", examples=["web"])
    customer: OrganisationNumber = Field(description="Organisation number of the customer.")
    not_before: Day = Field(description="First day the installation may be used.")
    confirmed_by: Line = Field(
        description="Function at the customer that confirmed it; not a person's name.", examples=["IT manager"]
    )
    test: InstallationValues | None = Field(None, description="Values of the test environment.")
    production: InstallationValues | None = Field(None, description="Values of production.")


class ClientInstallation(Document):
    """`integrations/<organisation>/<name>.yaml`, in the supplier's folder."""

    kind: Literal["ClientInstallation"] = Field(description="Kind of document.")
    spec: ClientInstallationSpec
