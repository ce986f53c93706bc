"""The order of the reviewers' statements on one subject: by what each names as `previous`, never by time or by file.

    a ── b ── d     b and c both follow a, and neither knows the other: a fork. Both are void, with all that follows
     └── c ──┘      them, until one statement (d) names both ends. Then both count again, unless they say the same kind
                    of thing: two acceptances have no order, so both stay void, and d says which it is.

Three things are so on purpose. A revocation counts in a fork too, and forks nothing: it only narrows, and must not be
silenced by writing something beside it. A statement that does not count is still a link of the chain, since later ones
may name it; it takes part in no fork. A link that is not there may have been a revocation or a rejection, so without
it nothing after the break is believed, nor before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sluse.gate.record import Record
from sluse.gate.verdict import Reason
from sluse.model.names import Digest
from sluse.model.outcome import Party
from sluse.model.statement import StatementType, Verdict
from sluse.words.said import say

_EFFECT: Mapping[StatementType, str] = {
    StatementType.ACCEPTANCE: "what production is entitled to",
    StatementType.ROLLBACK: "what production is entitled to",
    StatementType.RETIREMENT: "what production is entitled to",
    StatementType.PLAN: "the plan",
    StatementType.ORGANISATION: "the organisation",
}
"""Of statements with one effect the last counts, so each must have its place."""


MOST = 200
"""Statements on one subject, counting or not. Who follows whom costs the square of it, and anybody may write a file."""


@dataclass(frozen=True)
class Chain:
    """`counted` in their order; `void` says of every other why not; `broken` is why nothing is believed at all.

    `revoked` has the ids that a counting revocation names, `expired` those past their time: such a statement did count
    and has its place, so that what it replaced does not come back.
    """

    counted: tuple[Record, ...] = ()
    void: tuple[tuple[Record, Reason], ...] = ()
    revoked: frozenset[Digest] = frozenset()
    expired: frozenset[Digest] = frozenset()
    broken: Reason | None = None
    _before: Mapping[Digest, frozenset[Digest]] = field(default_factory=dict)

    def comes_before(self, earlier: str, later: str) -> bool:
        """Tell whether one statement is among those that another follows."""
        return earlier in self._before.get(Digest(later), ())

    def holds(self, statement: str) -> bool:
        """Tell whether a statement is in the tree, counting or not."""
        return statement in self._before

    def withdrawn(self, record: Record) -> Reason | None:
        """Return why a statement that has its place no longer counts."""
        if record.id in self.revoked:
            return Reason("Revoked", say("{record} was revoked", record=record.named), Party.REVIEWER)
        if record.id in self.expired:
            return Reason("Expired", say("{record} has expired", record=record.named), Party.REVIEWER)
        return None

    def in_force(self, kind: StatementType) -> Iterator[Record]:
        """Yield the statements of a type that count now, in order."""
        for record in self.counted:
            if record.statement.type is kind and self.withdrawn(record) is None:
                yield record


def order(records: Iterable[Record], flaws: Mapping[Digest, Reason], at: datetime) -> Chain:
    """Return the chain of one subject's records at a moment. `flaws`: why a statement counts for nothing at all."""
    present = {record.id: record for record in records}
    if len(present) > MOST:
        return Chain(broken=_too_long(next(iter(present.values())), len(present)))
    before = ancestors(present)
    void: dict[Digest, Reason] = {each: flaws[each] for each in present if each in flaws}
    void |= {record.id: Reason("FromTheFuture", say("{record} is of a later time", record=record.named), Party.REVIEWER) for record in present.values() if record.statement.issued_at > at and record.id not in void}  # fmt: skip
    void |= {each.id: reason for each in present.values() if each.id not in void and (reason := _backdated(each, present))}  # fmt: skip
    fit = {each: record for each, record in present.items() if each not in void}
    broken = _broken(fit.values(), before, present)
    void |= _forked(fit, before)
    counted = _in_order([record for each, record in fit.items() if each not in void], before, fit)
    expired = frozenset(each.id for each in counted if _expired(each, at))
    return Chain(
        () if broken else tuple(counted),
        tuple((present[each], reason) for each, reason in void.items()),
        _revoked([each for each in counted if each.id not in expired]),
        expired,
        broken,
        before,
    )


def ancestors(present: Mapping[Digest, Record]) -> dict[Digest, frozenset[Digest]]:
    """Return all statements that each follows, present or not. An id is a hash, so there is no circle."""
    found: dict[Digest, frozenset[Digest]] = {}
    for start in present:
        stack = [start]
        while stack:
            here = stack[-1]
            previous = [Digest(each) for each in present[here].statement.previous]
            missing = [each for each in previous if each in present and each not in found]
            if missing:
                stack.extend(missing)
                continue
            found[here] = frozenset(previous).union(*(found[each] for each in previous if each in present))
            stack.pop()
    return found


def _in_order(
    records: list[Record], before: Mapping[Digest, frozenset[Digest]], fit: Collection[Digest]
) -> list[Record]:
    """Sort by how many each follows; those side by side in a mended fork by time, which decides nothing."""
    return sorted(records, key=lambda each: (len(before[each.id].intersection(fit)), each.statement.issued_at, each.id))


def _backdated(record: Record, present: Mapping[Digest, Record]) -> Reason | None:
    earlier = [present[Digest(each)] for each in record.statement.previous if each in present]
    if all(each.statement.issued_at <= record.statement.issued_at for each in earlier):
        return None
    return Reason(
        "Backdated", say("{record} claims to be older than what it follows", record=record.named), Party.REVIEWER
    )


def _broken(
    fit: Iterable[Record], before: Mapping[Digest, frozenset[Digest]], present: Mapping[Digest, Record]
) -> Reason | None:
    for record in fit:
        lost = sorted(each for each in before[record.id] if each not in present)
        if lost:
            message = say(
                "{record} follows the statement {statement}, which is not in the tree: restore its file",
                record=record.named,
                statement=lost[0][:12],
            )
            return Reason("ChainBroken", message, Party.REVIEWER)
    return None


def _forked(fit: Mapping[Digest, Record], before: Mapping[Digest, frozenset[Digest]]) -> dict[Digest, Reason]:
    """Return what a fork makes void. The latest are judged first: who mends a fork must not be in one."""
    linear = {each: record for each, record in fit.items() if record.statement.type is not StatementType.REVOCATION}
    places = {each: len(before[each].intersection(linear)) for each in linear}
    if len(set(places.values())) == len(linear):
        return {}  # each has its own place, as nearly always
    void: dict[Digest, Reason] = {}
    for each in sorted(linear, key=lambda each: -places[each]):
        beside = [other for other in linear if other != each and not _comparable(each, other, before)]
        if not beside:
            continue
        record, other = linear[each], linear[beside[0]].named
        mended = any(before[later].issuperset((each, *beside)) for later in linear if later not in void)
        if not mended:
            void[each] = Reason(
                "ChainForked",
                say("{record} and {other} follow the same; one must name both", record=record.named, other=other),
                Party.REVIEWER,
            )
        elif _EFFECT.get(record.statement.type) in {_EFFECT.get(linear[one].statement.type, "") for one in beside}:
            void[each] = Reason(
                "ChainForked",
                say("{record} and {other} follow the same and have no order", record=record.named, other=other),
                Party.REVIEWER,
            )
    return void


def _comparable(one: Digest, other: Digest, before: Mapping[Digest, frozenset[Digest]]) -> bool:
    return one in before[other] or other in before[one]


def _revoked(counted: Iterable[Record]) -> frozenset[Digest]:
    """Return what is revoked by those that are not revoked themselves. Who revokes knows the other's hash: no circle."""
    named = {
        each.id: Digest(each.statement.revokes)
        for each in counted
        if each.statement.type is StatementType.REVOCATION
        and each.statement.verdict is Verdict.APPROVED
        and each.statement.revokes is not None
    }

    def stands(revocation: Digest) -> bool:
        return not any(stands(later) for later, revoked in named.items() if revoked == revocation)

    return frozenset(revoked for each, revoked in named.items() if stands(each))


def _too_long(record: Record, count: int) -> Reason:
    message = say(
        "there are {count} statements on {subject}, and at most {most} are weighed: remove those that do not count",
        count=count,
        subject=record.statement.subject,
        most=MOST,
    )
    return Reason("ChainBroken", message, Party.REVIEWER)


def _expired(record: Record, at: datetime) -> bool:
    expires = record.statement.expires
    return expires is not None and expires <= at
