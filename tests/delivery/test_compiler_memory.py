"""A change of one file costs one organisation's work: what did not change is the very same object."""

from __future__ import annotations

import pytest

from sluse.delivery.compiled import Compiled
from worlds import authored
from worlds.compiling import Compiling

ORGANISATIONS = 12
CHANGED = "supplier-003"


@pytest.fixture
def world() -> Compiling:
    world = Compiling()
    world.commit(*authored.suppliers(ORGANISATIONS))
    world.settled()
    return world


def compiled_anew(before: Compiled, after: Compiled) -> set[str]:
    return {slug for slug, share in after.organisations.items() if before.organisations.get(slug) is not share}


def test_nothing_changed_and_nothing_is_compiled_anew(world: Compiling) -> None:
    assert compiled_anew(world.compile(), world.compile()) == set()


@pytest.mark.parametrize(
    "change",
    [
        authored.integration(CHANGED, position=3, scopes=("nhn:msh/api",)),
        authored.integration(CHANGED, "second", position=3),
        authored.keys(CHANGED),
        {f"integrations/{CHANGED}/journal.yaml": None},
        {f"integrations/{CHANGED}/journal.yaml": "a: ["},
        authored.integration(CHANGED, position=5),
    ],
    ids=["changed", "added", "keys", "deleted", "unreadable", "against-a-rule"],
)
def test_one_changed_file_recompiles_one_organisation(world: Compiling, change: dict[str, str | None]) -> None:
    before = world.compile()
    world.commit(change)
    after = world.compile()
    assert compiled_anew(before, after) == {CHANGED}
    assert compiled_anew(after, world.compile()) == set()


def test_what_the_ledger_learns_of_a_wanted_client_changes_nothing() -> None:
    world = Compiling()
    world.commit(*authored.suppliers(ORGANISATIONS))
    first = world.settled()
    assert compiled_anew(first, world.compile()) == set()


def test_a_retirement_that_is_done_recompiles_its_organisation(world: Compiling) -> None:
    world.commit({f"integrations/{CHANGED}/journal.yaml": None})
    before = world.settled()
    assert compiled_anew(before, world.compile()) == {CHANGED}


def test_a_held_fuse_is_compiled_once(world: Compiling) -> None:
    world.commit(dict.fromkeys(path for path in world.files if "supplier-000" not in path))
    before = world.compile()
    assert before.held_retirements
    assert compiled_anew(before, world.compile()) == set()


def test_a_process_that_starts_anew_compiles_the_same(world: Compiling) -> None:
    before = world.compile()
    world.restart()
    assert world.compile() == before
