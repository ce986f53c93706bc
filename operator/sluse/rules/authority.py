"""What the rules know of HelseID: the facts of a profile, and beside them what only code can know the meaning of.

A fact that is a number, a name or a list is data: `policies/authority.yaml` (`sluse.model.policy.authority`). What stays here
are forms. A regular expression in a file that anybody may propose could keep a check at work for ever; the curve of an
algorithm is the standard's; and the names of identity providers are Sluse's own, while who is live is
`policies/existing-providers.yaml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sluse.model.policy.authority import SHIPPED, AuthorityProfile, Fact, Sureness
from sluse.words.said import say

CURVES: Fact[Mapping[str, tuple[str, int]]] = Fact(
    value={"ES256": ("P-256", 32), "ES384": ("P-384", 48), "ES512": ("P-521", 66)},
    source="RFC 7518 section 3.4",
    certainty=Sureness.VERIFIED,
)
SCOPE_FORM: Fact[str] = Fact(
    value=r"[A-Za-z0-9][A-Za-z0-9._-]*:([A-Za-z0-9._*-]+|/)([/:][A-Za-z0-9._*-]+)+",
    source="scopes in NHN's public samples; the grammar itself is not public",
    certainty=Sureness.ASSUMED,
)
PROVIDERS: Fact[Mapping[str, str]] = Fact(
    value={
        "bankid": "BankID",
        "buypass": "Buypass",
        "commfides": "Commfides",
        "helse-midt-norge": "Helse Midt-Norge RHF",
        "helseplattformen": "Helseplattformen",
        "idporten": "ID-porten",
    },
    source="NHN utviklerportal, HelseID: styre innlogging i HelseID; the names are Sluse's",
    certainty=Sureness.PARTLY,
)

_FORMS: tuple[tuple[str, Fact[Any]], ...] = (
    (say("The form of an API's scope."), SCOPE_FORM),
    (say("The curve of an algorithm, and the octets of a coordinate."), CURVES),
    (say("Identity providers that HelseID has already, by their name in files."), PROVIDERS),
)


@dataclass(frozen=True)
class Told:
    """A fact, what it is about, and its field in `policies/authority.yaml`; None for what is code.

    `shipped`: this is what the release knows too.
    """

    field: str | None
    about: str
    fact: Fact[Any]
    shipped: bool = True


def told(known: AuthorityProfile) -> Iterator[Told]:
    """Yield everything that the rules know, the facts of the file first."""
    for name, field in AuthorityProfile.model_fields.items():
        fact = getattr(known, name)
        yield Told(field.alias, field.description or name, fact, fact == getattr(SHIPPED, name))
    for about, form in _FORMS:
        yield Told(None, about, form)
