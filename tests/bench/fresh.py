"""1,000 integrations of 200 organisations from nothing. Beside: the raw floor, the very same writes by plain aiohttp.

The floor repeats in a second, equal sandbox what the operator left in the first. The bar of 1.3 is meant for a real
API server, where each write costs more; the sandbox, which answers fast, makes any operator look worse.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import floor
from figures import Beside, Figure, Sample, progress
from standing import Standing, standing

ORGANISATIONS, EACH = 200, 5
_REPETITIONS = 2


def measure() -> Iterator[Figure]:
    ours: list[float] = []
    published: list[float] = []
    theirs: list[float] = []
    most: list[float] = []
    for repetition in range(_REPETITIONS):
        progress(f"the operator, {repetition + 1} of {_REPETITIONS}")
        with standing(ORGANISATIONS, EACH) as place:
            begin = time.perf_counter()
            place.start()
            ours.append(place.until(place.converged) - begin)
            published.append(place.quiet() - begin)
            most.append(place.resident()[1])
            left = floor.left_by(place)
        progress(f"the floor, {repetition + 1} of {_REPETITIONS}")
        with standing(1, 1) as empty:  # a remote needs a commit; no operator reads it
            theirs.append(floor.everything(empty, left))
    beside = Beside("the same writes, plain aiohttp", Sample(tuple(theirs)), bar=1.3)
    clients = ORGANISATIONS * EACH
    note = "sandbox's API, process start included; the bar of the ratio is for a real API server"
    yield Figure(
        f"{clients} clients, from process start to converged", Sample(tuple(ours)), bar=60, beside=beside, note=note
    )
    yield Figure("... until all is published and nothing is written any more", Sample(tuple(published)))
    yield Figure("most memory of the operator", Sample(tuple(most)), unit="MiB", bar=250)


def filled(place: Standing) -> float:
    """Start the operator and wait until everything is converged and published; return seconds to converged."""
    begin = time.perf_counter()
    place.start()
    converged = place.until(place.converged)
    place.quiet()
    return converged - begin
