"""What the rules know of HelseID, in one table: each value with where it was read and how sure that is.

The rules hold the reasoning, this page the facts: who learns that HelseID changed one looks here first. A fact has
a value for test and one for production, which mostly are the same.

Rejected for now: the same as a file of `policies/`, signed by the roots. Then what a file is refused for would depend on the
clone, and the editor's schema, the admission policies and the sandbox, which hold some of these facts too, would not follow.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from sluse.model.identity_provider import ClientAuthentication, SigningAlgorithm
from sluse.model.service_integration import SecurityLevel
from sluse.rules.rule import Certainty

Held = TypeVar("Held")
Held_co = TypeVar("Held_co", covariant=True)

_SAMPLES = "NHN's public samples (HelseId.JwkGenerator, AlgorithmValidator.cs)"
_TECHNICAL = "NHN, HelseID tekniske krav til identitetstilbydere"


@dataclass(frozen=True)
class Fact(Generic[Held_co]):
    """One thing that is known. `name` is its name on the page of rules."""

    name: str
    test: Held_co
    production: Held_co
    source: str
    certainty: Certainty

    @property
    def value(self) -> Held_co:
        """What it is in both environments. Raises ValueError where they differ: then a rule has to say which it means."""
        if self.test != self.production:
            raise ValueError(f"{self.name} is not the same in test and in production")
        return self.test


def _same(name: str, value: Held, source: str, certainty: Certainty) -> Fact[Held]:
    """Return a fact that is the same in test and in production."""
    return Fact(name, value, value, source, certainty)


KEY_ALGORITHMS = _same(
    "algorithms of clients' keys",
    tuple(f"{family}{size}" for family in ("RS", "PS", "ES") for size in ("256", "384", "512")),
    _SAMPLES,
    Certainty.VERIFIED,
)
CURVES: Fact[Mapping[str, tuple[str, int]]] = _same(
    "curve of an algorithm, and octets of a coordinate",
    {"ES256": ("P-256", 32), "ES384": ("P-384", 48), "ES512": ("P-521", 66)},
    "RFC 7518 section 3.4",
    Certainty.VERIFIED,
)
RSA_BITS_REFUSED = _same(
    "RSA keys are refused below, bits", 2048, "NIST SP 800-131A; HelseID's own minimum is not public", Certainty.ASSUMED
)
RSA_BITS_WARNED = _same(
    "RSA keys are warned of below, bits", 3072, "NIST SP 800-57; HelseID's own minimum is not public", Certainty.ASSUMED
)
IDENTITY_SCOPES = _same(
    "scopes about a person",
    ("openid", "profile", "offline_access"),
    "NHN utviklerportal, HelseID: scopes",
    Certainty.PARTLY,
)
IDENTITY_PREFIXES = _same(
    "beginnings of scopes about a person",
    ("helseid://scopes/identity/", "helseid://scopes/hpr/"),
    "NHN utviklerportal, HelseID: scopes",
    Certainty.PARTLY,
)
SCOPE_FORM = _same(
    "form of an API's scope",
    r"[A-Za-z0-9][A-Za-z0-9._-]*:([A-Za-z0-9._*-]+|/)([/:][A-Za-z0-9._*-]+)+",
    "scopes in NHN's public samples; the grammar itself is not public",
    Certainty.ASSUMED,
)
PROVIDERS: Fact[Mapping[str, str]] = _same(
    "identity providers that are there already",
    {
        "bankid": "BankID",
        "buypass": "Buypass",
        "commfides": "Commfides",
        "helse-midt-norge": "Helse Midt-Norge RHF",
        "helseplattformen": "Helseplattformen",
        "idporten": "ID-porten",
    },
    "NHN utviklerportal, HelseID: styre innlogging i HelseID; the names are Sluse's",
    Certainty.PARTLY,
)
LEVELS: Fact[Mapping[str, SecurityLevel]] = _same(
    "values of the level claim",
    {"Betydelig": SecurityLevel.SUBSTANTIAL, "Høyt": SecurityLevel.HIGH},
    f"{_TECHNICAL}, T-4",
    Certainty.PARTLY,
)
LOW_LEVEL = _same("value of the level claim that no service accepts", "Lavt", f"{_TECHNICAL}, T-4", Certainty.PARTLY)
LEVEL_CLAIM = _same("claim with the level", "acr", f"{_TECHNICAL}, T-4", Certainty.PARTLY)
METHOD_CLAIM = _same("claim with the method", "amr", f"{_TECHNICAL}, T-5", Certainty.PARTLY)
REFUSED_SIGNATURES = _same(
    "algorithms of ID tokens that are refused", (SigningAlgorithm.RS256,), f"{_TECHNICAL}, T-9", Certainty.PARTLY
)
REFUSED_AUTHENTICATION = _same(
    "ways to authenticate at a provider that are refused",
    (ClientAuthentication.CLIENT_SECRET_BASIC,),
    f"{_TECHNICAL}, T-11",
    Certainty.PARTLY,
)
NUMBERS_WITHOUT_CHECK_DIGIT: Fact[frozenset[str]] = Fact(
    "organisation numbers that are used with a wrong check digit",
    frozenset({"999977776", "999977775", "312232326"}),
    frozenset(),
    "NHN's public samples (ConfigurationValues.cs)",
    Certainty.VERIFIED,
)

PROFILE: tuple[Fact[object], ...] = (
    KEY_ALGORITHMS,
    CURVES,
    RSA_BITS_REFUSED,
    RSA_BITS_WARNED,
    IDENTITY_SCOPES,
    IDENTITY_PREFIXES,
    SCOPE_FORM,
    PROVIDERS,
    LEVELS,
    LOW_LEVEL,
    LEVEL_CLAIM,
    METHOD_CLAIM,
    REFUSED_SIGNATURES,
    REFUSED_AUTHENTICATION,
    NUMBERS_WITHOUT_CHECK_DIGIT,
)
