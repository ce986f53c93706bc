"""What the gate would say of a statement, asked before it is signed: the tree as it would be, judged by the gate itself.

So nothing is signed in vain, and no second opinion on who may sign what can drift from the gate's. When the ledger
first saw a statement it cannot know, nor what other organisations will have by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sluse.delivery.deciding.desk import Desk
from sluse.gate.entitled import CHECKS as CASE_CHECKS
from sluse.gate.entitled import entitled
from sluse.gate.record import Record
from sluse.gate.statements import CHECKS, IN_NO_CHAIN
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import NotEntitled, Reason
from sluse.model.digests import sha256
from sluse.model.statement import StatementType, Verdict
from sluse.model.tree import AcceptedFile

_FOR_LATER = frozenset(
    {
        "OrganisationNotBound",
        "DomainNotBound",
        "NumberNotBound",
        "PlanNotAgreed",
        "TermsNotAccepted",
        "ProviderNotEntitled",
    }
)
"""What stands against production after an acceptance and can be mended without another one."""

_OF_THE_CASE = frozenset(check.name for check in CASE_CHECKS)
"""All else that is said beside an acceptance is about other statements."""

_UNTIL_ALL_SIGNED = "TooFewPersons"


class Rehearsal:
    """The gate's view with `record` in the tree, and with the bodies that come with it."""

    def __init__(self, desk: Desk, record: Record, accepted: tuple[Mapping[str, object], ...]) -> None:
        self._desk = desk
        self._record = record
        checks = tuple(each for each in CHECKS if each.name != _UNTIL_ALL_SIGNED)
        self._survey = GateSurvey(desk.tree, desk.policy, checks=checks)
        slug = desk.subject.organisation
        register = self._survey.prepared.registers[slug]
        bodies = {sha256(body): AcceptedFile(slug, sha256(body), body) for body in accepted}
        share = replace(register.share, accepted={**register.share.accepted, **bodies})
        self._survey.prepared.registers[slug] = replace(
            register, share=share, records={**register.records, record.id: record}
        )
        self._view = self._survey.view(slug, desk.now)

    def objections(self) -> tuple[Reason, ...]:
        """Return why the statement would not count; none where it would."""
        return tuple(dict.fromkeys((*self._of_the_statement(), *self._of_the_acceptance())))

    def still_missing(self) -> tuple[Reason, ...]:
        """Return what production waits for after this acceptance."""
        return tuple(reason for reason in self._reasons() if reason.check in _FOR_LATER)

    def persons_missing(self) -> int:
        """Return how many more different persons have to sign."""
        stated = self._view.stated(self._record)
        deciders = stated.ground.deciders.get(self._record.statement.type)
        return 0 if stated.by_maintainer or deciders is None else max(0, deciders.persons - len(stated.persons))

    def _of_the_statement(self) -> Iterator[Reason]:
        record = self._record
        if record.statement.type in IN_NO_CHAIN:
            reason = self._view.unsound(record)
            if reason is not None:
                yield reason
            return
        chain = self._view.of(record.statement.subject)
        if chain.broken is not None:
            yield chain.broken
        for each, reason in chain.void:
            if each is record:
                yield reason

    def _of_the_acceptance(self) -> Iterator[Reason]:
        for reason in self._reasons():
            if reason.check in _OF_THE_CASE - _FOR_LATER:
                yield reason

    def _reasons(self) -> tuple[Reason, ...]:
        statement = self._record.statement
        if (
            statement.type not in {StatementType.ACCEPTANCE, StatementType.ROLLBACK}
            or statement.verdict is Verdict.REJECTED
        ):
            return ()
        found = entitled(self._survey, self._desk.subject.key, self._desk.now)
        return found.reasons if isinstance(found, NotEntitled) else ()
