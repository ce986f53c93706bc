"""On a real API server: from nothing, one change, a restart. Beside: the very same writes by plain aiohttp.

Both sides are the operator's service account, so both meet the same priority and fairness; what they asked is counted in
the server's own audit log. Each side has a control plane of its own, made for it. Where there is none on this machine
(`make e2e` builds one) a line says so.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import converge
import floor
import fresh
from e2e.controlplane.binaries import Binaries, NoControlPlane, find
from e2e.controlplane.control_plane import ControlPlane
from figures import Beside, Figure, Sample, once, progress
from sluse.controller.serve import LOST
from sluse.sandbox.kube.counters import Line, Requests
from standing import CLIENT, USER, Standing, standing

_CHANGES = 50
_RESTARTS = 5
_RESTED = 6.0  # seconds in which a restarted operator writes nothing


def measure(organisations: int = fresh.ORGANISATIONS, each: int = fresh.EACH) -> Iterator[Figure]:
    binaries = there()
    if binaries is not None:
        yield from _measured(binaries, organisations, each)


def measure_large(organisations: int = 2000, each: int = 5) -> Iterator[Figure]:
    """Fill 10,000 integrations and merge changes, one after the other; no floor beside it, which scales with the writes."""
    binaries = there()
    if binaries is None:
        return
    with standing_on(binaries, organisations, each) as place:
        begin = time.perf_counter()
        lost = _filled(place)
        converged = time.perf_counter() - begin
        place.quiet()
        count, filling = organisations * each, place.cpu()
        note = f"the leadership was lost {lost} times, and the process started again" if lost else ""
        yield Figure(f"{count} integrations x 2 objects, from process start to converged", once(converged), note=note)
        yield Figure("... processor of the process", once(filling))
        yield Figure("... requests per object", once(_asked(place) / count / 2), "")
        progress("changes")
        changed = tuple(converge.changes(place, _CHANGES))
        yield Figure(
            f"a merged change, {count} present",
            Sample(changed),
            bar=1.0,
            note=f"p95 {statistics.quantiles(changed, n=20)[-1]:.2f} s of {len(changed)}",
        )
        spent = (place.cpu() - filling) / len(changed)
        yield Figure("... processor for each change and its publication", once(spent))
        yield Figure("... most memory of the operator", once(place.resident()[1]), "MiB")


def _filled(place: Standing) -> int:
    """Start, and start again whoever lost the leadership, as a Deployment does; return how often that was."""
    for lost in itertools.count():
        place.start()
        assert place.process is not None
        try:
            place.until(place.converged)
        except RuntimeError:
            if place.process.poll() != LOST:
                raise
            progress("the leadership was lost")
        else:
            return lost
    raise AssertionError("it counts for ever")


def there() -> Binaries | None:
    """Return the control plane's binaries; None, and a line that says so, where there are none."""
    try:
        binaries = find()
    except NoControlPlane as missing:
        progress(f"not measured: {missing}")
        return None
    if binaries is None:
        progress("not measured: no kube-apiserver here; `make e2e` builds one")
    return binaries


def _measured(binaries: Binaries, organisations: int, each: int) -> Iterator[Figure]:
    progress("the operator")
    changes = min(_CHANGES, organisations - converge.FIRST - _RESTARTS - 1)
    with standing_on(binaries, organisations, each) as place:
        begin = time.perf_counter()
        place.start()
        began = place.until(place.wrote) - begin
        converged = place.until(place.converged) - begin
        published = place.quiet() - begin
        cpu, asked, left = place.cpu(), _asked(place), floor.left_by(place)
        progress("one change")
        changed = tuple(converge.changes(place, changes))
        change_alone = tuple(floor.changes(place, converge.REPETITIONS))
        most = place.resident()[1]
        progress("a restart")
        restarted = _restarted(place, changes + 1)
    progress("the floor")
    with standing_on(binaries, 1, 1) as empty:  # a remote needs a commit; no operator reads it
        wall, floor_cpu = floor.everything(empty, left)
        floor_asked = _asked(empty)
    count = organisations * each
    yield Figure(
        f"{count} integrations x 2 objects, from process start to converged",
        once(converged),
        bar=60,
        beside=Beside("the same writes, plain aiohttp", once(wall)),
        note="a process' start and the reading of git are in it",
    )
    yield Figure("... from its first write", once(converged - began), beside=Beside("", once(wall), bar=1.3))
    yield Figure("... until all is published", once(published))
    yield Figure("... processor of the process", once(cpu), beside=Beside("", once(floor_cpu)))
    yield Figure("requests per object", once(asked / count / 2), "", beside=Beside("", once(floor_asked / count / 2)))
    alone = Sample(change_alone)
    yield Figure(
        f"a merged change, {count} present",
        Sample(changed),
        bar=1.0,
        beside=Beside("PUT + status PATCH, plain aiohttp", alone),
        note=f"p95 {statistics.quantiles(changed, n=20)[-1]:.2f} s of {changes}",
    )
    yield Figure("most memory of the operator", once(most), "MiB", bar=250)
    yield from restarted


def _restarted(place: Standing, change: int) -> tuple[Figure, ...]:
    """Nothing is written where nothing changed; then a change that was merged meanwhile."""
    place.stop()
    before = place.writes()
    place.start()
    place.quiet(_RESTED)
    written = (place.writes() - before).total()
    took, cpu = [], []
    for number in range(change, change + _RESTARTS):
        place.stop()
        converge.merge(place, number)
        puts = place.authority.requests.count("PUT", CLIENT, 200)
        begin = time.perf_counter()
        place.start()
        took.append(place.until(lambda: place.authority.requests.count("PUT", CLIENT, 200) > puts) - begin)  # noqa: B023
        cpu.append(place.cpu())
        place.quiet()
    return (
        Figure("writes at a restart with nothing changed", once(written), "", bar=0),
        Figure("a restart, until a change merged meanwhile is at the authority", Sample(tuple(took)), bar=3.0),
        Figure("... processor of the process until then", Sample(tuple(cpu))),
    )


@contextlib.contextmanager
def standing_on(binaries: Binaries, organisations: int, each: int) -> Iterator[Standing]:
    """Yield what `standing` does, on a control plane made for it."""
    with (
        tempfile.TemporaryDirectory(prefix="sluse-bench-plane-") as directory,
        ControlPlane(binaries, Path(directory)) as plane,
        standing(organisations, each, plane.kubeconfig(), _told(plane.audit)) as place,
    ):
        yield place


def _asked(place: Standing) -> int:
    """Return how many requests the operator's account made, but for the signs of life of who leads."""
    lines = place.requests().snapshot().items()
    return sum(times for line, times in lines if line.username == USER and line.resource != "leases")


def _told(audit: Path) -> Callable[[], Requests]:
    """Return what counts the requests that a server's audit log tells; it reads on from where it was."""
    requests, log = Requests(), audit.open(encoding="utf-8")
    rest = ""

    def read() -> Requests:
        nonlocal rest
        *whole, rest = (rest + log.read()).split("\n")
        for event in map(json.loads, whole):
            if event["stage"] == "ResponseComplete" and "objectRef" in event:
                what, code = event["objectRef"], event["responseStatus"]["code"]
                line = Line(
                    event["verb"],
                    what.get("resource", ""),
                    what.get("subresource", ""),
                    code,
                    event["user"]["username"],
                )
                requests.add(line)
        return requests

    return read
