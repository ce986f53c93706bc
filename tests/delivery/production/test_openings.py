"""Openings of production: from HEAD and the signed catalogue, for services that it holds and numbers that NHN has bound."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sluse.delivery.policy import Untrusted
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.service_integration import Network, NetworkZone
from worlds.lock import NOW, NUMBER, OTHER_NUMBER, SERVICE, SUPPLIER
from worlds.openings import ADDRESS, OTHER, destination
from worlds.production import Production


def catalogue(address: str = ADDRESS) -> NetworkCatalogue:
    entry = destination(environment="production", addresses=[address])
    return NetworkCatalogue.model_validate({"destinations": [entry]})


@pytest.fixture
def world() -> Production:
    """An accepted service whose workloads reach HelseID, on a day when it is live."""
    world = Production.accepted(at=NOW)
    reach_out(world, NetworkZone.INTERNET)
    know(world, catalogue())
    return world


def know(world: Production, known: NetworkCatalogue) -> None:
    world.policy = replace(world.policy, network=known)


def reach_out(world: Production, *zones: NetworkZone) -> None:
    document = world.lock.documents[SERVICE]
    spec = document.spec.model_copy(update={"network": Network(zones=zones)})
    world.lock.documents[SERVICE] = document.model_copy(update={"spec": spec})


def test_a_service_has_openings_once_production_holds_it(world: Production) -> None:
    assert world.sync().opening(SERVICE) is None, "nothing is held before the first sync"
    spec = world.sync().opening(SERVICE)
    assert spec is not None
    assert (spec.numbers, spec.openings[0].addresses) == ((NUMBER,), (ADDRESS,))


def test_a_number_that_nobody_bound_opens_nothing_wherever_the_file_says_so(world: Production) -> None:
    held = world.lock.organisations[SUPPLIER]
    claimed = held.spec.model_copy(update={"numbers": (NUMBER, OTHER_NUMBER)})
    world.lock.organisations[SUPPLIER] = held.model_copy(update={"spec": claimed})
    world.sync()
    spec = world.sync().opening(SERVICE)
    assert spec is not None
    assert spec.numbers == (NUMBER,)


def test_without_a_policy_that_counts_what_stands_is_kept(world: Production) -> None:
    world.sync()
    world.sync()
    compiled = world.sync(policy=Untrusted(("nobody signed",)))
    assert compiled.opening(SERVICE) is None
    assert compiled.keeps_opening(SERVICE)


def test_a_change_of_the_file_is_followed_without_a_decision(world: Production) -> None:
    world.sync()
    world.sync()
    reach_out(world, NetworkZone.PROXY)
    compiled = world.sync()
    assert compiled.opening(SERVICE) is None, "nothing is known of the proxy"
    assert not compiled.keeps_opening(SERVICE)


def test_a_changed_catalogue_is_an_update_without_a_decision(world: Production) -> None:
    world.sync()
    world.sync()
    know(world, catalogue(OTHER))
    strict = world.policy.gate.model_copy(
        update={"fuse": world.policy.gate.fuse.model_copy(update={"count": 0, "percent": 0})}
    )
    world.policy = replace(world.policy, gate=strict)
    compiled = world.sync()
    assert compiled.held_openings == {SERVICE}
    assert compiled.keeps_opening(SERVICE)
    meant = world.sync(fuse_released=True)
    spec = meant.opening(SERVICE)
    assert spec is not None
    assert spec.openings[0].addresses == (OTHER,)


def test_a_retired_service_loses_its_openings(world: Production) -> None:
    world.sync()
    world.sync()
    world.retire(after_days=0)
    world.sync()
    world.at += timedelta(days=1)
    world.sync()
    compiled = world.sync()
    assert compiled.opening(SERVICE) is None
    assert not compiled.keeps_opening(SERVICE)
