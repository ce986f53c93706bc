"""Candidates, a Lease on a server, and real time that none of them knows: the world of the election's laws.

Each candidate's clock begins anywhere and runs a little too fast or too slow. Each may stand still for as long as it
likes, and each request takes its time on the way there and on the way back, or its answer never comes.
"""

from __future__ import annotations

import heapq
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from sluse.leadership.election import Candidate, Lost, Pause, Read, Record, Terms, Write, claim

TERMS = Terms(duration=8, renew=5, retry=1)
QUICK = 0.05  # seconds
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


@dataclass
class Server:
    """Holds one Lease. Every write that changes something gives it a new version; one over an old version is refused."""

    record: Record | None = None
    versions: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def write(self, record: Record) -> Record | None:
        """Return what stands now; None where it was refused."""
        if record.version != (self.record.version if self.record is not None else ""):
            return None
        if self.record is None or record != self.record:
            self.record = replace(record, version=str(next(self.versions)))
        return self.record


@dataclass(eq=False)
class Player:
    """One process. `offset` and `rate` are its clock's; `incarnation` counts its restarts, each with a name of its own."""

    name: str
    offset: float
    rate: float
    candidate: Candidate = field(init=False)
    incarnation: int = 0

    def __post_init__(self) -> None:
        self.candidate = Candidate(self.name, TERMS)

    def clock(self, real: float) -> float:
        return self.offset + self.rate * real

    def believes(self, real: float) -> bool:
        """Whether a write would pass its fence at this moment."""
        return self.clock(real) < self.candidate.leads_until

    def restart(self) -> None:
        self.incarnation += 1
        self.candidate = Candidate(f"{self.name}.{self.incarnation}", TERMS)


@dataclass
class World:
    """Most things are quick; some (`slow`, a share) take up to `slowest` seconds. `lost` is the share of lost answers."""

    players: list[Player]
    chance: random.Random
    slowest: float = 0.0
    slow: float = 0.0
    lost: float = 0.0
    server: Server = field(default_factory=Server)
    real: float = 0.0
    leaders: list[tuple[float, str]] = field(default_factory=list)
    _queue: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _order: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        for player in self.players:
            self._at(self.chance.uniform(0, 2), partial(self._go_on, player))

    def kill(self, player: Player) -> None:
        """Let a process end without a word; answers that are on their way find nobody."""
        self.players.remove(player)
        player.restart()

    def run(self, until: float) -> None:
        """Let everything happen in its order; after each event look at who believes that it leads."""
        while self._queue and self._queue[0][0] <= until:
            self.real, _, event = heapq.heappop(self._queue)
            event()
            self.look()

    def look(self) -> None:
        believing = [player.candidate.me for player in self.players if player.believes(self.real)]
        assert len(believing) <= 1, f"at {self.real} two lead: {believing}"
        if believing and (not self.leaders or self.leaders[-1][1] != believing[0]):
            self.leaders.append((self.real, believing[0]))

    def _takes(self) -> float:
        return self.chance.uniform(0, self.slowest if self.chance.random() < self.slow else QUICK)

    def _at(self, delay: float, event: Callable[[], None]) -> None:
        heapq.heappush(self._queue, (self.real + delay, next(self._order), event))

    def _go_on(self, player: Player) -> None:
        """Take the next step, after standing still for a while."""
        if player in self.players:
            self._at(self._takes(), partial(self._step, player))

    def _step(self, player: Player) -> None:
        if player not in self.players:
            return
        now = player.clock(self.real)
        match player.candidate.step(now):
            case Pause(seconds=seconds):
                self._at(max(seconds, 0.001) / player.rate, partial(self._go_on, player))
            case Lost():
                player.restart()
                self._go_on(player)
            case Read():
                self._ask(player, lambda: (True, self.server.record), lambda found: self._read(player, found))
            case Write(over=over):
                wanted = claim(player.candidate.me, TERMS, over, NOON)
                self._ask(player, lambda: self._written(wanted), lambda found: self._wrote(player, found, now))

    def _written(self, wanted: Record) -> tuple[bool, Record | None]:
        written = self.server.write(wanted)
        return written is not None, written

    def _ask(
        self, player: Player, carry_out: Callable[[], tuple[bool, Record | None]], take: Callable[..., None]
    ) -> None:
        """Send a request. Where the answer is lost or late the candidate gives up, and the request may still arrive."""
        there, back, lost = self._takes(), self._takes(), self.chance.random() < self.lost
        candidate = player.candidate

        def arrive() -> None:
            well, found = carry_out()

            def answer() -> None:
                if player.candidate.me == candidate.me:
                    take(found) if well else self._refused(player)
                    self._go_on(player)

            if not lost:
                self._at(back, answer)

        def give_up() -> None:
            if player.candidate.me == candidate.me:
                player.candidate = player.candidate.unanswered(now=player.clock(self.real))
                self._go_on(player)

        self._at(there, arrive)
        if lost:
            self._at(self._takes(), give_up)

    def _read(self, player: Player, found: Record | None) -> None:
        player.candidate = player.candidate.read(found, now=player.clock(self.real))

    def _wrote(self, player: Player, found: Record, asked: float) -> None:
        player.candidate = player.candidate.written(found, asked=asked)

    def _refused(self, player: Player) -> None:
        player.candidate = player.candidate.refused(now=player.clock(self.real))
