"""1,000 integrations of 200 organisations from nothing. Beside: the raw floor, the very same writes by plain aiohttp.

The floor repeats in a second, equal sandbox what the operator left in the first. The bar of 1.3 is meant for a real
API server, where each write costs more; the sandbox, which answers fast, makes any operator look worse.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import floor
from figures import Beside, Figure, Sample, progress
from standing import Standing, standing

ORGANISATIONS, EACH = 200, 5
_REPETITIONS = 2


@dataclass
class _Sides:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure() -> Iterator[Figure]:
    ours, theirs = _Sides(), _Sides()
    published: list[float] = []
    most: list[float] = []
    for repetition in range(_REPETITIONS):
        progress(f"the operator, {repetition + 1} of {_REPETITIONS}")
        with standing(ORGANISATIONS, EACH) as place:
            begin = time.perf_counter()
            place.start()
            ours.wall.append(place.until(place.converged) - begin)
            published.append(place.quiet() - begin)
            ours.cpu.append(place.cpu())
            most.append(place.resident()[1])
            left = floor.left_by(place)
        progress(f"the floor, {repetition + 1} of {_REPETITIONS}")
        with standing(1, 1) as empty:  # a remote needs a commit; no operator reads it
            wall, cpu = floor.everything(empty, left)
        theirs.wall.append(wall)
        theirs.cpu.append(cpu)
    yield Figure(
        f"{ORGANISATIONS * EACH} clients, from process start to converged",
        _sample(ours.wall),
        bar=60,
        beside=Beside("the same writes, plain aiohttp", _sample(theirs.wall), bar=1.3),
        note="the sandbox answers; the bar of the ratio is for a real API server",
    )
    yield Figure(
        "... processor of the process, to the last write", _sample(ours.cpu), beside=Beside("", _sample(theirs.cpu))
    )
    yield Figure("... until all is published", _sample(published))
    yield Figure("most memory of the operator", _sample(most), unit="MiB", bar=250)


def _sample(values: list[float]) -> Sample:
    return Sample(tuple(values))


def filled(place: Standing) -> float:
    """Start the operator and wait until everything is converged and published; return seconds to converged."""
    begin = time.perf_counter()
    place.start()
    converged = place.until(place.converged)
    place.quiet()
    return converged - begin
