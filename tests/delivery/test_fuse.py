"""Many retirements at once are held until somebody says that they are meant; a few, and all creations, never are."""

from __future__ import annotations

import pytest

from sluse.delivery.compiled import Compiled
from sluse.model.held import HeldClient
from sluse.model.names import ClientKey
from sluse.model.outcome import Party, Waiting
from sluse.model.registration import Use
from worlds import authored
from worlds.compiling import Compiling

HEAD, NEXT = "1" * 40, "2" * 40


def world_of(organisations: int) -> Compiling:
    """One integration with one client each, all registered."""
    world = Compiling()
    world.commit(*authored.suppliers(organisations))
    world.settled()
    return world


def delete(world: Compiling, first: int, last: int) -> None:
    """Delete the files of organisations from the first up to the last, not that one."""
    for position in range(first, last):
        slug = f"supplier-{position:03}"
        world.commit(dict.fromkeys(path for path in world.files if path.startswith(f"integrations/{slug}/")))


def retiring(compiled: Compiled) -> int:
    return sum(spec.use is Use.RETIRED for share in compiled.organisations.values() for spec in share.clients.values())


@pytest.mark.parametrize(
    ("organisations", "deleted", "holds"),
    [(5, 5, False), (6, 6, True), (10, 6, True), (30, 6, False), (31, 7, True), (40, 8, False), (40, 9, True)],
)
def test_it_counts_and_takes_a_share(organisations: int, deleted: int, *, holds: bool) -> None:
    """Held where more than five and more than a fifth of what is held would go."""
    world = world_of(organisations)
    delete(world, 0, deleted)
    compiled = world.compile()
    assert len(compiled.held_retirements) == (deleted if holds else 0)
    assert retiring(compiled) == (0 if holds else deleted)


def test_what_it_holds_stays_as_it_is_and_everything_else_goes_on() -> None:
    world = world_of(8)
    delete(world, 0, 7)
    world.commit(authored.supplier("newcomer", position=100))
    compiled = world.compile()
    assert compiled.held_retirements == {ClientKey(f"supplier-{each:03}", "journal", "sync") for each in range(7)}
    assert all(compiled.keeps(key) for key in compiled.held_retirements)
    share = compiled.organisations["supplier-000"]
    assert (share.stack.resources, len(share.stack.keep)) == ((), 2)
    assert compiled.client(ClientKey("newcomer", "journal", "sync")) is not None


def test_files_that_come_back_take_their_retirements_back() -> None:
    world = world_of(8)
    before = dict(world.files)
    delete(world, 0, 7)
    assert world.compile().held_retirements
    world.files = before
    after = world.compile()
    assert (after.held_retirements, retiring(after)) == (frozenset(), 0)


def test_a_release_lets_all_of_them_through() -> None:
    world = world_of(8)
    delete(world, 0, 7)
    assert world.compile().held_retirements
    compiled = world.compile(fuse_released=True)
    assert (compiled.held_retirements, retiring(compiled)) == (frozenset(), 7)


def test_what_was_let_through_is_not_held_again_by_the_next_commit() -> None:
    world = world_of(8)
    delete(world, 0, 7)
    world.note(world.compile(commit=HEAD, fuse_released=True))
    after = world.compile(commit=NEXT)
    assert (after.held_retirements, retiring(after)) == (frozenset(), 7)


def test_what_was_let_through_is_not_counted_with_what_comes_later() -> None:
    world = world_of(12)
    delete(world, 0, 5)
    assert retiring(world.compile()) == 5
    delete(world, 5, 7)
    assert retiring(world.compile()) == 7


def test_new_ones_are_held_while_those_let_through_go_on() -> None:
    world = world_of(20)
    delete(world, 0, 3)
    assert retiring(world.compile()) == 3
    delete(world, 3, 12)
    compiled = world.compile()
    assert (len(compiled.held_retirements), retiring(compiled)) == (9, 3)


def test_after_a_restart_what_has_begun_goes_on_and_what_has_not_is_held_again() -> None:
    world = world_of(9)
    delete(world, 0, 8)
    world.note(world.compile(fuse_released=True))
    begun = ClientKey("supplier-000", "journal", "sync")
    held = HeldClient(use=Use.RETIRED)
    world.come(begun, Waiting("AuthorityUnavailable", "down", Party.AUTHORITY, held))
    world.restart()
    compiled = world.compile()
    assert begun not in compiled.held_retirements
    assert (len(compiled.held_retirements), retiring(compiled)) == (7, 1)


def test_organisations_that_are_not_spoken_for_neither_blow_it_nor_are_retired() -> None:
    world = world_of(8)
    delete(world, 0, 7)
    compiled = world.compile(only=("supplier-007",))
    assert (compiled.held_retirements, retiring(compiled)) == (frozenset(), 0)


def test_what_is_retired_already_counts_for_nothing() -> None:
    world = world_of(12)
    delete(world, 0, 5)
    world.settled()
    delete(world, 5, 10)
    compiled = world.compile()
    assert (compiled.held_retirements, retiring(compiled)) == (frozenset(), 5)
