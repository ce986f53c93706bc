"""What production may become, told again in the plainest words that are right: the reference for the laws of the gate.

It reads no tree and no signature. It is told what honestly happened, keeps it as one list, and looks at all of it each
time. No chain, no digest, no table, no memory: whoever changes the gate should not need to change this.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

Frozen = tuple[datetime, datetime]


@dataclass(frozen=True)
class Happened:
    """What somebody with the right to do so decided. `number` is for revocations; `of` is whatever it is about."""

    number: int
    what: str
    at: datetime
    of: object = None
    opens: datetime | None = None


@dataclass
class Model:
    """`allowed` is the answer: the content that production may be brought to, and from when it may be used."""

    events: list[Happened] = field(default_factory=list)

    def note(self, what: str, at: datetime, of: object = None, opens: datetime | None = None) -> Happened:
        event = Happened(len(self.events), what, at, of, opens)
        self.events.append(event)
        return event

    def allowed(self, at: datetime, head_plan: datetime) -> tuple[object, datetime] | None:
        past = [each for each in self.events if each.at <= at]
        revoked = {each.of for each in past if each.what == "revoke"}
        plans = [each for each in past if each.what in {"plan", "no plan"}]
        if not plans or plans[-1].what == "no plan" or plans[-1].number in revoked or plans[-1].opens is None:
            return None
        said = [
            each for each in past
            if each.what in {"accept", "roll back"} or (each.what == "retire" and each.number not in revoked)
        ]  # fmt: skip
        if not said or said[-1].what == "retire" or said[-1].number in revoked:
            return None
        last = said[-1]
        origin = last
        if last.what == "roll back":
            earlier = [each for each in past[: past.index(last)] if each.what == "accept" and each.of == last.of]
            earlier = [each for each in earlier if each.number not in revoked]
            if not earlier:
                return None
            origin = earlier[0]
        moments = [plans[-1].opens, head_plan, *([origin.opens] if origin.opens else [])]
        return last.of, max(moments)

    def retired(self, at: datetime) -> Happened | None:
        past = [each for each in self.events if each.at <= at]
        revoked = {each.of for each in past if each.what == "revoke"}
        said = [each for each in past if each.what in {"accept", "roll back", "retire"} and not (each.what == "retire" and each.number in revoked)]  # fmt: skip
        return said[-1] if said and said[-1].what == "retire" else None


def is_frozen(frozen: list[Frozen], at: datetime) -> bool:
    return any(start <= at < end for start, end in frozen)
