"""NetworkOpenings follow HEAD in test; what cannot be derived is kept, and many changes that nobody asked for are held."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from sluse.delivery.compiled import Compiled
from sluse.delivery.network_catalogue import unsigned
from sluse.model.names import IntegrationKey
from sluse.model.resources.network_opening import Opening
from worlds.compiling import Compiling
from worlds.documents import Files, Supplier
from worlds.openings import ADDRESS, HOST, OTHER, catalogue, destination, reaching, using

SUPPLIER, TOWN = Supplier("fjord", 1), Supplier("town", 2)
SERVICE, USERS = IntegrationKey("fjord", "journal"), IntegrationKey("town", "bruk")
NEW = catalogue(destination(addresses=[OTHER]))


def world_of(*files: Files, known: Files | None = None) -> Compiling:
    """A repository with a catalogue, and what is merged."""
    world = Compiling()
    world.commit(*files)
    know(world, known or catalogue())
    return world


def know(world: Compiling, files: Files) -> None:
    """Let `policies/network.yaml` say something else."""
    contents: Mapping[str, bytes] = {path: text.encode() for path, text in files.items() if text is not None}
    world.catalogue = unsigned(contents)


def hosts(compiled: Compiled, key: IntegrationKey) -> list[tuple[str, tuple[str, ...]]]:
    spec = compiled.opening(key)
    assert spec is not None
    return [(each.host, each.addresses) for each in spec.openings]


def opening(compiled: Compiled, key: IntegrationKey) -> Opening:
    spec = compiled.opening(key)
    assert spec is not None
    (found,) = spec.openings
    return found


def test_a_service_and_its_users_have_openings_with_the_numbers_of_their_organisations() -> None:
    compiled = world_of(reaching(SUPPLIER), using(TOWN, ["fjord.journal"])).compile()
    for key, supplier in ((SERVICE, SUPPLIER), (USERS, TOWN)):
        spec = compiled.opening(key)
        assert spec is not None
        assert spec.numbers == (supplier.number,)
        assert hosts(compiled, key) == [(HOST, (ADDRESS,))]
    assert opening(compiled, USERS).reason == "login to fjord.journal"
    declared = {(each["kind"], each["metadata"]["name"]) for each in compiled.organisations["town"].stack.resources}
    assert declared == {("NetworkOpening", "town.bruk")}


def test_a_service_that_does_not_say_from_where_it_reaches_out_has_none() -> None:
    assert world_of(SUPPLIER.everything()).compile().opening(SERVICE) is None


def test_users_of_a_service_that_is_gone_keep_what_they_had_until_their_file_is_right_again() -> None:
    world = world_of(SUPPLIER.everything(), using(TOWN, ["fjord.journal"]))
    world.settled()
    world.commit(SUPPLIER.nothing())
    compiled = world.compile()
    assert compiled.opening(USERS) is None
    assert compiled.keeps_opening(USERS)


def test_users_of_a_service_whose_file_cannot_be_read_keep_what_they_had() -> None:
    world = world_of(SUPPLIER.everything(), using(TOWN, ["fjord.journal"]))
    world.settled()
    world.commit({SUPPLIER.path(): "kind: [unclosed\n"})
    compiled = world.compile()
    assert compiled.opening(USERS) is None
    assert compiled.keeps_opening(USERS)


def test_without_a_catalogue_nothing_new_is_declared_what_stands_is_kept_and_it_is_counted() -> None:
    world = world_of(reaching(SUPPLIER))
    world.settled()
    world.commit(using(TOWN, ["fjord.journal"]))
    world.catalogue = None
    compiled = world.compile()
    assert compiled.opening(USERS) is None
    assert compiled.opening(SERVICE) is None
    assert compiled.keeps_opening(SERVICE)
    assert compiled.untold_openings == 2


@pytest.mark.parametrize("broken", [SUPPLIER.path(), "integrations/fjord/organisation.yaml"])
def test_a_broken_file_keeps_what_it_had_and_leaves_others_alone(broken: str) -> None:
    world = world_of(reaching(SUPPLIER), reaching(TOWN))
    world.settled()
    world.commit({broken: "kind: [unclosed\n"})
    compiled = world.compile()
    assert compiled.keeps_opening(SERVICE)
    assert compiled.opening(IntegrationKey("town", "journal")) is not None
    world.settled()
    assert set(world.ledgers["fjord"].openings) == {"journal"}, "and it is remembered"


def test_a_deleted_file_takes_its_opening_along() -> None:
    world = world_of(reaching(SUPPLIER), using(TOWN, ["fjord.journal"]))
    world.settled()
    world.commit({"integrations/town/bruk.yaml": None})
    compiled = world.settled()
    assert compiled.opening(USERS) is None
    assert not compiled.keeps_opening(USERS)
    assert world.ledgers["town"].openings == {}


def test_nothing_new_is_the_same_object() -> None:
    world = world_of(reaching(SUPPLIER), using(TOWN, ["fjord.journal"]))
    world.settled()
    first, again = world.settled(), world.settled()
    assert all(first.organisations[slug] is again.organisations[slug] for slug in ("fjord", "town"))


@pytest.mark.parametrize(("many", "holds"), [(5, False), (6, True)])
def test_a_changed_catalogue_that_changes_many_is_held_until_it_is_meant(many: int, *, holds: bool) -> None:
    suppliers = [Supplier(f"s-{position}", position + 10) for position in range(many)]
    world = world_of(*(reaching(each) for each in suppliers))
    world.settled()
    know(world, NEW)
    keys = {IntegrationKey(each.slug, "journal") for each in suppliers}
    compiled = world.compile()
    assert compiled.held_openings == (keys if holds else frozenset())
    assert all(compiled.keeps_opening(key) is holds for key in keys)
    world.note(compiled)
    meant = world.compile(fuse_released=True)
    assert meant.held_openings == frozenset()
    assert {hosts(meant, key)[0][1] for key in keys} == {(OTHER,)}
    world.note(meant)
    assert world.compile().held_openings == frozenset(), "what was let through is not counted again"


def test_a_catalogue_that_knows_nobody_any_more_closes_not_many_at_once() -> None:
    suppliers = [Supplier(f"s-{position}", position + 10) for position in range(6)]
    world = world_of(*(reaching(each) for each in suppliers))
    world.settled()
    know(world, catalogue(destination("somebody-else")))
    compiled = world.compile()
    assert len(compiled.held_openings) == 6
    assert all(compiled.keeps_opening(key) for key in compiled.held_openings)


def test_many_that_ask_for_something_else_themselves_are_not_held() -> None:
    suppliers = [Supplier(f"s-{position}", position + 10) for position in range(8)]
    both = catalogue(destination(), destination(zone="helsenettet", addresses=[OTHER]))
    world = world_of(*(reaching(each) for each in suppliers), known=both)
    world.settled()
    world.commit(*({each.path(): reaching(each, ("helsenettet",))[each.path()]} for each in suppliers))
    assert world.compile().held_openings == frozenset()


def test_many_whose_files_vanish_at_once_are_held() -> None:
    towns = [Supplier(f"town-{position}", position + 10) for position in range(6)]
    world = world_of(SUPPLIER.everything(), *(using(each, ["fjord.journal"]) for each in towns))
    world.settled()
    world.commit({f"integrations/{each.slug}/bruk.yaml": None for each in towns})
    compiled = world.compile()
    assert len(compiled.held_openings) == 6
    assert all(compiled.keeps_opening(key) for key in compiled.held_openings)
