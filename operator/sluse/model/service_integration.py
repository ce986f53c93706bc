"""ServiceIntegration: one service of a supplier, its clients, and its plan; the order form as a file.

The class of each field (tested, production, test, operational) is in `classes.py`, in one table.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sluse.model.envelope import Document
from sluse.model.plan import Plan
from sluse.model.value import (
    ClaimType,
    Flag,
    Line,
    OrganisationNumber,
    Scope,
    Slug,
    Text,
    Unique,
    Url,
    Value,
)


class Grant(StrEnum):
    """`grant_types` of RFC 7591, as HelseID's token endpoint knows them."""

    AUTHORIZATION_CODE = "authorization_code"
    CLIENT_CREDENTIALS = "client_credentials"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - a grant's name
    TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 - a grant's name


class Tenancy(StrEnum):
    """HelseID's words: one organisation per client, or many through delegation in Altinn."""

    SINGLE = "single-tenant"
    MULTI = "multi-tenant"


class Structure(StrEnum):
    """How the application is built. HelseID has confidential clients only: a browser needs a backend."""

    WEB_WITH_BACKEND = "web-with-backend"
    MACHINE_TO_MACHINE = "machine-to-machine"
    NATIVE = "native"
    API = "api"


class SecurityLevel(StrEnum):
    """Levels of the Norwegian self-declaration regulation for electronic identification, in English."""

    SUBSTANTIAL = "substantial"
    HIGH = "high"


class Service(Value):
    """What the service is. NHN asks for this when the integration is planned."""

    title: Line = Field(description="What users call the service.", examples=["Fjordlegen Journal"])
    configuration_owner: OrganisationNumber = Field(
        description="Organisation number of the configuration owner (konfigurasjonseier)."
    )
    users: Text = Field(description="Who the users are, in a sentence.")
    platform: Line = Field(
        description="What the application is built with and runs on.", examples=["ASP.NET Core on Linux"]
    )
    structure: Structure = Field(description="How the application is built.")


class LoginProvider(Value):
    """An identity provider a user may log in with."""

    name: Slug = Field(description="Name of the identity provider.", examples=["idporten"])
    required: Flag = Field(False, description="Whether production waits for this identity provider.")


class Login(Value):
    """How users log in; only for clients with authorization_code."""

    minimum_level: SecurityLevel = Field(description="Lowest security level that is accepted.")
    identity_providers: Annotated[tuple[LoginProvider, ...], Unique] = Field(
        (), max_length=20, description="Identity providers to offer; none means HelseID's ordinary list."
    )


class Claim(Value):
    """A client claim that one API asks for."""

    type: ClaimType = Field(description="Claim type.", examples=["nhn:vkp/client/claims/vkp-id"])
    value: Line = Field(description="Claim value.")


class ClientValues(Value):
    """What one environment has of its own. Public keys lie beside, in `keys/<integration>/<client>.<environment>.jwks.json`."""

    organisation_number: OrganisationNumber = Field(description="Organisation the client acts for.")
    redirect_uris: Annotated[tuple[Url, ...], Unique] = Field(
        (), max_length=30, description="Where a login may come back to, each address in full: no wildcard."
    )
    post_logout_redirect_uris: Annotated[tuple[Url, ...], Unique] = Field(
        (), max_length=30, description="Where a logout comes back to."
    )
    child_organisation_numbers: Annotated[tuple[OrganisationNumber, ...], Unique] = Field(
        (), max_length=200, description="Sub-units (underenheter) a single-tenant client may name in requests."
    )
    claims: Annotated[tuple[Claim, ...], Unique] = Field(
        (), max_length=50, description="Client claims that APIs ask for."
    )
    scopes: Annotated[tuple[Scope, ...], Unique] | None = Field(
        None, max_length=100, description="Scopes where they differ; in production a subset of the client's."
    )


RedirectSlot = Annotated[
    str,
    StringConstraints(
        min_length=10, max_length=300, pattern=r"^https://\*\.([a-z0-9-]+\.)+[a-z]{2,63}/[A-Za-z0-9/_.-]*$"
    ),
]
"""`https://*.journal.example/signin-oidc`: the star stands for exactly one label, the customer's."""


class SharedClient(Value):
    """What a client is in every environment: its tested part."""

    name: Slug = Field(description="Name of the client in this integration.", examples=["web"])
    grants: Annotated[tuple[Grant, ...], Unique] = Field(
        min_length=1, max_length=4, description="OAuth grants that the client uses; a login takes authorization_code."
    )
    scopes: Annotated[tuple[Scope, ...], Unique] = Field(
        min_length=1, max_length=100, description="Scopes that the client may ask for, as each API's owner gives them."
    )
    tenancy: Tenancy = Field(Tenancy.SINGLE, description="One organisation, or many through delegation.")
    login: Login | None = Field(None, description="How users log in; required with authorization_code.")
    slots: Annotated[tuple[RedirectSlot, ...], Unique] = Field(
        (),
        max_length=10,
        description="Where installations at customers may be redirected to; none means no installations.",
    )


class Client(SharedClient):
    """One client registration in each environment. Confidential always: private_key_jwt and DPoP."""

    test: ClientValues = Field(description="Values of the test environment.")
    production: ClientValues | None = Field(
        None, description="Values of production; required when production is decided."
    )


class NetworkZone(StrEnum):
    """From where the service reaches HelseID and the identity providers."""

    INTERNET = "internet"
    HELSENETTET = "helsenettet"
    PROXY = "proxy"


class Network(Value):
    """Input to network openings."""

    zones: Annotated[tuple[NetworkZone, ...], Unique] = Field(
        min_length=1, max_length=3, description="Where it reaches HelseID and the identity providers from."
    )


class ServiceIntegrationSpec(Value):
    """See `classes.py` for what an acceptance test binds of this."""

    service: Service
    plan: Plan
    clients: tuple[Client, ...] = Field(min_length=1, max_length=20, description="Clients of the service.")
    network: Network | None = Field(None, description="From where HelseID must be reached.")


class ServiceIntegration(Document):
    """`integrations/<organisation>/<name>.yaml`."""

    kind: Literal["ServiceIntegration"] = Field(description="Kind of document.")
    spec: ServiceIntegrationSpec
