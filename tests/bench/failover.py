"""How long nobody leads, after each way in which a leader can end, with the terms that everybody has.

Two replicas, processes of their own. A change is merged when the leader ends; the second figure is when the authority
has it, by the replica that leads then.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import converge
import fresh
import generated
import real
from figures import Figure, Sample, progress
from sluse.model.settings import LeadershipSettings, Settings
from standing import CLIENT, TEST, Standing, standing

KILLS, OTHERS = 10, 5
_ORGANISATIONS, _EACH = 20, 5


@dataclass
class Replica:
    """One process on a cache folder of its own."""

    place: Standing
    folder: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it, with an empty log."""
        self.folder.mkdir(exist_ok=True)
        settings = Settings.model_validate_json(self.place.sandbox.settings(TEST).read_text())
        remote = settings.remote.model_copy(update={"cache": self.folder / "cache"})
        path = self.folder / "settings.json"
        path.write_text(settings.model_copy(update={"remote": remote}).model_dump_json(by_alias=True))
        words = [sys.executable, "-m", "sluse", "run", "--settings", str(path)]
        with (self.folder / "log").open("wb") as log:
            environment = {"PATH": os.environ.get("PATH", os.defpath)}
            self.process = subprocess.Popen(words, stdout=log, stderr=log, env=environment)

    def says(self, words: str) -> bool:
        """Tell whether a line of its log ends so."""
        return any(line.endswith(words) for line in (self.folder / "log").read_text().splitlines())

    def end(self, sign: signal.Signals) -> float:
        """Send a signal; return the moment."""
        begin = time.perf_counter()
        self.process.send_signal(sign)
        self.process.wait()
        return begin


def measure() -> Iterator[Figure]:
    with standing(_ORGANISATIONS, _EACH) as place:
        yield from _measured(place)


def measure_real() -> Iterator[Figure]:
    """Measure the same on a real API server, where there is one."""
    binaries = real.there()
    if binaries is not None:
        with real.standing_on(binaries, _ORGANISATIONS, _EACH) as place:
            yield from _measured(place)


def _measured(place: Standing) -> Iterator[Figure]:
    terms = LeadershipSettings()
    said = f"terms {terms.duration}/{terms.renew}/{terms.retry} s"
    with _two(place) as (one, two):
        killed = [_round(place, one, two, number, signal.SIGKILL) for number in range(KILLS)]
        asked = [_round(place, one, two, KILLS + number, signal.SIGTERM) for number in range(OTHERS)]
        again = [_round(place, one, two, KILLS + OTHERS + number, None) for number in range(OTHERS)]
    for what, rounds in (("killed", killed), ("asked to end", asked), ("killed, started again in its place", again)):
        leads, done = (Sample(tuple(values)) for values in zip(*rounds, strict=True))
        yield Figure(f"{what}: until one leads", leads, note=f"{said}; most {max(leads.values):.2f}")
        yield Figure("... and has registered a change", done, note=f"most {max(done.values):.2f}")


@contextlib.contextmanager
def _two(place: Standing) -> Iterator[tuple[Replica, Replica]]:
    fresh.filled(place)
    place.stop()
    one, two = (Replica(place, place.sandbox.directory / name) for name in ("one", "two"))
    try:
        for replica in (one, two):
            replica.start()
            place.process = replica.process
            place.until(lambda: replica.says(" leads"))  # noqa: B023 - it is called before the next round
        yield one, two
    finally:
        for replica in (one, two):
            replica.process.kill()
            replica.process.wait()
        place.process = None


def _round(
    place: Standing, one: Replica, two: Replica, number: int, sign: signal.Signals | None
) -> tuple[float, float]:
    """End who leads, by a signal (None: kill it and start it again); return the seconds until one leads, and works."""
    progress(f"round {number + 1}")
    leader, other = (one, two) if _leads(one) else (two, one)
    _merge(place, number + 1)
    before = place.authority.requests.count("PUT", CLIENT, 200)
    begin = leader.end(sign or signal.SIGKILL)
    if sign is None:
        leader.start()
    follower = other if sign else leader
    place.process = follower.process
    converge.ask(place)
    leads = place.until(lambda: _leads(follower)) - begin
    done = place.until(lambda: place.authority.requests.count("PUT", CLIENT, 200) > before) - begin
    if sign is not None:
        leader.start()
        place.until(lambda: leader.says(" leads"))
    return leads, done


def _merge(place: Standing, herid: int) -> None:
    """Merge a change of one client: the value of one claim."""
    slug, number = generated.slug(0), generated.number_of(0)
    place.clone.write(generated.document_path(slug, 1), generated.document(slug, 1, number, herid=herid))
    place.push(f"Change {herid}")


def _leads(replica: Replica) -> bool:
    lines = (replica.folder / "log").read_text().splitlines()
    return any(line.endswith(" leads") and "stands by" not in line for line in lines)
