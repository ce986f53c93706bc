"""One identity provider at the strict fake: every way there and back, and what is never done."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.errors import AuthorityUnavailable, Refused, Unauthorised
from sluse.model.held import HeldFederation
from sluse.model.names import Environment
from sluse.model.outcome import Conflicted, FederationOutcome, Party, Rejected, Retired, Synced, Waiting
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationStatus
from sluse.model.resources.status import ConditionStatus
from sluse.reconcile.federation import ConvergeFederation, federation_status
from sluse.reconcile.status import merge_patch
from sluse.registrar.federation.memory import MemoryFederations
from sluse.registrar.port import Mark
from worlds.federating import ALIAS, KEY, federation, spec

ISSUER = "https://authority.example"
MINE = Mark("integrations.example/test/polar-id.polar-login")
THEIRS = Mark("integrations.example/test/havid.polar-login")
START = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass
class World:
    """An authority and what the ledger has; what comes of a look is remembered."""

    authority: MemoryFederations | None = field(default_factory=MemoryFederations)
    held: HeldFederation = field(default_factory=HeldFederation)
    moments: itertools.count[int] = field(default_factory=itertools.count)

    async def look(self, use: Use = Use.OPEN, **changes: object) -> FederationOutcome:
        converge = ConvergeFederation(
            Environment.TEST,
            "integrations.example",
            ISSUER,
            self.authority,
            lambda _: self.held,
            lambda: START + timedelta(seconds=next(self.moments)),
        )
        outcome = await converge(KEY, spec(use, **changes))
        self.held = outcome.held
        return outcome


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("use", [Use.OPEN, Use.WITHHELD])
async def test_what_is_wanted_comes_to_be_there(world: World, use: Use) -> None:
    outcome = await world.look(use)
    assert isinstance(outcome, Synced)
    there = world.authority.instances[ALIAS]
    assert (there.enabled, there.mark, there.federation) == (use is Use.OPEN, MINE, federation())
    assert (outcome.held.digest, outcome.held.use, outcome.held.handed) == (federation().digest, use, there.handed)


async def test_a_second_look_writes_nothing_and_moves_no_time(world: World) -> None:
    first = await world.look()
    writes = world.authority.writes
    second = await world.look()
    assert world.authority.writes == writes
    assert second == Synced(first.held)


async def test_opening_and_withholding_change_use_alone(world: World) -> None:
    await world.look(Use.WITHHELD)
    opened = await world.look(Use.OPEN)
    assert isinstance(opened, Synced)
    assert opened.changed == "enabled: -false, +true"
    assert world.authority.instances[ALIAS].enabled
    await world.look(Use.WITHHELD)
    assert not world.authority.instances[ALIAS].enabled
    assert world.authority.calls["create"] == 1


@pytest.mark.parametrize(
    "edit",
    [
        {"enabled": False},
        {"issuer": "https://evil.example"},
        {"jwks_uri": "https://evil.example/jwks"},
        {"federation": None},
        {"drift": ("validateSignature",)},
    ],
    ids=lambda edit: next(iter(edit)),
)
async def test_a_hand_edit_is_put_right(world: World, edit: dict[str, object]) -> None:
    await world.look()
    world.authority.edit(ALIAS, **edit)
    outcome = await world.look()
    assert isinstance(outcome, Synced)
    assert outcome.changed
    there = world.authority.instances[ALIAS]
    assert (there.enabled, there.federation, there.drift) == (True, federation(), ())


@pytest.mark.parametrize("mark", [None, THEIRS], ids=["nobody", "another"])
@pytest.mark.parametrize("use", [Use.OPEN, Use.WITHHELD])
async def test_an_alias_that_somebody_else_has_is_a_conflict_and_is_never_taken_over(
    world: World, mark: Mark | None, use: Use
) -> None:
    world.authority.plant(federation(title="Theirs"), mark)
    outcome = await world.look(use)
    assert isinstance(outcome, Conflicted)
    assert outcome.owner == (THEIRS.text if mark else "nobody")
    assert world.authority.writes == 0


async def test_what_a_crash_left_is_adopted(world: World) -> None:
    world.authority.fail("create", AuthorityUnavailable("cut"), after=True)
    assert isinstance(await world.look(), Waiting)
    assert world.held == HeldFederation(), "nothing was remembered of it"
    adopted = await world.look()
    assert isinstance(adopted, Synced)
    assert adopted.held.digest == federation().digest
    assert world.authority.calls["create"] == 1


async def test_what_was_removed_by_hand_is_added_again(world: World) -> None:
    await world.look()
    world.authority.remove(ALIAS)
    await world.look()
    assert world.authority.instances[ALIAS].mark == MINE


async def test_a_retirement_ends_it_and_a_second_one_writes_nothing(world: World) -> None:
    await world.look()
    first = await world.look(Use.RETIRED)
    assert isinstance(first, Retired)
    assert world.authority.instances == {}
    writes = world.authority.writes
    assert await world.look(Use.RETIRED) == first
    assert world.authority.writes == writes


async def test_ending_what_was_never_there_leaves_a_strangers_alone(world: World) -> None:
    world.authority.plant(federation(), THEIRS)
    assert isinstance(await world.look(Use.RETIRED), Retired)
    assert world.authority.instances[ALIAS].mark == THEIRS


async def test_what_we_made_and_somebody_marked_as_theirs_is_not_called_ended(world: World) -> None:
    await world.look()
    world.authority.edit(ALIAS, mark=THEIRS)
    assert isinstance(await world.look(Use.RETIRED), Conflicted)
    assert ALIAS in world.authority.instances


@pytest.mark.parametrize("use", [Use.OPEN, Use.RETIRED])
@pytest.mark.parametrize(
    ("error", "reason", "on"),
    [
        (AuthorityUnavailable("down", retry_after=9), "AuthorityUnavailable", Party.AUTHORITY),
        (Unauthorised("no"), "CredentialRefused", Party.CLUSTER_OPERATOR),
    ],
)
async def test_what_cannot_be_read_is_waited_for_and_nothing_is_forgotten(
    world: World, use: Use, error: Exception, reason: str, on: Party
) -> None:
    before = (await world.look()).held
    writes = world.authority.writes
    world.authority.fail("observe", error)
    outcome = await world.look(use)
    assert isinstance(outcome, Waiting)
    assert (outcome.reason, outcome.on, outcome.held) == (reason, on, before)
    assert world.authority.writes == writes


async def test_what_the_authority_does_not_take_is_rejected_with_its_code(world: World) -> None:
    world.authority.fail("create", Refused("config.issuer must be an https URL", code="invalid_request"))
    outcome = await world.look()
    assert outcome == Rejected("InvalidRequest", "config.issuer must be an https URL", HeldFederation())


@pytest.mark.parametrize("use", [Use.OPEN, Use.WITHHELD, Use.RETIRED])
async def test_without_an_admin_api_people_are_told_what_to_do(use: Use) -> None:
    world = World(authority=None)
    outcome = await world.look(use)
    assert isinstance(outcome, Waiting)
    assert (outcome.reason, outcome.on) == ("RegistrarMissing", Party.CLUSTER_OPERATOR)
    assert await world.look(use) == outcome, "the same words each time"
    assert ALIAS in outcome.message
    assert ISSUER in outcome.message
    if use is not Use.RETIRED:
        wanted = federation()
        told = (wanted.issuer, wanted.jwks_uri, MINE.text, "pid", "Høyt is high", "ES256 or PS256", "PKCE with S256")
        assert all(each in outcome.message for each in told)
        assert ("disabled" in outcome.message) == (use is Use.WITHHELD)


ERRORS = st.sampled_from([AuthorityUnavailable("down"), Unauthorised("no"), Refused("no", code="no")])
FAULTS = st.lists(
    st.tuples(st.sampled_from(["observe", "create", "replace", "retire"]), ERRORS, st.booleans()), max_size=4
)
USES = st.lists(st.sampled_from([Use.OPEN, Use.WITHHELD, Use.RETIRED]), min_size=1, max_size=5)


@given(FAULTS, USES)
async def test_whatever_fails_on_the_way_it_ends_as_wanted(faults: list, uses: list[Use]) -> None:
    world = World()
    for verb, error, after in faults:
        world.authority.fail(verb, error, after=after)
    for use in uses:
        await world.look(use)
    for _ in range(world.authority.faults_left + 1):
        await world.look(uses[-1])
    there = world.authority.instances
    assert len(there) == (uses[-1] is not Use.RETIRED)
    assert all(each.enabled is (uses[-1] is Use.OPEN) for each in there.values())
    assert (world.held.retired, world.held.use) == (uses[-1] is Use.RETIRED, uses[-1])


async def test_the_status_says_what_the_provider_must_type_in_and_is_quiet(world: World) -> None:
    outcome = await world.look()
    said = federation_status(IdentityFederationStatus(), generation=3, outcome=outcome, issuer=ISSUER, now=START)
    assert said.handed == world.authority.instances[ALIAS].handed
    assert (said.authority, said.use, said.registered) == (ISSUER, Use.OPEN, federation().digest)
    assert [(each.type, each.status, each.reason) for each in said.conditions] == [
        ("Ready", ConditionStatus.TRUE, "Registered")
    ]
    later = federation_status(said, generation=3, outcome=outcome, issuer=ISSUER, now=START + timedelta(hours=1))
    assert merge_patch(said.wire(), later.wire()) == {}


async def test_a_refused_file_waits_on_the_identity_provider(world: World) -> None:
    world.authority.fail("create", Refused("no", code="invalid_request"))
    outcome = await world.look()
    said = federation_status(IdentityFederationStatus(), generation=1, outcome=outcome, issuer=ISSUER, now=START)
    assert {each.type for each in said.conditions} == {"Ready", "Stalled"}
    assert said.waiting_for is not None
    assert said.waiting_for.on == "identity provider"
    assert (said.handed, said.authority) == (None, None)
