"""An operator that is killed while Pulumi is at work: the next one ends where an undisturbed one ends, and nothing is left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sluse.delivery.engine import Declared
from worlds.cluster import ClusterWorld
from worlds.engines import held, marks, pulumi_engine
from worlds.killable import Objects, cancelled, killed
from worlds.stacks import stack

pytestmark = [*marks("pulumi")]

SIX = ("a", "b", "c", "d", "e", "f")
OLD, NEW = "nhn:pit/api.read", "nhn:msh/api"


def scopes(objects: Objects) -> list[str]:
    return sorted(
        item["spec"]["registration"]["scopes"][0] for item in objects.values() if item["kind"] == "HelseIDClient"
    )


def started(folder: Path) -> list[Path]:
    """Return the marks of CLIs that may have left a lock."""
    return list((folder / "home" / "started").iterdir())


async def converges(world: ClusterWorld, folder: Path, scope: str, clients: tuple[str, ...]) -> None:
    """The next process declares; another, which knows nothing, finds nothing to do, and Pulumi's state holds it all."""
    wanted = stack(clients=clients, scopes=(scope,))
    await pulumi_engine(world, folder).declare(wanted)
    names = {f"HelseIDClient/fjord.journal.{each}" for each in clients} | {"Integration/fjord.journal"}
    assert (await world.objects("fjord")).keys() == names
    assert scopes(await world.objects("fjord")) == [scope] * len(clients)
    again = pulumi_engine(world, folder)
    assert await again.declare(wanted) == Declared((), ())
    assert sorted(held(folder)["test.fjord"]) == sorted(name.rpartition("/")[2] for name in names)


async def test_killed_while_it_creates(world: ClusterWorld, tmp_path: Path) -> None:
    await killed(world, tmp_path, OLD, SIX, lambda objects: len(objects) >= 1)
    await converges(world, tmp_path, OLD, SIX)


async def test_killed_while_it_creates_what_nobody_wants_any_more_afterwards(
    world: ClusterWorld, tmp_path: Path
) -> None:
    await killed(world, tmp_path, OLD, SIX, lambda objects: len(objects) >= 1)
    await converges(world, tmp_path, NEW, ("z",))


async def test_killed_while_it_changes(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, NEW, SIX, lambda objects: NEW in scopes(objects))
    await converges(world, tmp_path, NEW, SIX)


async def test_killed_while_it_changes_and_then_changed_back(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, NEW, SIX, lambda objects: NEW in scopes(objects))
    await converges(world, tmp_path, OLD, SIX)


async def test_killed_while_it_deletes(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, OLD, ("a",), lambda objects: len(objects) < len(SIX) + 1)
    await converges(world, tmp_path, OLD, ("a",))


async def test_killed_while_it_deletes_and_then_wanted_again(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path).declare(stack(clients=SIX, scopes=(OLD,)))
    await killed(world, tmp_path, OLD, ("a",), lambda objects: len(objects) < len(SIX) + 1)
    await converges(world, tmp_path, OLD, SIX)


async def test_a_declaration_that_is_cancelled_stops_its_cli_and_the_next_converges(
    world: ClusterWorld, tmp_path: Path
) -> None:
    engine = pulumi_engine(world, tmp_path)
    await cancelled(world, engine, stack(clients=SIX, scopes=(OLD,)))
    await converges(world, tmp_path, OLD, SIX)


async def test_of_an_organisation_that_left_the_backend_keeps_nothing(world: ClusterWorld, tmp_path: Path) -> None:
    engine = pulumi_engine(world, tmp_path)
    nothing = replace(stack(), resources=())
    assert await engine.declare(nothing) == Declared((), ())
    assert held(tmp_path) == {}  # none is made for nothing
    assert started(tmp_path) == []  # nor a mark kept of a CLI that found none
    await engine.declare(stack())
    assert held(tmp_path).keys() == {"test.fjord"}
    await engine.declare(nothing)
    assert await world.objects("fjord") == {}
    assert held(tmp_path) == {}
    await engine.declare(stack())
    await converges(world, tmp_path, OLD, ("sync",))
