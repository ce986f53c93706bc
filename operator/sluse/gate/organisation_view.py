"""One organisation at one moment: which of its statements count, in which order, and what is bound of it.

It holds for every moment between two `instants` (a statement is made, or expires), so it is made once for all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from sluse.gate import bound, chain
from sluse.gate.bound import Bodies, Bound
from sluse.gate.chain import Chain
from sluse.gate.check import Check
from sluse.gate.record import Record
from sluse.gate.share import Register
from sluse.gate.statements import CHECKS, IN_NO_CHAIN, Ground, Stated, flaw
from sluse.gate.verdict import Reason
from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.statement import StatementType, Verdict
from sluse.model.value import Line
from sluse.words.said import say

Judged = Mapping[Digest, tuple[Stated, Reason | None]]
"""Statements by id, as they were judged, and what was found."""


@dataclass(frozen=True, eq=False)
class OrganisationView:
    """See the module's docstring. `since` and `until` bound the moments it holds for; None is without end.

    `earlier` is what an earlier view, on the same ground and by the same checks, found of its statements.
    """

    register: Register
    ground: Ground
    at: datetime
    checks: tuple[Check[Stated], ...] = CHECKS
    earlier: Judged = field(default_factory=dict)

    def holds_at(self, moment: datetime) -> bool:
        """Tell whether this is what the organisation is at another moment."""
        return (self.since is None or self.since <= moment) and (self.until is None or moment < self.until)

    @cached_property
    def since(self) -> datetime | None:
        """The last moment at which something changed."""
        return max((each for each in self._instants if each <= self.at), default=None)

    @cached_property
    def until(self) -> datetime | None:
        """The next moment at which something changes."""
        return min((each for each in self._instants if each > self.at), default=None)

    def of(self, subject: str) -> Chain:
        """Return the chain of `<organisation>` or `<organisation>.<name>`."""
        if subject not in self._linked:
            return _NOTHING
        if subject not in self._chains:
            self._chains[subject] = chain.order(self._linked[subject], self.flaws, self.at)
        return self._chains[subject]

    @cached_property
    def bindings(self) -> tuple[Bound, ...]:
        """What is bound of the organisation, oldest first."""
        return bound.bindings(self.of(self.register.share.slug), self._bodies)

    @property
    def bound(self) -> Bound | None:
        """What is bound of it now."""
        return self.bindings[-1] if self.bindings else None

    @cached_property
    def revoked(self) -> frozenset[Digest]:
        """Ids that the organisation's own chain, or one of its integrations', revokes."""
        if not any(each.statement.type is StatementType.REVOCATION for each in self.register.records.values()):
            return frozenset()  # as nearly always: no chain has to be put in order for it
        return frozenset[Digest]().union(*(self.of(subject).revoked for subject in self._linked))

    @cached_property
    def flaws(self) -> Mapping[Digest, Reason]:
        """Why a statement counts for nothing, of those for which that is so whatever the others say."""
        found = {digest: reason for digest, (_, reason) in self.judged.items() if reason is not None}
        if len(self._organisations) > chain.MOST:
            return found  # that chain is not believed at all
        own = [
            each
            for each, record in self._organisations.items()
            if each not in found
            and record.statement.type is StatementType.ORGANISATION
            and self.stated(record).by_maintainer
        ]
        return found | bound.own_changes(self._organisations, found, own, self._bodies)

    @cached_property
    def judged(self) -> Judged:
        """Every statement by itself. What was judged before is not judged again, unless it was seen at another time."""
        found: dict[Digest, tuple[Stated, Reason | None]] = {}
        for digest, record in self.register.records.items():
            before = self.earlier.get(digest)
            if before is not None and before[0].record is record and before[0].seen == self._seen(record):
                found[digest] = before
            else:
                stated = self.stated(record)
                found[digest] = stated, flaw(stated, self.checks)
        return found

    def void(self, subject: str) -> Iterator[tuple[Record, Reason]]:
        """Yield the statements on a subject that do not count, with the reason."""
        yield from self.of(subject).void
        for digest in self._misfiled.get(subject, ()):
            yield self.register.records[digest], self.flaws[digest]
        for digest in self._outside.get(subject, ()):
            record = self.register.records[digest]
            reason = self.unsound(record)
            if reason is not None:
                yield record, reason

    def outside(self, subject: str, kind: StatementType) -> Iterator[Record]:
        """Yield the counting statements of a type that is in no chain, oldest first."""
        found = [self.register.records[each] for each in self._outside.get(subject, ())]
        for record in sorted(found, key=lambda each: (each.statement.issued_at, each.id)):
            if record.statement.type is kind and self.unsound(record) is None:
                yield record

    def submissions(self, subject: str) -> tuple[Record, ...]:
        """Return the submissions on a subject, counting or not."""
        records = (self.register.records[each] for each in self._outside.get(subject, ()))
        return tuple(each for each in records if each.statement.type is StatementType.SUBMISSION)

    def naming(self, subject: str, tested: str, production: str) -> Iterator[Record]:
        """Yield the statements of a chain, counting or not, that name these digests."""
        for record in self.register.records.values():
            said = record.statement.acceptance or record.statement.rollback
            named = None if said is None else (said.tested, said.production)
            if record.statement.subject == subject and named == (tested, production):
                yield record

    def unsound(self, record: Record) -> Reason | None:
        """Return why a statement that is in no chain does not count; whether a tester submits is asked elsewhere."""
        statement = record.statement
        if record.id in self.flaws:
            return self.flaws[record.id]
        if statement.issued_at > self.at:
            return Reason("FromTheFuture", say("{record} is of a later time", record=record.named), Party.SUPPLIER)
        if record.id in self.revoked:
            return Reason("Revoked", say("{record} was revoked", record=record.named), Party.REVIEWER)
        if statement.expires is not None and statement.expires <= self.at:
            return Reason("Expired", say("{record} has expired", record=record.named), Party.SUPPLIER)
        if statement.type is not StatementType.SUBMISSION and self.stated(record).by_maintainer:
            return self.not_maintainer(record)
        return None

    def not_maintainer(self, record: Record) -> Reason | None:
        """Return why a statement's signer did not speak for the organisation when it was made."""
        then = bound.at(self.bindings, record.statement.issued_at)
        if then is not None and not then.known:
            message = say("what was bound at that time is lost: restore accepted/{digest}.json", digest=then.digest)
        elif then is None or record.statement.signer not in then.maintainers:
            message = say(
                "{signer} was no maintainer's key that NHN had bound at that time", signer=record.statement.signer
            )
        else:
            return None
        return Reason(
            "NotMaintainer",
            say("{record} does not count: {why}", record=record.named, why=message),
            Party.SUPPLIER,
        )

    @cached_property
    def terms(self) -> frozenset[tuple[str, Line]]:
        """Terms of use that are accepted, by name and version. What was said last of a version counts."""
        accepted: set[tuple[str, Line]] = set()
        for record in self.outside(self.register.share.slug, StatementType.TERMS):
            named = {(each.name, each.version) for each in record.statement.terms}
            accepted = accepted | named if record.statement.verdict is Verdict.APPROVED else accepted - named
        return frozenset(accepted)

    @cached_property
    def subjects(self) -> tuple[IntegrationKey, ...]:
        """Integrations that a file or a statement names, sorted."""
        slug = self.register.share.slug
        named = (each.partition(".") for each in (*self._linked, *self._outside))
        by_statements = {IntegrationKey(slug, name) for of, _, name in named if of == slug and name}
        return tuple(sorted(by_statements.union(self.register.share.documents)))

    @cached_property
    def suspensions(self) -> Mapping[str, tuple[Record, ...]]:
        """Suspensions that count, by subject, oldest first. Whether they last is asked at a moment."""
        found = {subject: tuple(self.outside(subject, StatementType.SUSPENSION)) for subject in self._outside}
        return {subject: records for subject, records in found.items() if records}

    @cached_property
    def faulty(self) -> Mapping[str, tuple[Record, ...]]:
        """Decisions that count and break a rule of records, by subject: what they mean is in doubt, so they hold.

        One that counts for nothing anyway holds nothing: else anybody's file beside the others would.
        """
        found: dict[str, tuple[Record, ...]] = defaultdict(tuple)
        for digest, record in self.register.records.items():
            if record.fault and record.kind == "Decision" and digest not in self.flaws:
                found[record.statement.subject] += (record,)
        return found

    @cached_property
    def _linked(self) -> Mapping[str, list[Record]]:
        """Records that are links of a chain, by subject."""
        found: dict[str, list[Record]] = defaultdict(list)
        for record in self.register.records.values():
            if record.statement.type not in IN_NO_CHAIN:
                found[record.statement.subject].append(record)
        return found

    @cached_property
    def _chains(self) -> dict[str, Chain]:
        """What was put in order so far: who asks about one integration does not pay for all."""
        return {}

    @cached_property
    def _outside(self) -> Mapping[str, tuple[Digest, ...]]:
        found: dict[str, tuple[Digest, ...]] = defaultdict(tuple)
        for digest, record in self.register.records.items():
            if record.statement.type in IN_NO_CHAIN:
                found[record.statement.subject] += (digest,)
        return found

    @cached_property
    def _misfiled(self) -> Mapping[str, tuple[Digest, ...]]:
        """Records that do not count, by the subject that they are filed under and are not about."""
        found: dict[str, tuple[Digest, ...]] = defaultdict(tuple)
        for digest in self.flaws:
            record = self.register.records[digest]
            if record.filed_as != record.statement.subject:
                found[record.filed_as] += (digest,)
        return found

    @cached_property
    def _organisations(self) -> Mapping[Digest, Record]:
        """Records of the organisation's own chain."""
        slug = self.register.share.slug
        return {
            digest: record
            for digest, record in self.register.records.items()
            if record.statement.subject == slug and record.statement.type not in IN_NO_CHAIN
        }

    @cached_property
    def _bodies(self) -> Bodies:
        share = self.register.share
        accepted = {digest: each.body for digest, each in share.accepted.items()}
        return Bodies(share.slug, share.organisation.content if share.organisation else None, accepted)

    @cached_property
    def _instants(self) -> frozenset[datetime]:
        return frozenset(self.register.instants(self.ground.policy.gate))

    def stated(self, record: Record) -> Stated:
        """Return a record on its ground."""
        return Stated(record, self.ground, self._seen(record))

    def _seen(self, record: Record) -> datetime | None:
        seen = self.register.seen
        return None if seen is None else seen.get(record.id, self.at)


_NOTHING = Chain()
