"""Converging ends at what is wanted from anywhere, also when any one call fails midway, and then changes nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sluse.errors import SluseError
from sluse.model.outcome import Outcome, Party, Retired, Synced, Waiting
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.reconcile.converge import Converge
from sluse.registrar.memory import MemoryRegistrar
from sluse.registrar.port import Capabilities
from worlds.converging import KEY, World, registration, spec
from worlds.failing import Calls

OPEN, OTHER, WITHHELD, RETIRED = (
    spec(),
    spec(scopes=("nhn:msh/api", "openid")),
    spec(Use.WITHHELD),
    spec(Use.RETIRED),
)
wanted = st.sampled_from([OPEN, OTHER, WITHHELD, RETIRED])
stories = st.lists(wanted, min_size=1, max_size=3)
capabilities = st.builds(
    Capabilities,
    withhold=st.booleans(),
    list=st.booleans(),
    observe_without_client_key=st.just(value=True),
    # A credential that is replaced with an answer that is lost is lost: nobody can converge from there.
    token_survives_update=st.just(value=True),
    tells_absence=st.booleans(),
)
some = settings(max_examples=40, deadline=None)


def run(law: Callable[..., Coroutine[Any, Any, None]], *arguments: object) -> None:
    asyncio.run(law(*arguments))


async def converge(world: World, process: Converge, want: HelseIDClientSpec) -> Outcome:
    """Converge, and remember what came of it as the handler does."""
    outcome = await process(KEY, want)
    if outcome.held != await world.journal.held(KEY):
        world.journal.settle(KEY, outcome.held)
    return outcome


async def settled(world: World, want: HelseIDClientSpec) -> Outcome:
    """Converge until it says that it is done; a failure before leaves at most one round of tidying."""
    process = world.process()
    for _ in range(2):
        outcome = await converge(world, process, want)
    return outcome


def figures(world: World) -> tuple[object, ...]:
    """Everything that would show a write."""
    calls = {verb: times for verb, times in world.authority.calls.items() if verb in {"create", "update", "retire"}}
    return calls, list(world.journal.writes), world.authority.clients(), dict(world.journal.entries)


async def as_wanted(world: World, want: HelseIDClientSpec, outcome: Outcome) -> None:
    """Assert that the authority holds what is wanted, and nothing usable beside it that nobody names."""
    clients = world.authority.clients()
    withholds, lists = world.authority.capabilities.withhold, world.authority.capabilities.list
    named = len(outcome.held.possible_orphans)
    if want.use is Use.RETIRED or (want.use is Use.WITHHELD and outcome.held.anchor is None):
        assert isinstance(outcome, Retired if want.use is Use.RETIRED else Synced)
        mine = []
    else:
        assert isinstance(outcome, Synced)
        assert outcome.held.anchor is not None
        mine = [client for client in clients if client.client_id == outcome.held.anchor.client_id]
        assert len(mine) == 1
        assert mine[0].usable is (want.use is Use.OPEN)
        if want.use is Use.OPEN:
            assert want.registration is not None
            assert mine[0].registration == world.authority.normalise(want.registration)
    left = [client for client in clients if client not in mine]
    assert len(left) <= named, "every registration that may be left is named"
    if withholds:
        assert not any(client.usable for client in left), "no usable duplicate"
    if lists:
        assert left == [], "where the authority can list, nothing is left at all"


async def at_rest(world: World, want: HelseIDClientSpec) -> None:
    """Assert that converging again, in this process or the next, writes nothing anywhere."""
    before = figures(world)
    outcome = await converge(world, world.process(), want)
    await as_wanted(world, want, outcome)
    assert figures(world) == before


@some
@given(capabilities, stories)
def test_applying_and_converging_again_changes_nothing(able: Capabilities, story: Sequence[HelseIDClientSpec]) -> None:
    async def law() -> None:
        world = World(MemoryRegistrar(able))
        process = world.process()
        for want in story:
            if not able.withhold and want.use is Use.WITHHELD:
                continue
            outcome = await converge(world, process, want)
            await as_wanted(world, want, outcome)
            await at_rest(world, want)

    run(law)


@settings(some, max_examples=25)
@given(able=capabilities, story=stories, last=wanted, after=st.booleans())
def test_any_one_call_may_fail_midway_and_it_still_converges(
    able: Capabilities, story: Sequence[HelseIDClientSpec], last: HelseIDClientSpec, *, after: bool
) -> None:
    """Tried for every call of the story, of the registrar and of the journal alike."""
    story = [want for want in (*story, last) if able.withhold or want.use is not Use.WITHHELD]

    async def play(calls: Calls) -> World:
        world = World(MemoryRegistrar(able))
        process = calls.of(world)
        for want in story:
            try:
                await converge(world, process, want)
            except SluseError:
                process = calls.of(world)  # Kopf tries again; here the process is a new one, which knows less
        return world

    async def law() -> None:
        counted = Calls()
        await play(counted)
        for number in range(1, counted.made + 1):
            world = await play(Calls(fail_at=number, after=after))
            outcome = await settled(world, story[-1])
            if isinstance(outcome, Waiting):
                assert taken_back(able, story), outcome
                assert (outcome.on, world.authority.clients()) == (Party.CLUSTER_OPERATOR, ())
            else:
                await as_wanted(world, story[-1], outcome)
                await at_rest(world, story[-1])

    if story:
        run(law)


@some
@given(capabilities, st.lists(st.sampled_from([OPEN, OTHER]), max_size=2))
def test_retiring_twice_equals_once(able: Capabilities, story: Sequence[HelseIDClientSpec]) -> None:
    async def law() -> None:
        world = World(MemoryRegistrar(able))
        for want in story:
            await converge(world, world.process(), want)
        once = await converge(world, world.process(), RETIRED)
        before = figures(world)
        assert await converge(world, world.process(), RETIRED) == once
        assert figures(world) == before
        assert world.authority.clients() == ()

    run(law)


@some
@given(capabilities, st.sampled_from([OPEN, OTHER]))
def test_hands_at_the_authority_are_put_right_and_then_left_alone(able: Capabilities, want: HelseIDClientSpec) -> None:
    async def law() -> None:
        world = World(MemoryRegistrar(able))
        await converge(world, world.process(), want)
        (client,) = world.authority.clients()
        world.authority.edit(client.client_id, scopes=("nhn:somebody/else",), title="Another")
        await as_wanted(world, want, await converge(world, world.process(), want))
        await at_rest(world, want)

    run(law)


def taken_back(able: Capabilities, story: Sequence[HelseIDClientSpec]) -> bool:
    """Whether a retirement was asked for and then no longer, where "gone" and "not yours" are one answer.

    Interrupted between the authority and the ledger it waits for a person: a refused credential is never absence.
    """
    return not able.tells_absence and RETIRED in story[:-1] and story[-1] is not RETIRED


def test_the_stories_have_something_to_fail() -> None:
    async def law() -> None:
        world, calls = World(), Calls()
        await converge(world, calls.of(world), OPEN)
        assert calls.made > 6
        assert world.authority.clients()[0].registration == registration()

    run(law)
