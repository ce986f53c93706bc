"""An organisation in several of Pulumi's stacks, two objects each: every object in exactly one, none moves, none is left."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from sluse.delivery.engine import Declared
from sluse.errors import ClusterError
from sluse.sandbox.kube.faults import Fault
from sluse_stacks import objects
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.progress import Heard
from sluse_stacks.engine.state import State, targets
from worlds.cluster import ClusterWorld
from worlds.engines import held, marks, pulumi_engine, pulumi_settings
from worlds.killable import cancelled, killed
from worlds.stacks import client, stack, summary

pytestmark = [*marks("pulumi")]

ROOM = 2
FIVE = ("a", "b", "c", "d", "e")
OLD, NEW = "nhn:pit/api.read", "nhn:msh/api"
FIRST, SECOND, THIRD, FOURTH = "test.fjord", "test.fjord.2", "test.fjord.3", "test.fjord.4"


def short(folder: Path) -> Mapping[str, str]:
    """Return which clients each stack holds, by their letters; `-` is the integration's summary."""
    last = {name: [key.removeprefix("fjord.journal") or "-" for key in keys] for name, keys in held(folder).items()}
    return {name: "".join(key.removeprefix(".") for key in keys) for name, keys in last.items()}


def states(folder: Path) -> Mapping[str, bytes]:
    return {path.stem: path.read_bytes() for path in (folder / "state" / ".pulumi" / "stacks").rglob("*.json")}


async def uids(world: ClusterWorld) -> Mapping[str, Any]:
    return {name: item["metadata"]["uid"] for name, item in (await world.objects("fjord")).items()}


def left(folder: Path) -> set[str]:
    """Return which stacks, locks and settings of stacks are there, in the backend and beside it."""
    kept = (folder / "state" / ".pulumi" / "stacks", folder / "state" / ".pulumi" / "locks", folder / "home" / "work")
    return {str(path) for each in kept for path in each.rglob("*") if path.is_file() and path.suffix != ".attrs"}


async def test_a_preview_leaves_no_stack_behind(world: ClusterWorld, tmp_path: Path) -> None:
    engine = pulumi_engine(world, tmp_path, ROOM)
    assert len(await engine.preview(stack(clients=FIVE))) == 6
    assert short(tmp_path) == {}
    await engine.declare(stack(clients=FIVE[:2]))
    before = states(tmp_path)
    standing = left(tmp_path)
    assert len(await engine.preview(stack(clients=FIVE))) == 4
    assert (states(tmp_path), left(tmp_path)) == (before, standing)


async def test_it_grows_by_a_stack_with_each_two_and_one_change_touches_one(
    world: ClusterWorld, tmp_path: Path
) -> None:
    engine = pulumi_engine(world, tmp_path, ROOM)
    await engine.declare(stack(clients=FIVE))
    assert short(tmp_path) == {FIRST: "ab", SECOND: "cd", THIRD: "-e"}
    before = states(tmp_path)
    await world.edit(client("c"), {"spec": {"use": "Withheld"}})
    again = pulumi_engine(world, tmp_path, ROOM)
    assert await again.declare(stack(clients=FIVE)) == Declared((client("c"),), ())
    assert [name for name, told in states(tmp_path).items() if told != before[name]] == [SECOND]
    assert await again.declare(stack(clients=FIVE)) == Declared((), ())
    assert await again.preview(stack(clients=FIVE)) == ()
    told = await again.preview(stack(clients=("a", "c", "f"), scopes=(NEW,)))
    done = await again.declare(stack(clients=("a", "c", "f"), scopes=(NEW,)))
    assert sorted(each.key for each in told) == sorted((*done.applied, *done.pruned))
    assert short(tmp_path) == {FIRST: "a", SECOND: "c", THIRD: "-", FOURTH: "f"}  # the others were full when it came


async def test_a_stack_in_the_middle_is_filled_again_and_the_last_ones_are_forgotten_when_they_are_empty(
    world: ClusterWorld, tmp_path: Path
) -> None:
    engine = pulumi_engine(world, tmp_path, ROOM)
    await engine.declare(stack(clients=FIVE))
    await engine.declare(stack(clients=("a", "b", "e")))
    assert short(tmp_path) == {FIRST: "ab", SECOND: "", THIRD: "-e"}
    await pulumi_engine(world, tmp_path, ROOM).declare(stack(clients=("a", "b", "e", "x")))
    assert short(tmp_path) == {FIRST: "ab", SECOND: "x", THIRD: "-e"}
    await pulumi_engine(world, tmp_path, ROOM).declare(stack(clients=()))
    assert short(tmp_path) == {}
    assert await world.objects("fjord") == {}


@pytest.mark.parametrize("then", [FIVE, ("e", "x", "y")], ids=["the-same", "another"])
async def test_killed_in_the_middle_no_object_is_in_two_stacks_or_in_none(
    world: ClusterWorld, tmp_path: Path, then: tuple[str, ...]
) -> None:
    await killed(world, tmp_path, OLD, FIVE, lambda objects: len(objects) >= 2, ROOM)
    await converges(world, tmp_path, OLD, then)


async def test_killed_while_it_changes_and_deletes(world: ClusterWorld, tmp_path: Path) -> None:
    await pulumi_engine(world, tmp_path, ROOM).declare(stack(clients=FIVE))
    await killed(world, tmp_path, OLD, ("d", "x", "y", "z"), lambda objects: len(objects) < 7, ROOM)
    await converges(world, tmp_path, NEW, ("b", "d", "z"))


async def test_one_that_is_cancelled_stops_every_cli(world: ClusterWorld, tmp_path: Path) -> None:
    engine = pulumi_engine(world, tmp_path, ROOM)
    await cancelled(world, engine, stack(clients=FIVE))
    await converges(world, tmp_path, OLD, FIVE)


async def test_nothing_is_deleted_in_one_before_everything_is_applied_in_all(
    world: ClusterWorld, tmp_path: Path
) -> None:
    engine = pulumi_engine(world, tmp_path, ROOM)
    await engine.declare(stack(clients=FIVE))
    world.api.faults.add(Fault(code=403, verb="patch", name=client("e").name))
    wanted = stack(clients=("b", "c", "d", "e"), scopes=(NEW,))
    with pytest.raises(ClusterError, match=r"HelseIDClient fjord\.journal\.e: "):
        await engine.declare(wanted)
    assert await world.get(client("a")) is not None
    await converges(world, tmp_path, NEW, ("b", "c", "d", "e"))


async def test_what_a_person_declared_in_the_first_stack_too_is_forgotten_by_the_others_and_stands(
    world: ClusterWorld, tmp_path: Path
) -> None:
    await pulumi_engine(world, tmp_path, ROOM).declare(stack(clients=FIVE))
    before = await uids(world)
    manifests = stack(clients=FIVE).resources
    lean = by_hand(tmp_path)
    chosen = targets(FIRST, State(connected=True), [client(letter) for letter in FIVE] + [summary()])
    await asyncio.to_thread(
        lambda: lean.up(FIRST, lambda: objects.declare(manifests), targets=chosen, refresh=False, on_event=Heard(FIRST))
    )
    assert short(tmp_path) == {FIRST: "-abcde", SECOND: "cd", THIRD: "-e"}
    await pulumi_engine(world, tmp_path, ROOM).declare(stack(clients=FIVE))
    assert short(tmp_path) == {FIRST: "-abcde"}
    assert await uids(world) == before


async def test_where_a_person_removed_the_first_stack_all_is_adopted_and_the_others_let_go(
    world: ClusterWorld, tmp_path: Path
) -> None:
    await pulumi_engine(world, tmp_path, ROOM).declare(stack(clients=FIVE))
    before = await uids(world)
    await asyncio.to_thread(by_hand(tmp_path).remove, FIRST)
    wanted = stack(clients=FIVE[1:])
    engine = pulumi_engine(world, tmp_path, ROOM)
    assert (await engine.declare(wanted)).pruned == (client("a"),)
    assert short(tmp_path) == {FIRST: "bc", SECOND: "cde", THIRD: "-e"}  # none was known behind one that was not there
    assert await engine.declare(wanted) == Declared((), ())
    assert short(tmp_path) == {FIRST: "bc", SECOND: "de", THIRD: "-"}
    assert await uids(world) == {name: uid for name, uid in before.items() if not name.endswith(".a")}


def by_hand(folder: Path) -> Lean:
    lean = Lean(pulumi_settings(folder), folder / "kubeconfig", dict(os.environ))
    lean.open()
    return lean


async def converges(world: ClusterWorld, folder: Path, scope: str, clients: tuple[str, ...]) -> None:
    """The next process declares, another finds nothing to do, and each object is in one of Pulumi's stacks."""
    wanted = stack(clients=clients, scopes=(scope,))
    await pulumi_engine(world, folder, ROOM).declare(wanted)
    names = sorted([*(client(letter).name for letter in clients), summary().name])
    assert sorted(name.rpartition("/")[2] for name in await world.objects("fjord")) == names
    assert await pulumi_engine(world, folder, ROOM).declare(wanted) == Declared((), ())
    assert sorted(name for keys in held(folder).values() for name in keys) == names
    assert all(len(keys) <= ROOM for keys in held(folder).values())
