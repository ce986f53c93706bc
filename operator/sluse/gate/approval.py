"""What became of one acceptance test: whether what production is entitled to rests on exactly it, or why not. Pure.

A test is approved while the last decision of its integration's chain names it and counts. So an approval ends when
the decision is withdrawn, and when a later test is accepted in its place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sluse.gate.agreed import rejects
from sluse.gate.case import Case, at_head, decided
from sluse.gate.entitled import entitled, pending
from sluse.gate.organisation_view import OrganisationView
from sluse.gate.record import Record
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, NotEntitled, Reason
from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.reasons.name import ReasonName
from sluse.model.statement import StatementType, Verdict
from sluse.words.said import say


@dataclass(frozen=True)
class Approval:
    """`decision` is the id of the statement that production's entitlement rests on, where the test is `approved`."""

    approved: bool
    decision: Digest | None = None
    reasons: tuple[Reason, ...] = ()


def approval(survey: GateSurvey, test: IntegrationKey, at: datetime) -> Approval:
    """Return what became of an acceptance test, by its own identity; one that is not in the tree is not approved."""
    view = survey.view(test.organisation, at)
    record = view.register.tests.get(test)
    if record is None:
        return Approval(
            approved=False, reasons=(_reason("NotSubmitted", say("there is no acceptance test {test}", test=test)),)
        )
    organisation, _, name = record.statement.subject.partition(".")
    subject = IntegrationKey(organisation, name)
    if organisation != test.organisation:
        return Approval(approved=False, reasons=tuple(_of_its_own(view, record, subject)))
    last = decided(view, subject)
    answer = entitled(survey, subject, at)
    if isinstance(last, Case) and last.test is record:
        if isinstance(answer, Entitled):
            return Approval(approved=True, decision=answer.decision)
        return Approval(approved=False, reasons=answer.reasons)
    if at_head(view, subject).test is record:
        lacks = answer if last is None else pending(survey, subject, at)
        if isinstance(lacks, NotEntitled):
            return Approval(approved=False, reasons=lacks.reasons)
    return Approval(approved=False, reasons=tuple(_of_its_own(view, record, subject)))


def _of_its_own(view: OrganisationView, record: Record, subject: IntegrationKey) -> Iterator[Reason]:
    """Yield what can be said of a test that nothing is decided by, and that is not of what the file says now."""
    unsound = view.unsound(record)
    if unsound is not None:
        yield unsound
    for decision in view.of(str(subject)).in_force(StatementType.ACCEPTANCE):
        said = decision.statement.acceptance
        if said is None or said.acceptance_test != record.key.name:
            continue
        if decision.statement.verdict is Verdict.REJECTED:
            yield _reason("Rejected", rejects(decision))
            return
        yield _reason(
            "Replaced", say("{record} accepted it, and something else was decided since", record=decision.named)
        )
        return
    yield _reason(
        "OfAnotherConfiguration",
        say("{record} is not of what is decided, nor of what the file says now", record=record.named),
    )


def _reason(check: ReasonName, message: str) -> Reason:
    return Reason(check, message, Party.SUPPLIER)
