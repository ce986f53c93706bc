from typing import Any

import pytest
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, Refused, Unauthorised
from sluse.model.registration import Registration
from sluse.plan.client import difference
from sluse.registrar.port import Held, Mark, Observed
from sluse.registrar.withheld import is_withheld


async def observed(setting: Any, held: Held) -> Observed:
    found: Observed | None = await setting.registrar.observe(held)
    assert found is not None
    return found


async def absent(setting: Any, held: Held) -> bool:
    """Whether the authority says as much as it can of what is gone."""
    if setting.tells_absence:
        return await setting.registrar.observe(held) is None
    with pytest.raises(Unauthorised):
        await setting.registrar.observe(held)
    return True


async def test_what_was_created_is_observed_normalised_under_our_mark(
    setting: Any, held: Held, first: Registration, mark: Mark
) -> None:
    found = await observed(setting, held)
    assert found.registration == setting.registrar.normalise(first)
    assert (found.mark, found.drift) == (mark, ())


async def test_a_creation_is_withheld_until_it_is_opened_and_can_be_withheld_again(
    setting: Any, held: Held, first: Registration, wanted: Registration, mark: Mark
) -> None:
    registrar = setting.registrar
    assert is_withheld((await observed(setting, held)).registration) is registrar.capabilities.withhold
    opened = await registrar.update(held, wanted, mark)
    found = await observed(setting, opened)
    assert not is_withheld(found.registration)
    assert difference(registrar.normalise(wanted), found.registration) == ()
    if registrar.capabilities.withhold:
        suspended = await registrar.update(opened, first, mark)
        assert is_withheld((await observed(setting, suspended)).registration)


async def test_an_update_replaces_in_full_and_nothing_of_before_is_left(
    setting: Any, held: Held, wanted: Registration, mark: Mark
) -> None:
    fewer = wanted.model_copy(
        update={
            "scopes": ("nhn:journal/read",),
            "redirect_uris": wanted.redirect_uris[:1],
            "post_logout_redirect_uris": (),
            "child_organisation_numbers": (),
            "claims": (),
            "keys": wanted.keys[:1],
        }
    )
    now = await setting.registrar.update(await setting.registrar.update(held, wanted, mark), fewer, mark)
    assert (await observed(setting, now)).registration == setting.registrar.normalise(fewer)


async def test_normalising_is_idempotent_and_makes_no_difference(
    setting: Any, held: Held, wanted: Registration, mark: Mark
) -> None:
    registrar = setting.registrar
    now = await registrar.update(held, wanted, mark)
    normal = registrar.normalise(wanted)
    assert registrar.normalise(normal) == normal == (await observed(setting, now)).registration
    shuffled = wanted.model_copy(update={"scopes": wanted.scopes[::-1], "keys": wanted.keys[::-1]})
    assert registrar.normalise(shuffled) == normal


async def test_an_unknown_scope_is_refused_by_its_name_and_leaves_nothing(
    setting: Any, first: Registration, mark: Mark
) -> None:
    unknown = first.model_copy(update={"scopes": ("nhn:journal/read", "nhn:nowhere/read")})
    with pytest.raises(Refused, match="nhn:nowhere/read"):
        await setting.registrar.create(unknown, mark)
    assert setting.count() == 0


async def test_a_refused_update_leaves_the_registration_and_its_credential_as_they_were(
    setting: Any, held: Held, first: Registration, mark: Mark
) -> None:
    unknown = first.model_copy(update={"scopes": ("nhn:nowhere/read",), "keys": first.keys})
    with pytest.raises(Refused, match="nhn:nowhere/read"):
        await setting.registrar.update(held, unknown, mark)
    assert (await observed(setting, held)).registration == setting.registrar.normalise(first)


async def test_an_edit_by_hand_is_observed_and_an_update_puts_it_right(
    setting: Any, held: Held, wanted: Registration, mark: Mark
) -> None:
    registrar = setting.registrar
    now = await registrar.update(held, wanted, mark)
    setting.edit(now, ("https://elsewhere.fjordlegen.example/",))
    changes = difference(registrar.normalise(wanted), (await observed(setting, now)).registration)
    assert [change.field for change in changes] == ["redirectUris"]
    now = await registrar.update(now, wanted, mark)
    assert difference(registrar.normalise(wanted), (await observed(setting, now)).registration) == ()


async def test_a_foreign_mark_is_observed_as_such(setting: Any, held: Held, foreign: Mark) -> None:
    setting.take_over(held)
    assert (await observed(setting, held)).mark == foreign


async def test_what_somebody_ended_is_absent_or_unauthorised_and_never_made_anew(
    setting: Any, held: Held, wanted: Registration, mark: Mark
) -> None:
    setting.remove(held)
    assert await absent(setting, held)
    with pytest.raises((AuthorityUnavailable, Unauthorised)):
        await setting.registrar.update(held, wanted, mark)
    assert setting.count() == 0


async def test_retiring_ends_it_and_twice_equals_once(setting: Any, held: Held) -> None:
    registrar = setting.registrar
    await registrar.retire(held)
    assert setting.count() == 0
    if registrar.capabilities.tells_absence or setting.tells_absence:
        await registrar.retire(held)
        assert await registrar.observe(held) is None


async def test_a_credential_that_is_not_the_registrations_is_never_absence(
    setting: Any, held: Held, wanted: Registration, mark: Mark
) -> None:
    registrar = setting.registrar
    stranger = Held(held.client_id, held.uri, SecretStr("somebody-elses-credential"))
    with pytest.raises(Unauthorised):
        await registrar.observe(stranger)
    with pytest.raises(Unauthorised):
        await registrar.update(stranger, wanted, mark)
    with pytest.raises(Unauthorised):
        await registrar.retire(stranger)
    assert setting.count() == 1


async def test_the_credential_that_an_update_returns_is_the_one_that_holds(
    setting: Any, held: Held, wanted: Registration, mark: Mark
) -> None:
    now = await setting.registrar.update(held, wanted, mark)
    assert (now.client_id, now.uri) == (held.client_id, held.uri)
    assert (await observed(setting, now)).held is None
    if setting.registrar.capabilities.token_survives_update:
        assert now == held
    if now != held:
        with pytest.raises(Unauthorised):
            await setting.registrar.observe(held)


async def test_what_bears_our_mark_is_found_where_the_authority_can_list(
    setting: Any, held: Held, first: Registration, mark: Mark, foreign: Mark
) -> None:
    registrar = setting.registrar
    await registrar.create(first, foreign)
    assert await registrar.find(mark) == ((held,) if registrar.capabilities.list else ())


async def test_two_creations_are_two_registrations(setting: Any, held: Held, first: Registration, mark: Mark) -> None:
    other = await setting.registrar.create(first, mark)
    assert other.client_id != held.client_id
    assert other.credential != held.credential
    assert setting.count() == 2
