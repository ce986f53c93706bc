import asyncio
from dataclasses import replace

import pytest
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, Refused, Taken, Unauthorised
from sluse.model.registration import Registration
from sluse.reconcile.throwaway import throwaway_key
from sluse.registrar.memory import MemoryRegistrar
from sluse.registrar.port import Capabilities, Held, Mark
from sluse.registrar.withheld import is_withheld

OURS, THEIRS = Mark("ours/test/a.b.c"), Mark("theirs/test/a.b.c")
CANNOT_WITHHOLD = Capabilities(withhold=False, list=False, observe_without_client_key=True, token_survives_update=True)
CANNOT_READ = Capabilities(withhold=True, list=False, observe_without_client_key=False, token_survives_update=True)


@pytest.fixture
def memory() -> MemoryRegistrar:
    return MemoryRegistrar()


@pytest.fixture
def withheld(registration: Registration) -> Registration:
    return registration.model_copy(update={"keys": (throwaway_key(),)})


@pytest.fixture
async def held(memory: MemoryRegistrar, withheld: Registration) -> Held:
    return await memory.create(withheld, OURS)


async def test_a_creation_that_could_be_used_at_once_is_misuse(
    memory: MemoryRegistrar, registration: Registration
) -> None:
    with pytest.raises(AssertionError, match="create withheld"):
        await memory.create(registration, OURS)


async def test_a_throwaway_key_where_nothing_can_be_withheld_is_misuse(
    registration: Registration, withheld: Registration
) -> None:
    memory = MemoryRegistrar(CANNOT_WITHHOLD)
    with pytest.raises(AssertionError, match="cannot withhold"):
        await memory.create(withheld, OURS)
    held = await memory.create(registration, OURS)
    with pytest.raises(AssertionError, match="cannot withhold"):
        await memory.update(held, withheld, OURS)


async def test_two_calls_for_one_client_at_once_are_misuse(
    memory: MemoryRegistrar, held: Held, withheld: Registration
) -> None:
    with pytest.raises(AssertionError, match=f"two calls for {held.client_id}"):
        await asyncio.gather(memory.observe(held), memory.update(held, withheld, OURS))


async def test_two_creations_under_one_mark_at_once_are_misuse(memory: MemoryRegistrar, withheld: Registration) -> None:
    with pytest.raises(AssertionError, match="two calls for ours"):
        await asyncio.gather(memory.create(withheld, OURS), memory.create(withheld, OURS))


async def test_calls_for_different_clients_may_run_at_once(memory: MemoryRegistrar, withheld: Registration) -> None:
    one, two = await asyncio.gather(memory.create(withheld, OURS), memory.create(withheld, THEIRS))
    assert one.client_id != two.client_id


async def test_taking_over_or_ending_what_bears_a_foreign_mark_is_misuse(
    memory: MemoryRegistrar, held: Held, registration: Registration
) -> None:
    memory.edit(held.client_id, mark=THEIRS)
    with pytest.raises(AssertionError, match="takeover"):
        await memory.update(held, registration, OURS)
    with pytest.raises(AssertionError, match="ending what bears the mark"):
        await memory.retire(held)


async def test_what_others_registered_is_not_ours_to_end(memory: MemoryRegistrar, registration: Registration) -> None:
    planted = memory.plant(registration, THEIRS)
    assert memory.clients()[0].usable
    with pytest.raises(AssertionError, match="ending what bears the mark"):
        await memory.retire(planted)


async def test_reading_without_the_clients_key_where_only_that_can_read_is_misuse(withheld: Registration) -> None:
    memory = MemoryRegistrar(CANNOT_READ)
    held = await memory.create(withheld, OURS)
    with pytest.raises(AssertionError, match="only the client itself"):
        await memory.observe(held)


async def test_an_anchor_with_another_clients_address_is_misuse(memory: MemoryRegistrar, held: Held) -> None:
    with pytest.raises(AssertionError, match="anchor"):
        await memory.observe(Held(held.client_id, "https://authority.example/clients/other", held.credential))


def test_an_issuer_with_a_trailing_slash_is_misuse() -> None:
    with pytest.raises(AssertionError, match="trailing slash"):
        MemoryRegistrar(issuer="https://authority.example/")


@pytest.mark.parametrize("times", [0, 2])
async def test_no_key_and_two_keys_with_one_kid_are_refused(
    memory: MemoryRegistrar, withheld: Registration, times: int
) -> None:
    with pytest.raises(Refused, match="kid of its own"):
        await memory.create(withheld.model_copy(update={"keys": withheld.keys * times}), OURS)


async def test_an_edit_by_hand_is_seen_whatever_it_changes(memory: MemoryRegistrar, held: Held) -> None:
    memory.edit(held.client_id, title="Another", extra=("software_id",), drift=("token_endpoint_auth_method",))
    observed = await memory.observe(held)
    assert observed is not None
    assert observed.registration.title == "Another"
    assert (observed.extra, observed.drift) == (("software_id",), ("token_endpoint_auth_method",))


async def test_a_mark_that_somebody_removed_is_drift_and_is_put_back(
    memory: MemoryRegistrar, held: Held, registration: Registration
) -> None:
    memory.edit(held.client_id, mark=None)
    observed = await memory.observe(held)
    assert observed is not None
    assert (observed.mark, observed.drift) == (None, ("mark",))
    await memory.update(held, registration, OURS)
    assert memory.clients(OURS)


async def test_a_fault_before_the_work_does_nothing_and_one_after_it_loses_only_the_answer(
    memory: MemoryRegistrar, withheld: Registration
) -> None:
    memory.fail("create", Taken("no"), times=2)
    memory.fail("create", AuthorityUnavailable("lost"), after=True)
    for count, error in ((0, Taken), (0, Taken), (1, AuthorityUnavailable)):
        with pytest.raises(error):
            await memory.create(withheld, OURS)
        assert len(memory.clients()) == count
    assert memory.faults_left == 0
    assert memory.calls == {"create": 3}


async def test_where_no_credential_survives_an_update_the_old_one_is_dead_at_once(
    registration: Registration, withheld: Registration
) -> None:
    memory = MemoryRegistrar(replace(CANNOT_READ, observe_without_client_key=True, token_survives_update=False))
    held = await memory.create(withheld, OURS)
    now = await memory.update(held, registration, OURS)
    assert now.credential != held.credential
    assert await memory.observe(now) is not None
    with pytest.raises(Unauthorised):
        await memory.update(held, registration, OURS)


async def test_a_fault_waits_for_its_own_verb(memory: MemoryRegistrar, held: Held) -> None:
    memory.fail("retire", AuthorityUnavailable("down"))
    assert await memory.observe(held) is not None
    assert memory.faults_left == 1


async def test_a_call_that_failed_does_not_count_as_still_running(memory: MemoryRegistrar, held: Held) -> None:
    memory.fail("observe", AuthorityUnavailable("down"))
    with pytest.raises(AuthorityUnavailable):
        await memory.observe(held)
    assert await memory.observe(held) is not None


async def test_credentials_are_in_no_repr(memory: MemoryRegistrar, held: Held) -> None:
    assert isinstance(held.credential, SecretStr)
    assert held.credential.get_secret_value() not in f"{held!r}{memory!r}{memory.clients()!r}"


def test_a_throwaway_key_is_new_each_time_and_known_by_its_kid(registration: Registration) -> None:
    one, two = throwaway_key(), throwaway_key()
    assert one != two
    assert one.kid.startswith("withheld-")
    assert is_withheld(registration.model_copy(update={"keys": (one, two)}))
    assert not is_withheld(registration.model_copy(update={"keys": (one, *registration.keys)}))
    assert not is_withheld(registration)
