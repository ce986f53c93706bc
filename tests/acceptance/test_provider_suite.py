"""A provider that does as agreed passes; each defect of it fails the case that is there for it, in plain words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import pytest

from sluse.acceptance.case import Failed
from sluse.acceptance.login import Visitor
from sluse.acceptance.provider_suite import IDENTITY_PROVIDER, PID
from sluse.errors import AcceptanceError
from sluse.sandbox.idp.defects import Defect
from worlds.federation import USERS, of_the_other_series, provider

CASES = ["discovery", "keys-and-algorithms", "login-identifier", "login-method", "login-level"]
LOGIN = CASES[2:]
WEAK = "The keys are not as agreed: key 2 is for RS256, agreed is ES256"
REFUSED = "The authority refused the login: access_denied: "


async def test_a_sound_provider_passes_with_every_user(try_provider: Any, world: Any) -> None:
    ran = await try_provider(world)
    assert ran.failed() == []
    assert [each.part for each in ran.evidence] == ["d-number", "smartcard-high"]
    assert [case.case for case in ran.evidence[0].cases] == CASES
    assert {case.witness.value for case in ran.evidence[0].cases} == {"nhn"}


async def test_what_is_seen_is_how_many_keys_and_of_a_user_kind_method_and_level(try_provider: Any, world: Any) -> None:
    ran = await try_provider(world)
    assert [case.seen for case in ran.evidence[0].cases[1:]] == [
        "1 public key for ES256, and ID tokens are offered with them",
        "The login gave a synthetic D-number",
        "The login gave the method app",
        "The login gave the level substantial",
    ]


DEFECTS: Mapping[Defect, tuple[list[str], str]] = {
    Defect.OTHER_IDENTIFIER_KIND: (["login-identifier"], "The login gave a D-number"),
    Defect.OTHER_METHOD: (["login-method"], "The login gave the method password"),
    Defect.OTHER_LEVEL: (["login-level"], "The login gave the level substantial"),
    Defect.DISCOVERY_OF_ANOTHER: (
        ["discovery", *LOGIN],
        "The discovery document is not as agreed: it names another issuer",
    ),
    Defect.WEAK_KEY_PUBLISHED: (
        ["keys-and-algorithms"],
        WEAK,
    ),
    Defect.PRIVATE_KEY_PUBLISHED: (
        ["keys-and-algorithms"],
        "The keys are not as agreed: key 1 is published with its private half",
    ),
    Defect.KEYS_MOVED: (
        ["keys-and-algorithms", *LOGIN],
        "localhost redirects to another host, which is not followed",
    ),
    Defect.NO_IDENTIFIER: (LOGIN, f"{REFUSED}the id_token has no identifier (pid)"),
    Defect.NO_METHOD: (LOGIN, f"{REFUSED}the id_token has no method of authentication (amr)"),
    Defect.NO_LEVEL: (LOGIN, f"{REFUSED}the id_token has no level (acr)"),
    Defect.UNKNOWN_LEVEL: (LOGIN, f"{REFUSED}acr has a value that means no agreed level"),
    Defect.FOREIGN_KEY: (LOGIN, f"{REFUSED}the id_token's signature does not hold"),
    Defect.OTHER_ISSUER: (LOGIN, f"{REFUSED}the id_token's iss is not the provider's issuer"),
    Defect.OTHER_AUDIENCE: (LOGIN, f"{REFUSED}the id_token's aud is not this authority"),
    Defect.OTHER_NONCE: (LOGIN, f"{REFUSED}the id_token's nonce is not that of this login"),
    Defect.EXPIRED: (LOGIN, f"{REFUSED}the id_token has expired, or has no exp"),
    Defect.RS256: (
        CASES[1:],
        f"{WEAK}; the discovery document offers none of the agreed algorithms for ID tokens",
    ),
}


def test_no_defect_is_left_out() -> None:
    assert set(DEFECTS) == set(Defect)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name.lower())
async def test_a_defect_fails_the_cases_for_it_and_no_others(try_provider: Any, world: Any, defect: Defect) -> None:
    failing, seen = DEFECTS[defect]
    world.login.defects.show(defect)
    ran = await try_provider(world)
    assert ran.failed("smartcard-high") == failing
    assert ran.case(failing[0], "smartcard-high").seen == seen


async def test_a_provider_that_behaves_again_passes_again(try_provider: Any, world: Any) -> None:
    world.login.defects.show(Defect.NO_IDENTIFIER)
    assert (await try_provider(world)).failed()
    world.login.defects.behave()
    assert (await try_provider(world)).failed() == []


async def test_an_rs256_login_is_refused_as_such(try_provider: Any, world: Any) -> None:
    world.login.defects.show(Defect.RS256)
    ran = await try_provider(world)
    assert ran.case("login-identifier").seen == f"{REFUSED}the id_token is signed with RS256, agreed is ES256"


async def test_a_user_with_the_wrong_password_is_told_as_that(try_provider: Any, world: Any) -> None:
    ran = await try_provider(
        world, visitors={**world.visitors, "smartcard-high": Visitor("smartcard-high", "wrong-one")}
    )
    assert ran.failed("smartcard-high") == LOGIN
    assert ran.case("login-method", "smartcard-high").seen == "localhost does not accept the user's name and password"


async def test_a_jwks_uri_that_discovery_does_not_name_fails_discovery(try_provider: Any, world: Any) -> None:
    issuer = world.login_issuer
    elsewhere = {"issuer": issuer, "jwksUri": f"{issuer}/keys", "users": USERS}
    ran = await try_provider(world, test=elsewhere)
    assert ran.case("discovery").seen == (
        "The discovery document is not as agreed: its jwks_uri is not the jwksUri of the file"
    )
    assert ran.case("keys-and-algorithms").seen == "localhost answers 404, not 200"


async def test_an_algorithm_that_the_provider_does_not_offer_fails_keys(try_provider: Any, world: Any) -> None:
    ran = await try_provider(world, protocol={"algorithms": ["PS256"]})
    assert ran.failed() == ["keys-and-algorithms"] * 2
    assert "key 1 is for ES256, agreed is PS256" in ran.case("keys-and-algorithms").seen


async def test_a_provider_that_the_authority_does_not_know_lets_nobody_in(try_provider: Any, world: Any) -> None:
    world.authority.providers.remove("polar-login")
    ran = await try_provider(world)
    assert ran.failed("d-number") == LOGIN
    assert ran.case("login-level").seen == f"{REFUSED}no such identity provider is offered"


async def test_a_provider_that_is_away_fails_in_words(try_provider: Any, world: Any) -> None:
    world.login_issuer = "https://localhost:9"
    ran = await try_provider(world)
    assert ran.failed("d-number")[:2] == CASES[:2]
    assert ran.case("discovery").seen.startswith("localhost cannot be reached")


async def test_without_users_or_with_a_user_too_few_nothing_is_tried(try_provider: Any, world: Any) -> None:
    world.login.users._held.pop("d-number")
    with pytest.raises(AcceptanceError, match="--user d-number=FILE"):
        await try_provider(world)
    issuer = world.login_issuer
    with pytest.raises(AcceptanceError, match="its file names none"):
        await try_provider(world, test={"issuer": issuer, "jwksUri": f"{issuer}/.well-known/jwks"})


def test_a_provider_file_of_this_world_is_a_sound_one() -> None:
    assert provider("https://login.example").spec.test.users[0].alias == "smartcard-high"


async def test_an_identifier_of_a_person_who_may_exist_fails_wherever_it_comes_from(
    try_provider: Any, world: Any
) -> None:
    ran = await try_provider(world)
    seen = dataclasses.replace(ran.trial.worlds["smartcard-high"], _said={PID: of_the_other_series()})
    case = IDENTITY_PROVIDER.cases[2]
    with pytest.raises(Failed, match="not a synthetic person's"):
        await case.look(seen)
    for said in (None, "12345678901", 17):
        with pytest.raises(Failed, match="no identifier"):
            await case.look(dataclasses.replace(seen, _said={PID: said}))
