"""The life of an identity provider at an authority, whoever the authority is."""

from __future__ import annotations

from typing import Any

import pytest

from sluse.errors import AuthorityUnavailable, Taken, Unauthorised
from sluse.model.identity_provider import ClaimMapping, IdentifierKind, LevelValue, Protocol, SigningAlgorithm
from sluse.model.service_integration import SecurityLevel
from sluse.registrar.federation.port import Instance, differing
from sluse.registrar.port import Mark
from worlds.federating import ALIAS

OTHERS = {
    "title": "Polar",
    "issuer": "https://login.polar-id.example",
    "jwks_uri": "https://keys.polar-id.example/jwks",
    "protocol": Protocol(algorithms=(SigningAlgorithm.PS256,)),
    "claims": ClaimMapping(
        identifier="sub-id",
        identifier_kinds=(IdentifierKind.D_NUMBER,),
        method="how",
        level="loa",
        levels=(LevelValue(value="4", level=SecurityLevel.HIGH),),
    ),
}


async def test_what_was_never_added_is_absent(setting: Any) -> None:
    assert await setting.registrar.observe(ALIAS) is None


async def test_what_was_added_is_there_as_asked_for_and_says_what_the_provider_must_type_in(
    setting: Any, wanted: Instance
) -> None:
    created = await setting.registrar.create(wanted)
    observed = await setting.registrar.observe(ALIAS)
    assert created == observed
    assert differing(wanted, observed) == ()
    assert (observed.mark, observed.enabled, observed.drift) == (wanted.mark, True, ())
    assert observed.handed.client_id == "sts"
    assert observed.handed.redirect_uris == (f"{setting.registrar.issuer}/signin-{ALIAS}",)
    assert observed.handed.jwks_uri.startswith(setting.registrar.issuer)


async def test_what_is_added_withheld_is_not_enabled(setting: Any, another: Any) -> None:
    await setting.registrar.create(another(enabled=False))
    observed = await setting.registrar.observe(ALIAS)
    assert observed is not None
    assert not observed.enabled


@pytest.mark.parametrize("name", OTHERS)
async def test_every_part_can_be_replaced(setting: Any, wanted: Instance, another: Any, name: str) -> None:
    await setting.registrar.create(wanted)
    after = another(**{name: OTHERS[name]})
    before = await setting.registrar.observe(ALIAS)
    changes = differing(after, before)
    assert changes, "the difference is seen"
    assert all(change.startswith({"jwks_uri": "jwksUri"}.get(name, name)) for change in changes)
    assert differing(after, await setting.registrar.replace(after)) == ()


async def test_use_is_turned_off_and_on_again(setting: Any, wanted: Instance, another: Any) -> None:
    await setting.registrar.create(wanted)
    assert differing(another(enabled=False), await setting.registrar.observe(ALIAS)) == ("enabled: -true, +false",)
    assert not (await setting.registrar.replace(another(enabled=False))).enabled
    assert (await setting.registrar.replace(wanted)).enabled


@pytest.mark.parametrize("whose", ["mark", "foreign"])
async def test_an_alias_that_exists_is_taken_and_left_as_it_is(
    setting: Any, wanted: Instance, another: Any, request: pytest.FixtureRequest, whose: str
) -> None:
    theirs = another(mark=request.getfixturevalue(whose), title="Theirs")
    setting.plant(theirs)
    with pytest.raises(Taken):
        await setting.registrar.create(wanted)
    assert differing(theirs, await setting.registrar.observe(ALIAS)) == ()


async def test_whose_it_is_can_be_read(setting: Any, another: Any, foreign: Mark) -> None:
    setting.plant(another(mark=foreign))
    observed = await setting.registrar.observe(ALIAS)
    assert observed is not None
    assert observed.mark == foreign


async def test_ending_twice_equals_once(setting: Any, wanted: Instance) -> None:
    await setting.registrar.create(wanted)
    await setting.registrar.retire(ALIAS)
    assert setting.count() == 0
    await setting.registrar.retire(ALIAS)
    assert await setting.registrar.observe(ALIAS) is None


async def test_what_was_removed_by_hand_is_absent_and_cannot_be_replaced(setting: Any, wanted: Instance) -> None:
    await setting.registrar.create(wanted)
    setting.remove(ALIAS)
    assert await setting.registrar.observe(ALIAS) is None
    with pytest.raises(AuthorityUnavailable):
        await setting.registrar.replace(wanted)
    assert setting.count() == 0, "a replacement never adds"


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("verb", ["observe", "create", "replace", "retire"])
async def test_a_refused_credential_is_never_absence(setting: Any, wanted: Instance, verb: str, status: int) -> None:
    if verb != "create":
        setting.plant(wanted)
    setting.fail(verb, status)
    with pytest.raises(Unauthorised):
        await _do(setting.registrar, verb, wanted)
    assert setting.count() == (verb != "create")


@pytest.mark.parametrize("status", [429, 500, 502, 503])
@pytest.mark.parametrize("verb", ["observe", "create", "replace", "retire"])
async def test_an_authority_in_trouble_is_tried_again_later(
    setting: Any, wanted: Instance, verb: str, status: int
) -> None:
    if verb != "create":
        setting.plant(wanted)
    setting.fail(verb, status)
    with pytest.raises(AuthorityUnavailable):
        await _do(setting.registrar, verb, wanted)
    assert setting.count() == (verb != "create")
    await _do(setting.registrar, verb, wanted)


async def test_a_creation_whose_answer_is_lost_is_found_again_by_its_mark(setting: Any, wanted: Instance) -> None:
    setting.lose("create")
    with pytest.raises(AuthorityUnavailable):
        await setting.registrar.create(wanted)
    found = await setting.registrar.observe(ALIAS)
    assert found is not None
    assert differing(wanted, found) == ()


async def _do(registrar: Any, verb: str, wanted: Instance) -> None:
    match verb:
        case "observe":
            assert await registrar.observe(ALIAS) is not None
        case "create":
            await registrar.create(wanted)
        case "replace":
            await registrar.replace(wanted)
        case _:
            await registrar.retire(ALIAS)
