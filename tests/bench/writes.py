"""How much is written: per create, per change, at a restart, and while nothing changes. Counted where it arrives."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator

import converge
import fresh
from figures import Figure, once, progress
from standing import CLIENT, Standing, standing

_ORGANISATIONS, _EACH = 200, 5


def measure() -> Iterator[Figure]:
    with standing(_ORGANISATIONS, _EACH) as place:
        progress("from nothing")
        fresh.filled(place)
        yield from _created(place.writes(), place.clients)
        progress("nothing changes: asked to sync, then restarted")
        # The one write is Kopf's: that the annotation has been dealt with.
        yield _nothing(place, "writes at a sync asked for by annotation", 1, lambda: converge.ask(place))
        place.stop()
        yield _nothing(place, "writes at a restart with nothing changed", 0, place.start)
        progress("one change")
        before = place.writes()
        (_, *_) = converge.changes(place, 1)
        changed = place.writes() - before
        yield Figure("writes per changed client", once(changed.total()), "", note=_told(changed))
        progress("restart with a change waiting")
        yield _restart(place)


def _created(counts: Counter[str], clients: int) -> Iterator[Figure]:
    for what, bar in (
        ("helseidclients", 1.0),
        ("helseidclients/status", 1.0),
        ("secrets", 1.0),
        ("authority POST", 1.0),
        ("authority PUT", 1.0),
        ("integrations", 1.0),
        ("integrations/status", None),
    ):
        yield Figure(f"{what} per create", once(counts[what] / clients), "", bar=bar)
    ledger = (counts["configmaps"] - _ORGANISATIONS) / _ORGANISATIONS
    yield Figure("ledger writes per stack", once(ledger), "", bar=3.0, note="contract.md: 3 per stack and batch")
    yield Figure("commits on the status branch", once(counts["git pushes"]), "")


def _nothing(place: Standing, what: str, bar: int, act: Callable[[], object]) -> Figure:
    before = place.writes()
    act()
    place.quiet(6.0)
    written = place.writes() - before
    return Figure(what, once(written.total()), "", bar=bar, note=_told(written))


def _restart(place: Standing) -> Figure:
    place.stop()
    converge.merge(place, 50)
    before = place.authority.requests.count("PUT", CLIENT, 200)
    begin = time.perf_counter()
    place.start()
    took = place.until(lambda: place.authority.requests.count("PUT", CLIENT, 200) > before) - begin
    return Figure(
        f"restart at {place.clients}, until a change merged meanwhile is at the authority", once(took), bar=3.0
    )


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{times} {what}" for what, times in sorted(counts.items()))
