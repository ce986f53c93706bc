"""The engine `pulumi` alone: the real CLI and provider, where they are on PATH, against the sandbox's Kubernetes API.

Beside: the embedded engine doing the same. What of an update is Pulumi's, and where in it the time goes, is told by when
the CLI asks for the program, begins with the first object, is done with the last, and ends.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from pulumi import automation

from figures import Beside, Figure, Sample, once, progress
from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.engine import Engine
from sluse.desired.stack import Stack, object_key
from sluse.leadership.fence import ever_open
from sluse.sandbox.tls import issue
from sluse_stacks import objects
from sluse_stacks.engine import opened
from sluse_stacks.engine.lean import Lean
from sluse_stacks.engine.state import read, targets
from worlds.cluster import ClusterWorld, cluster_world
from worlds.engines import PROGRAMS, missing, pulumi_settings
from worlds.stacks import client, stack

Opened = Callable[[], AbstractAsyncContextManager[Engine]]
Rows = defaultdict[str, dict[str, list[float]]]

OLD, NEW = "nhn:pit/api.read", "nhn:msh/api"
NINE = tuple("abcdefghi")  # and a summary: a stack of ten objects
_REPETITIONS = 5
_MANY = 100
_BAR = 5.0  # a merged change, of which an update is the longest part

_MADE = "a stack of 10 from nothing, a process' first"
_FIRST = "one object changed, a process' first"
_CHANGED = "one object changed"
_PREVIEWED = "one object's change previewed"
_NOTHING = "nothing changed: no CLI starts"


def measure() -> Iterator[Figure]:
    if there():
        yield from asyncio.run(_measured())


def there() -> bool:
    """Tell whether the CLI and its provider can be run here; a line says so where they cannot."""
    if missing():
        progress(f"not measured: {' and '.join(PROGRAMS)} are not on PATH")
    return not missing()


async def _measured() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="sluse-bench-pulumi-") as temporary:
        folder = Path(temporary)
        async with cluster_world(issue(folder)) as world:
            return [*await _one(world, folder), *await _phases(world, folder), *await _hundred(world, folder)]


async def _one(world: ClusterWorld, folder: Path) -> list[Figure]:
    """Measure a stack of ten, by turns in both engines."""
    rows: Rows = defaultdict(lambda: defaultdict(list))
    for number in range(_REPETITIONS):
        for side, start in (("pulumi", _pulumi(world, folder)), ("embedded", _embedded(world))):
            progress(f"one stack, {side}, {number + 1} of {_REPETITIONS}")
            slug = f"{side}-{number}"
            async with start() as engine:
                rows[_MADE][side].append(await _timed(engine.declare(_ten(slug, OLD))))
            async with start() as engine:
                rows[_FIRST][side].append(await _timed(engine.declare(_ten(slug, NEW))))
                rows[_CHANGED][side].append(await _timed(engine.declare(_ten(slug, OLD))))
                rows[_NOTHING][side].append(await _timed(engine.declare(_ten(slug, OLD))))
                rows[_PREVIEWED][side].append(await _timed(engine.preview(_ten(slug, NEW))))
    bars = {_CHANGED: _BAR, _FIRST: _BAR}
    return [
        Figure(
            what,
            Sample(tuple(sides["pulumi"])),
            bar=bars.get(what),
            beside=Beside("embedded", Sample(tuple(sides["embedded"]))),
        )
        for what, sides in rows.items()
    ]


async def _phases(world: ClusterWorld, folder: Path) -> list[Figure]:
    """Measure where the time of one object's change goes, all of which but running the program is Pulumi's."""
    progress("where the time goes")
    lean = Lean(pulumi_settings(folder), world.kubeconfig(folder / "kubeconfig"), dict(os.environ))
    phases = defaultdict(list)
    for number in range(_REPETITIONS):
        name = f"test.pulumi-{number}"
        for what, seconds in (await asyncio.to_thread(_update, lean, name, number)).items():
            phases[what].append(seconds)
    return [Figure(f"... {what}", Sample(tuple(values))) for what, values in phases.items()]


def _update(lean: Lean, name: str, number: int) -> dict[str, float]:
    """Change one object, and return the seconds of each phase."""
    lean.open()
    began = time.perf_counter()
    state = read(lean.export(name))
    exported = time.perf_counter()
    (manifest,) = [
        each for each in _ten(f"pulumi-{number}", NEW).resources if object_key(each) == client("a", f"pulumi-{number}")
    ]
    moments: list[float] = []

    def program() -> None:
        moments.append(time.perf_counter())
        objects.declare([manifest])
        moments.append(time.perf_counter())

    def heard(event: automation.EngineEvent) -> None:
        of_ours = event.resource_pre_event or event.res_outputs_event
        if of_ours is not None and client("a", f"pulumi-{number}").name in of_ours.metadata.urn:
            moments.append(time.perf_counter())

    asked = time.perf_counter()
    lean.up(name, program, targets=targets(name, state, [object_key(manifest)]), refresh=False, on_event=heard)
    ended = time.perf_counter()
    program_begins, program_ends, object_begins, object_ends = moments[0], moments[1], moments[2], moments[-1]
    return {
        "the CLI reads the state once (its start is most of it)": exported - began,
        "an update: the CLI starts, reads the state, asks for the program": program_begins - asked,
        "... the program is run (ours)": program_ends - program_begins,
        "... the provider starts and compares, until the object is begun": object_begins - program_ends,
        "... the object is written": object_ends - object_begins,
        "... the state is written, provider and CLI end": ended - object_ends,
    }


async def _hundred(world: ClusterWorld, folder: Path) -> list[Figure]:
    """Measure a hundred stacks of ten, as many at once as the settings say, and a change in the midst of them."""
    progress(f"{_MANY} stacks")
    took, changed = {}, []
    for side, start in (("pulumi", _pulumi(world, folder)), ("embedded", _embedded(world))):
        async with start() as engine:
            every = [engine.declare(_ten(f"{side}-many-{number}", OLD)) for number in range(_MANY)]
            took[side] = await _timed(asyncio.gather(*every))
            if side == "pulumi":
                slugs = [f"{side}-many-{number}" for number in range(_REPETITIONS)]
                changed = [await _timed(engine.declare(_ten(slug, NEW))) for slug in slugs]
    at_once = pulumi_settings(folder).at_once
    return [
        Figure(
            f"{_MANY} stacks of 10 from nothing, {at_once} at once",
            once(took["pulumi"]),
            beside=Beside("embedded", once(took["embedded"])),
            note=f"{took['pulumi'] / _MANY:.2f} s a stack",
        ),
        Figure(f"one object changed, {_MANY} stacks present", Sample(tuple(changed)), bar=_BAR),
    ]


def _pulumi(world: ClusterWorld, folder: Path) -> Opened:
    kubeconfig = world.kubeconfig(folder / "kubeconfig")
    return lambda: opened(pulumi_settings(folder), world.operator, kubeconfig, dict(os.environ), ever_open())


def _embedded(world: ClusterWorld) -> Opened:
    return lambda: nullcontext(EmbeddedEngine(world.operator))


def _ten(slug: str, scope: str) -> Stack:
    """Return a stack of ten objects, of which one has `scope`."""
    others, one = stack(slug, NINE, scopes=(OLD,)), client("a", slug)
    (changed,) = [each for each in stack(slug, NINE, scopes=(scope,)).resources if object_key(each) == one]
    return replace(others, resources=tuple(changed if object_key(each) == one else each for each in others.resources))


async def _timed(work: Awaitable[object]) -> float:
    begin = time.perf_counter()
    await work
    return time.perf_counter() - begin
