"""IdentityProvider: somebody whose logins HelseID passes on. The technical specification as a file.

HelseID's requirements on identity providers (T-1 to T-13) are rules, not form: `sluse.rules` says which a file
breaks, and why. Keys are never inlined: `jwksUri` names where they are.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from sluse.model.envelope import Document
from sluse.model.plan import Plan
from sluse.model.service_integration import SecurityLevel
from sluse.model.value import ClaimType, Flag, Line, Slug, Unique, Url, Value


class ResponseType(StrEnum):
    """OpenID Connect response types that HelseID's requirements allow."""

    CODE = "code"
    CODE_ID_TOKEN = "code id_token"  # noqa: S105 - a response type's name


class SigningAlgorithm(StrEnum):
    """JWS algorithms of ID tokens; RSASSA-PKCS1-v1_5 is refused by HelseID's requirements, so a rule tells why."""

    PS256 = "PS256"
    ES256 = "ES256"
    RS256 = "RS256"


class ClientAuthentication(StrEnum):
    """How HelseID authenticates at the identity provider."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    TLS_CLIENT_AUTH = "tls_client_auth"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - a method's name


class IdentifierKind(StrEnum):
    """What identifies a person: national identity number or D-number."""

    NATIONAL = "fnr"
    D_NUMBER = "d-number"


class Protocol(Value):
    """How HelseID speaks to the provider, as its relying party."""

    response_type: ResponseType = Field(ResponseType.CODE, description="OpenID Connect response type.")
    pkce: Flag = Field(True, description="Whether PKCE with S256 is supported.")
    algorithms: Annotated[tuple[SigningAlgorithm, ...], Unique] = Field(
        min_length=1, max_length=3, description="Algorithms that sign ID tokens."
    )
    client_authentication: ClientAuthentication = Field(
        ClientAuthentication.PRIVATE_KEY_JWT, description="How HelseID authenticates at the token endpoint."
    )


class LevelValue(Value):
    """One value of the level claim, and the level it means."""

    value: Line = Field(description="Value of the claim.", examples=["Høyt"])
    level: SecurityLevel = Field(description="Security level that it means.")


class ClaimMapping(Value):
    """The three parameters that must come back after a login: identifier, method and level."""

    identifier: ClaimType = Field(description="Claim with the person's identifier.", examples=["pid"])
    identifier_kinds: Annotated[tuple[IdentifierKind, ...], Unique] = Field(
        min_length=1, max_length=2, description="Kinds of identifier it may hold."
    )
    method: ClaimType = Field("amr", description="Claim with the method of authentication.")
    level: ClaimType = Field("acr", description="Claim with the security level.")
    levels: tuple[LevelValue, ...] = Field(min_length=1, max_length=10, description="What its values mean.")


class TestUser(Value):
    """A synthetic user of the acceptance test. Its identifier and password are never in git: testers get them apart."""

    __test__ = False  # its name is no test's

    alias: Slug = Field(description="What the user is called in evidence.", examples=["smartcard-high"])
    identifier: IdentifierKind = Field(description="Kind of identifier the login must give.")
    method: Line = Field(description="Method that the login must give.", examples=["smartcard"])
    level: SecurityLevel = Field(description="Level that the login must give.")


class ProviderValues(Value):
    """Where the provider is in one environment."""

    issuer: Url = Field(description="Issuer, without trailing slash.", examples=["https://login.example"])
    jwks_uri: Url = Field(description="Where its public keys are.")


class TestProviderValues(ProviderValues):
    """Test also has users."""

    __test__ = False

    users: tuple[TestUser, ...] = Field((), max_length=30, description="Synthetic users of the acceptance test.")


class IdentityProviderSpec(Value):
    """See `classes.py` for what an acceptance test binds of this."""

    title: Line = Field(description="What users call the provider.")
    plan: Plan
    protocol: Protocol
    claims: ClaimMapping
    test: TestProviderValues = Field(description="Values of the test environment.")
    production: ProviderValues | None = Field(None, description="Values of production.")
    existing: Flag = Field(
        False, description="Live at the authority already; counts only if policies/existing-providers.yaml says so too."
    )


class IdentityProvider(Document):
    """`integrations/<organisation>/<name>.yaml`."""

    kind: Literal["IdentityProvider"] = Field(description="Kind of document.")
    spec: IdentityProviderSpec
