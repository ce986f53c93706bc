"""A process may die before or after any step; the next one ends where an undisturbed one ends.

Every point is tried: the steps of an undisturbed run are counted, and the process is killed before and after each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from sluse.model.outcome import Retired, Synced
from sluse.model.registration import Use
from sluse.reconcile.converge import Converge
from sluse.registrar.memory import MemoryRegistrar
from sluse.registrar.port import Capabilities
from worlds.converging import KEY, World, registration, spec

CAPABILITIES = [
    Capabilities(
        withhold=withhold,
        list=listing,
        observe_without_client_key=True,
        token_survives_update=True,
        tells_absence=tells,
    )
    for withhold in (True, False)
    for listing in (True, False)
    for tells in (True, False)
]


class Killed(BaseException):
    """The process is gone; nothing catches it."""


@dataclasses.dataclass
class Steps:
    """Counts the calls that leave the process, and kills it at one of them."""

    kill_at: int = -1
    taken: int = 0

    def wrap(self, part: Any) -> Any:
        return _Stepping(part, self)

    def step(self) -> None:
        self.taken += 1
        if self.taken == self.kill_at:
            raise Killed


class _Stepping:
    def __init__(self, part: Any, steps: Steps) -> None:
        self._part, self._steps = part, steps

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._part, name)
        if name in {"capabilities", "issuer", "normalise"}:
            return value

        async def stepping(*args: Any) -> Any:
            self._steps.step()
            result = await value(*args)
            self._steps.step()
            return result

        return stepping


def mortal(world: World, steps: Steps) -> Converge:
    alive = world.process()
    return dataclasses.replace(alive, registrar=steps.wrap(alive.registrar), journal=steps.wrap(alive.journal))


async def remember(world: World, converge: Converge, use: Use) -> Any:
    outcome = await converge(KEY, spec(use))
    if outcome.held != world.journal.entries.get(KEY):
        world.journal.settle(KEY, outcome.held)
    return outcome


@pytest.mark.parametrize("capabilities", CAPABILITIES, ids=str)
async def test_killed_at_any_point_of_a_creation_nothing_usable_is_left_twice(capabilities: Capabilities) -> None:
    def check(world: World, outcome: Any) -> None:
        assert isinstance(outcome, Synced)
        usable = [client for client in world.authority.clients() if client.usable]
        mine = [client for client in usable if client.client_id == outcome.held.anchor.client_id]
        assert [client.registration for client in mine] == [registration()]
        left = len(world.authority.clients()) - 1
        assert left <= len(outcome.held.possible_orphans), "every registration that may be left is named"
        if capabilities.withhold:
            assert usable == mine, "what an interrupted creation left is not usable"
        if capabilities.list:
            assert left == 0

    await at_every_point(capabilities, Use.OPEN, check)


@pytest.mark.parametrize("capabilities", [each for each in CAPABILITIES if each.withhold], ids=str)
async def test_killed_at_any_point_of_a_creation_and_its_credential_lost_too_nothing_usable_is_left_twice(
    capabilities: Capabilities,
) -> None:
    """Two faults: whoever finds an anchor without its credential waits, whoever finds neither has only withheld ones."""
    counted = Steps()
    await run(capabilities, Use.OPEN, counted)
    waited = 0
    for point in range(1, counted.taken + 1):
        world = await prepared(capabilities, Use.OPEN)
        with pytest.raises(Killed):
            await remember(world, mortal(world, Steps(kill_at=point)), Use.OPEN)
        world.journal.credentials.clear()
        was_usable = [client for client in world.authority.clients() if client.usable]
        outcome = await remember(world, world.process(), Use.OPEN)
        usable = [client for client in world.authority.clients() if client.usable]
        assert len(usable) <= 1, "no second one beside one that can be used"
        assert usable == was_usable or not was_usable
        if not isinstance(outcome, Synced):
            assert outcome.reason == "CredentialLost"
            waited += 1
    assert bool(waited) is not capabilities.list, "who can list finds its registration again by its mark"


@pytest.mark.parametrize("capabilities", CAPABILITIES, ids=str)
async def test_killed_at_any_point_of_a_retirement_it_is_retired_in_the_end(capabilities: Capabilities) -> None:
    def check(world: World, outcome: Any) -> None:
        assert isinstance(outcome, Retired), outcome
        assert world.authority.clients() == ()
        assert world.journal.credentials == {}

    await at_every_point(capabilities, Use.RETIRED, check)


async def at_every_point(capabilities: Capabilities, use: Use, check: Callable[[World, Any], None]) -> None:
    counted = Steps()
    await run(capabilities, use, counted)
    assert counted.taken > 6, "there is something to kill"
    for point in range(1, counted.taken + 1):
        world = await prepared(capabilities, use)
        with pytest.raises(Killed):
            await remember(world, mortal(world, Steps(kill_at=point)), use)
        outcome = await remember(world, world.process(), use)
        check(world, outcome)


async def run(capabilities: Capabilities, use: Use, steps: Steps) -> None:
    world = await prepared(capabilities, use)
    await remember(world, mortal(world, steps), use)


async def prepared(capabilities: Capabilities, use: Use) -> World:
    world = World(MemoryRegistrar(capabilities))
    if use is Use.RETIRED:
        await remember(world, world.process(), Use.OPEN)
    return world
