"""One client is brought to what is wanted, with the fewest writes, and nobody else's registration is touched."""

from __future__ import annotations

import dataclasses

import pytest

from sluse.errors import AuthorityUnavailable, Refused, Taken, Unauthorised
from sluse.model.outcome import Conflicted, Party, Rejected, Retired, Synced, Waiting
from sluse.model.registration import Use
from sluse.registrar.memory import MemoryRegistrar
from sluse.registrar.port import Capabilities, Mark
from worlds.converging import KEY, World, registration, spec

LISTING = Capabilities(withhold=True, list=True, observe_without_client_key=True, token_survives_update=True)
PLAIN = Capabilities(withhold=False, list=False, observe_without_client_key=True, token_survives_update=True)
ROTATING = Capabilities(withhold=True, list=False, observe_without_client_key=True, token_survives_update=False)
SILENT = dataclasses.replace(PLAIN, withhold=True, tells_absence=False)


async def test_a_new_client_is_registered_withheld_first_and_then_opened(world: World) -> None:
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, Synced)
    (client,) = world.authority.clients()
    assert client.usable
    assert client.registration == registration()
    assert client.mark == Mark("integrations.example/test/fjordlegen.journal.web")
    assert dict(world.authority.calls) == {"create": 1, "update": 1}
    assert world.journal.writes == ["record", "credential", "record"], "intent, credential, anchor"


async def test_a_second_look_writes_nothing_anywhere(world: World) -> None:
    await settle(world)
    writes = list(world.journal.writes)
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, Synced)
    assert outcome.changed == ""
    assert outcome.held == world.journal.entries[KEY]
    assert world.journal.writes == writes
    assert world.authority.calls["update"] == 1


async def test_a_changed_file_changes_the_client_and_says_what(world: World) -> None:
    await settle(world)
    outcome = await world.process()(KEY, spec(scopes=("nhn:pit/api.read", "nhn:deft/api")))
    assert isinstance(outcome, Synced)
    assert "nhn:deft/api" in outcome.changed
    assert world.authority.clients()[0].registration.scopes == ("nhn:deft/api", "nhn:pit/api.read")
    assert world.authority.calls["create"] == 1


async def test_a_hand_edit_at_the_authority_is_put_right(world: World) -> None:
    await settle(world)
    world.authority.edit(world.authority.clients()[0].client_id, scopes=("nhn:msh/api",))
    await world.process()(KEY, spec())
    assert world.authority.clients()[0].registration == registration()


async def test_drift_outside_the_model_is_put_right_too(world: World) -> None:
    await settle(world)
    world.authority.edit(world.authority.clients()[0].client_id, drift=("token_endpoint_auth_method",))
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, Synced)
    assert outcome.changed == "token_endpoint_auth_method"
    assert world.authority.clients()[0].drift == ()


async def test_withheld_means_that_no_key_of_the_client_is_registered(world: World) -> None:
    outcome = await world.process()(KEY, spec(Use.WITHHELD))
    assert isinstance(outcome, Synced)
    assert outcome.held.use is Use.WITHHELD
    assert not world.authority.clients()[0].usable
    assert world.authority.calls["update"] == 0


async def test_an_open_client_can_be_withheld_again_and_stays_the_same_client(world: World) -> None:
    await settle(world)
    before = world.authority.clients()[0].client_id
    await world.process()(KEY, spec(Use.WITHHELD))
    assert not world.authority.clients()[0].usable
    await world.process()(KEY, spec(Use.WITHHELD))
    assert world.authority.calls["update"] == 2, "one throwaway key is as good as another"
    await world.process()(KEY, spec())
    assert world.authority.clients()[0].usable
    assert world.authority.clients()[0].client_id == before


async def test_where_nothing_can_be_withheld_nothing_is_registered_until_it_is_opened() -> None:
    world = World(MemoryRegistrar(PLAIN))
    withheld = await world.process()(KEY, spec(Use.WITHHELD))
    assert isinstance(withheld, Synced)
    assert world.authority.clients() == ()
    await world.process()(KEY, spec())
    assert world.authority.clients()[0].registration == registration()


async def test_retiring_ends_the_registration_and_forgets_the_credential(world: World) -> None:
    await settle(world)
    outcome = await world.process()(KEY, spec(Use.RETIRED))
    assert isinstance(outcome, Retired)
    assert outcome.held.retired
    assert world.authority.clients() == ()
    assert world.journal.credentials == {}


async def test_retiring_twice_equals_once(world: World) -> None:
    await settle(world)
    first = await world.process()(KEY, spec(Use.RETIRED))
    world.journal.settle(KEY, first.held)
    second = await world.process()(KEY, spec(Use.RETIRED))
    assert second == first
    assert world.authority.calls["retire"] == 1


async def test_what_the_authority_lost_is_registered_anew_where_it_can_say_so(world: World) -> None:
    await settle(world)
    world.authority.remove(world.authority.clients()[0].client_id)
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, Synced)
    assert len(world.authority.clients()) == 1


async def test_a_refused_credential_is_never_read_as_absent() -> None:
    world = World(MemoryRegistrar(SILENT))
    await settle(world)
    world.authority.remove(world.authority.clients()[0].client_id)
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, Waiting)
    assert (outcome.reason, outcome.on) == ("CredentialRefused", Party.CLUSTER_OPERATOR)
    assert world.authority.calls["create"] == 1


async def test_a_lost_credential_never_registers_a_second_client(world: World) -> None:
    await settle(world)
    world.journal.credentials.clear()
    for use in (Use.OPEN, Use.RETIRED):
        outcome = await world.process()(KEY, spec(use))
        assert isinstance(outcome, Waiting)
        assert outcome.reason == "CredentialLost"
        assert world.authority.clients()[0].client_id in outcome.message
    assert len(world.authority.clients()) == 1


@pytest.mark.parametrize(("use", "left"), [(Use.OPEN, 1), (Use.RETIRED, 0)])
async def test_of_a_lost_credential_a_person_may_say_that_the_authority_ended_the_registration(
    world: World, use: Use, left: int
) -> None:
    await settle(world)
    before = world.authority.clients()[0].client_id
    world.journal.credentials.clear()
    world.ended.add("another")
    assert isinstance(await world.process()(KEY, spec(use)), Waiting), "only of exactly this one"
    world.authority.remove(before)
    world.ended.add(before)
    outcome = await world.process()(KEY, spec(use))
    assert isinstance(outcome, Synced | Retired)
    now = [each.client_id for each in world.authority.clients()]
    assert (len(now), before in now) == (left, False)


async def test_what_a_person_says_of_a_registration_that_is_managed_is_not_asked(world: World) -> None:
    await settle(world)
    (before,) = world.authority.clients()
    world.ended.add(before.client_id)
    assert isinstance(await world.process()(KEY, spec()), Synced)
    assert [each.client_id for each in world.authority.clients()] == [before.client_id]


async def test_a_foreign_mark_is_a_conflict_and_never_a_takeover(world: World) -> None:
    await settle(world)
    theirs = Mark("somebody.example/test/x.y.z")
    world.authority.edit(world.authority.clients()[0].client_id, mark=theirs, scopes=("nhn:msh/api",))
    for use in (Use.OPEN, Use.RETIRED):
        outcome = await world.process()(KEY, spec(use))
        assert isinstance(outcome, Conflicted)
        assert outcome.owner == theirs.text
    assert world.authority.clients()[0].registration.scopes == ("nhn:msh/api",)


async def test_an_unknown_scope_is_rejected_with_the_authoritys_words_and_leaves_no_intent() -> None:
    world = World(MemoryRegistrar(scopes=("nhn:pit/api.read",)))
    outcome = await world.process()(KEY, spec(scopes=("nhn:none/api",)))
    assert isinstance(outcome, Rejected)
    assert outcome.reason == "InvalidClientMetadata"
    assert "nhn:none/api" in outcome.message
    assert outcome.held.intent is None
    assert world.authority.clients() == ()


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (AuthorityUnavailable("down", retry_after=7.0, may_have_acted=False), Waiting, "AuthorityUnavailable"),
        (Unauthorised("no"), Waiting, "CredentialRefused"),
        (Refused("no", code="invalid_redirect_uri"), Rejected, "InvalidRedirectUri"),
        (Refused("no", code="42"), Rejected, "Refused"),
        (Taken("held by another"), Conflicted, None),
    ],
    ids=["down", "unauthorised", "refused", "refused with an odd code", "taken"],
)
async def test_every_refusal_of_the_authority_becomes_an_outcome(
    world: World, error: Exception, kind: type, reason: str | None
) -> None:
    await settle(world)
    world.authority.fail("observe", error)
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, kind)
    assert getattr(outcome, "reason", None) == reason
    assert getattr(outcome, "retry_after", None) == getattr(error, "retry_after", None)
    assert world.authority.faults_left == 0


async def test_an_authority_that_is_down_costs_one_intent_and_then_no_writes(world: World) -> None:
    world.authority.fail("create", AuthorityUnavailable("down", may_have_acted=False), times=3)
    process = world.process()
    for _ in range(3):
        assert isinstance(await process(KEY, spec()), Waiting)
    assert world.journal.writes == ["record"]
    outcome = await process(KEY, spec())
    assert isinstance(outcome, Synced)
    assert outcome.held.possible_orphans == (), "every attempt is known to have done nothing"


async def test_a_lost_answer_names_a_possible_orphan_that_nobody_can_use(world: World) -> None:
    world.authority.fail("create", AuthorityUnavailable("half an answer"), after=True)
    process = world.process()
    assert isinstance(await process(KEY, spec()), Waiting)
    outcome = await process(KEY, spec())
    assert isinstance(outcome, Synced)
    assert [intent.id for intent in outcome.held.possible_orphans] == ["intent-0"]
    assert [client.usable for client in world.authority.clients()] == [False, True]


async def test_where_the_authority_can_list_a_lost_answer_is_adopted() -> None:
    world = World(MemoryRegistrar(LISTING))
    world.authority.fail("create", AuthorityUnavailable("half an answer"), after=True)
    assert isinstance(await world.process()(KEY, spec()), Waiting)
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, Synced)
    assert outcome.held.possible_orphans == ()
    assert len(world.authority.clients()) == 1


async def test_a_rotated_credential_is_kept(world: World) -> None:
    world = World(MemoryRegistrar(ROTATING))
    await settle(world)
    first = world.journal.credentials[KEY]
    await world.process()(KEY, spec(scopes=("nhn:deft/api",)))
    assert world.journal.credentials[KEY] != first
    assert isinstance(await world.process()(KEY, spec()), Synced)


async def settle(world: World) -> None:
    """Register, and remember the outcome as the controller does."""
    outcome = await world.process()(KEY, spec())
    assert isinstance(outcome, Synced), outcome
    world.journal.settle(KEY, outcome.held)
