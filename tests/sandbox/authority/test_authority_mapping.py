"""What an identity provider's claims come to, or why nobody is let in. The reason never has the identifier in it."""

from __future__ import annotations

from typing import Any

import pytest

from sluse.model.identity_provider import IdentifierKind
from sluse.model.service_integration import SecurityLevel
from sluse.sandbox.authority.mapping import LoginRefused, mapped
from sluse.sandbox.authority.provider_rules import accept
from sluse.sandbox.idp.identifiers import synthetic
from worlds.federation import instance, of_the_other_series

ISSUER = "https://login.polar-id.example"
NATIONAL = synthetic(IdentifierKind.NATIONAL)


def claims(**changes: Any) -> dict[str, Any]:
    made = {"pid": NATIONAL, "amr": ["smartcard"], "acr": "Høyt", **changes}
    return {name: value for name, value in made.items() if value is not None}


def test_what_is_as_agreed_is_passed_on() -> None:
    said = mapped(claims(), accept(instance(ISSUER)), SecurityLevel.HIGH)
    assert said == (NATIONAL, ("smartcard",), SecurityLevel.HIGH)


def test_one_method_may_come_as_text() -> None:
    assert mapped(claims(amr="app"), accept(instance(ISSUER)), SecurityLevel.SUBSTANTIAL)[1] == ("app",)


def test_the_claims_are_the_ones_that_were_agreed_on() -> None:
    provider = accept(
        instance(ISSUER, identifierClaim="nin", methodClaim="how", levelClaim="loa", levels='{"4": "high"}')
    )
    said = mapped({"nin": NATIONAL, "how": ["bankid"], "loa": "4"}, provider, SecurityLevel.HIGH)
    assert said == (NATIONAL, ("bankid",), SecurityLevel.HIGH)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"pid": None}, "no identifier"),
        ({"pid": "12345678901"}, "no identifier of a person"),
        ({"pid": 17}, "no identifier of a person"),
        ({"pid": NATIONAL[:10]}, "no identifier of a person"),
        ({"pid": synthetic(IdentifierKind.D_NUMBER)}, "is a d-number, which was not agreed on"),
        ({"pid": of_the_other_series()}, "not a synthetic person's"),
        ({"amr": None}, "no method"),
        ({"amr": []}, "no method"),
        ({"amr": [1]}, "no list of methods"),
        ({"amr": ["x" * 61]}, "no list of methods"),
        ({"acr": None}, "no level"),
        ({"acr": "Lavt"}, "no agreed level"),
        ({"acr": ["Høyt"]}, "no agreed level"),
        ({"acr": "Betydelig"}, "the level is substantial, and high was asked for"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
def test_what_is_not_as_agreed_is_refused(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(LoginRefused) as refused:
        mapped(claims(**changes), accept(instance(ISSUER, identifierKinds="fnr")), SecurityLevel.HIGH)
    assert why in str(refused.value)
    assert str(changes.get("pid", NATIONAL)) not in str(refused.value)
