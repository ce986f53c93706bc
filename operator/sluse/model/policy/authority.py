"""What is known of HelseID: `policies/authority.yaml`, each fact with where it was read and how sure that is.

The rules hold the reasoning, this page the facts: who learns that HelseID changed one writes it into the file, and a fact that
the file leaves out is the one shipped here. What only code can know the meaning of (the form of a scope, the curve of an
algorithm) is no fact of the file: `sluse.rules.authority`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Generic, TypeVar

from pydantic import Field, StrictInt

from sluse.model.identity_provider import ClientAuthentication, LevelValue, SigningAlgorithm
from sluse.model.service_integration import SecurityLevel
from sluse.model.value import ClaimType, Line, OrganisationNumber, Scope, Unique, Value

Held = TypeVar("Held")

RSA_FLOOR = 2048
"""No file makes an RSA key of fewer bits good enough: NIST SP 800-131A."""


class Sureness(StrEnum):
    """How a fact is known: read in the source, read in part, or reasoned where no public page says it."""

    VERIFIED = "verified"
    PARTLY = "partly verified"
    ASSUMED = "assumed"


class KeyAlgorithm(StrEnum):
    """What a client's key may sign with at all; others mean nothing to the rules."""

    RS256 = "RS256"
    RS384 = "RS384"
    RS512 = "RS512"
    PS256 = "PS256"
    PS384 = "PS384"
    PS512 = "PS512"
    ES256 = "ES256"
    ES384 = "ES384"
    ES512 = "ES512"


class Fact(Value, Generic[Held]):
    """One thing that is known."""

    value: Held
    source: Line = Field(description="Where it was read.")
    certainty: Sureness = Field(description="`verified`, `partly verified` or `assumed`.")


Bits = Annotated[StrictInt, Field(ge=RSA_FLOOR, le=16_384)]
KeyAlgorithms = Annotated[tuple[KeyAlgorithm, ...], Unique, Field(min_length=1, max_length=9)]
Scopes = Annotated[tuple[Scope, ...], Unique, Field(max_length=50)]
Levels = Annotated[tuple[LevelValue, ...], Field(min_length=1, max_length=10)]
Signatures = Annotated[tuple[SigningAlgorithm, ...], Unique, Field(max_length=10)]
Authentications = Annotated[tuple[ClientAuthentication, ...], Unique, Field(max_length=10)]
Numbers = Annotated[tuple[OrganisationNumber, ...], Unique, Field(max_length=100)]

_SAMPLES = "NHN's public samples (HelseId.JwkGenerator, AlgorithmValidator.cs)"
_SCOPES = "NHN utviklerportal, HelseID: scopes"
_TECHNICAL = "NHN, HelseID tekniske krav til identitetstilbydere"


def _shipped(description: str, value: object, source: str, certainty: Sureness = Sureness.PARTLY) -> Any:
    """Return the field of a fact that the release knows. It is no default of the form: another release may know better."""
    fact: Fact[Any] = Fact(value=value, source=source, certainty=certainty)
    return Field(default_factory=lambda: fact, description=description)


class AuthorityProfile(Value):
    """`policies/authority.yaml`. The rules judge files by it; it is in no digest and configures nothing."""

    key_algorithms: Fact[KeyAlgorithms] = _shipped(
        "Algorithms that HelseID accepts for clients' keys.", tuple(KeyAlgorithm), _SAMPLES, Sureness.VERIFIED
    )
    rsa_bits_refused: Fact[Bits] = _shipped(
        "An RSA key of fewer bits is refused.",
        2048,
        "NIST SP 800-131A; HelseID's own minimum is not public",
        Sureness.ASSUMED,
    )
    rsa_bits_warned: Fact[Bits] = _shipped(
        "An RSA key of fewer bits is warned of.",
        3072,
        "NIST SP 800-57; HelseID's own minimum is not public",
        Sureness.ASSUMED,
    )
    identity_scopes: Fact[Scopes] = _shipped(
        "Scopes about a person who logs in.", ("openid", "profile", "offline_access"), _SCOPES
    )
    identity_scope_prefixes: Fact[Scopes] = _shipped(
        "How other scopes about a person begin.", ("helseid://scopes/identity/", "helseid://scopes/hpr/"), _SCOPES
    )
    levels: Fact[Levels] = _shipped(
        "Values of an identity provider's level claim, and what they mean.",
        (
            LevelValue(value="Betydelig", level=SecurityLevel.SUBSTANTIAL),
            LevelValue(value="Høyt", level=SecurityLevel.HIGH),
        ),
        f"{_TECHNICAL}, T-4",
    )
    refused_level: Fact[Line] = _shipped(
        "The value of the level claim that no service accepts.", "Lavt", f"{_TECHNICAL}, T-4"
    )
    level_claim: Fact[ClaimType] = _shipped("The claim that HelseID reads the level from.", "acr", f"{_TECHNICAL}, T-4")
    method_claim: Fact[ClaimType] = _shipped(
        "The claim that HelseID reads the method from.", "amr", f"{_TECHNICAL}, T-5"
    )
    refused_signatures: Fact[Signatures] = _shipped(
        "Algorithms of ID tokens that HelseID refuses.", (SigningAlgorithm.RS256,), f"{_TECHNICAL}, T-9"
    )
    refused_authentication: Fact[Authentications] = _shipped(
        "Ways to authenticate at an identity provider that HelseID refuses.",
        (ClientAuthentication.CLIENT_SECRET_BASIC,),
        f"{_TECHNICAL}, T-11",
    )
    test_numbers: Fact[Numbers] = _shipped(
        "Organisation numbers that are used in test with a wrong check digit.",
        ("999977776", "999977775", "312232326"),
        "NHN's public samples (ConfigurationValues.cs)",
        Sureness.VERIFIED,
    )


SHIPPED = AuthorityProfile()
"""What this release knows, where no file says otherwise."""
