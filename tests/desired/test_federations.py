"""What is registered for an identity provider, from its file and from the accepted bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.desired.accepted_provider import accepted_provider
from sluse.desired.federations import federation
from sluse.model import digests
from sluse.model.identity_provider import IdentityProvider
from worlds.federation import provider

HERE = provider("https://login.test.polar-id.example")
WHERE = {"issuer": "https://login.polar-id.example", "jwksUri": "https://login.polar-id.example/jwks"}
BOTH = provider("https://login.test.polar-id.example", production=WHERE)


def in_production(document: IdentityProvider) -> object:
    tested, production = digests.tested(document), digests.production(document)
    return accepted_provider(document.metadata.name, document.spec.title, tested, production)


def test_the_accepted_bytes_say_what_the_file_said() -> None:
    spec = BOTH.spec
    assert spec.production is not None
    wanted = federation(BOTH.metadata.name, spec.title, spec.protocol, spec.claims, spec.production)
    assert in_production(BOTH) == wanted
    assert wanted.issuer == WHERE["issuer"]


@given(st.permutations(HERE.spec.claims.levels), st.permutations(HERE.spec.claims.identifier_kinds))
def test_order_in_a_file_means_nothing(levels: list, kinds: list) -> None:
    spec = HERE.spec
    turned = spec.claims.model_copy(update={"levels": tuple(levels), "identifier_kinds": tuple(kinds)})
    made = [federation("a", spec.title, spec.protocol, each, spec.test) for each in (spec.claims, turned)]
    assert made[0] == made[1]
    assert made[0].digest == made[1].digest


def test_the_users_of_a_test_are_no_part_of_it() -> None:
    assert "smartcard" not in str(federation("a", "A", HERE.spec.protocol, HERE.spec.claims, HERE.spec.test).wire())


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tested, _: tested.update(digestVersion=2),
        lambda _, production: production.update(digestVersion=2),
        lambda tested, _: tested.pop("tested"),
        lambda _, production: production.update(production={}),
        lambda tested, _: tested["tested"].update(later="unknown"),
    ],
    ids=["version T", "version P", "no tested part", "no values", "unknown member"],
)
def test_a_form_that_is_not_known_is_never_guessed(spoil: object) -> None:
    tested, production = digests.tested(BOTH), digests.production(BOTH)
    spoil(tested, production)  # type: ignore[operator]
    with pytest.raises(ValueError):  # noqa: PT011 - which words, its callers do not care
        accepted_provider("polar-login", "Polar-ID", tested, production)
