"""The election: what one candidate knows of the Lease and its own clock, and what it does next. Pure.

As in client-go, no two machines' clocks are ever compared. A candidate measures by its own how long it has seen one
and the same version of the Lease; only after the whole duration that its holder promised does it take over. The
holder counts from the moment at which it *asked* for its last renewal: that lies before the write, and the write
before any sight of it, so its leadership ends `duration - renew` seconds before anybody may take over. That margin
is for clocks that run unequally fast and for requests that are under way.

Every write is guarded by the version that was seen, so of two who take over at once one is refused. A write without an
answer may have been carried out: what is on the server is then read before anything else is believed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

NOBODY = ""


@dataclass(frozen=True)
class Terms:
    """Seconds. `duration`: how long others wait; `renew`: how long a holder leads on one renewal; `retry`: between tries."""

    duration: float
    renew: float
    retry: float

    @property
    def patience(self) -> float:
        """The longest that one request may take: with a slower server no renewal would come in time anyway."""
        return self.renew / 2


@dataclass(frozen=True)
class Record:
    """What a Lease says. `version` is the server's, and differs after every write; `renewed` is for people's eyes."""

    holder: str
    duration: float
    renewed: datetime
    acquired: datetime
    transitions: int
    version: str = ""


@dataclass(frozen=True)
class Read:
    """Ask what the Lease says."""


@dataclass(frozen=True)
class Write:
    """Write ourselves as the holder, over what was seen; None: create it."""

    over: Record | None


@dataclass(frozen=True)
class Pause:
    """Do nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Lost:
    """Lead no more; the process ends."""

    why: str


Step = Read | Write | Pause | Lost


@dataclass(frozen=True)
class Candidate:
    """One candidate's knowledge; moments are its own clock's.

    `since`: when the present version was first seen. `sure`: no write of ours has gone unanswered since. `leads_until`:
    never, unless it leads or led. `not_before`: when the next request is due.
    """

    me: str
    terms: Terms
    seen: Record | None = None
    since: float = 0.0
    sure: bool = False
    leads_until: float = -math.inf
    not_before: float = -math.inf

    @property
    def led(self) -> bool:
        """Whether it leads, or led before."""
        return self.leads_until > -math.inf

    def step(self, now: float) -> Step:
        """Return what to do now."""
        if self.led:
            return self._hold(now)
        if self.sure and self._free(now):
            return Write(self.seen)
        if now < self.not_before:
            return Pause(self._until_something(now))
        return Read()

    def read(self, found: Record | None, *, now: float) -> Candidate:
        """Take an answer to Read that came at `now`."""
        same = self.seen is not None and found is not None and self.seen.version == found.version
        due = now if self.led else now + self.terms.retry
        return replace(self, seen=found, since=self.since if same else now, sure=True, not_before=due)

    def written(self, record: Record, *, asked: float) -> Candidate:
        """Take the answer that our write, asked for at `asked`, was carried out."""
        until, due = asked + self.terms.renew, asked + self.terms.retry
        return replace(self, seen=record, since=asked, sure=True, leads_until=until, not_before=due)

    def refused(self, *, now: float) -> Candidate:
        """Take the answer that the Lease is not as we saw it: somebody wrote, perhaps ourselves."""
        return replace(self, sure=False, not_before=now)

    def unanswered(self, *, now: float) -> Candidate:
        """Take it that no answer came, or that the server could not."""
        return replace(self, sure=False, not_before=now + self.terms.retry)

    def _hold(self, now: float) -> Step:
        if now >= self.leads_until:
            return Lost(f"it was not renewed for {self.terms.renew:g} s")
        if self.sure and (self.seen is None or self.seen.holder != self.me):
            return Lost(f"{self.seen.holder or 'nobody'} holds it now" if self.seen else "somebody deleted it")
        if now < self.not_before:
            return Pause(min(self.not_before, self.leads_until) - now)
        return Write(self.seen) if self.sure else Read()

    def _free(self, now: float) -> bool:
        if self.seen is None or self.seen.holder in {NOBODY, self.me}:
            return True
        return now >= self.since + self.seen.duration

    def _until_something(self, now: float) -> float:
        if self.sure and self.seen is not None:
            return min(self.not_before, self.since + self.seen.duration) - now
        return self.not_before - now


def claim(me: str, terms: Terms, over: Record | None, at: datetime) -> Record:
    """Return the Lease with us as its holder.

    `at` is whatever our wall clock says, and nothing rests on it; but it must differ from what stands there, for a
    write that changes nothing gets no new version, and looks like none.
    """
    if over is None:
        return Record(me, terms.duration, at, at, 0)
    at = max(at, over.renewed + timedelta(microseconds=1))
    if over.holder == me:
        return Record(me, terms.duration, at, over.acquired, over.transitions, over.version)
    return Record(me, terms.duration, at, at, over.transitions + 1, over.version)


def release(held: Record) -> Record:
    """Return the Lease with no holder, so that the next one need not wait."""
    return replace(held, holder=NOBODY, duration=1, renewed=held.renewed + timedelta(microseconds=1))
