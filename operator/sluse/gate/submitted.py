"""Checks of what was submitted: the acceptance test, its snapshot and its evidence.

Each is silent where what it looks at is missing altogether: that is another check's reason, and said once.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from sluse.gate.case import Case
from sluse.gate.check import Check
from sluse.gate.people import out_of_force
from sluse.model.evidence import CaseResult, Evidence, Witness
from sluse.model.names import Environment
from sluse.model.outcome import Party
from sluse.model.policy.rules import RequiredSuite
from sluse.words.said import say


def _submitted(case: Case) -> str | None:
    if case.test is None:
        if case.named:
            return say("there is no acceptance test of what was accepted")
        return say("there is no acceptance test of what its file says now")
    said = case.test.statement
    if said.subject != str(case.key):
        return say("{record} is about {subject}", record=case.test.named, subject=said.subject)
    if case.submission is None or case.submission.tested != case.tested:
        return say(
            "{record} is about another configuration than {tested}",
            record=case.test.named,
            tested=str(case.tested)[:12],
        )
    return None


def _submission_counts(case: Case) -> str | None:
    reason = None if case.test is None else case.view.unsound(case.test)
    return None if reason is None else reason.message


def _submitter(case: Case) -> str | None:
    if case.test is None:
        return None
    if not case.is_provider:
        reason = case.view.not_maintainer(case.test)
        return None if reason is None else reason.message
    stated = case.view.stated(case.test)
    if stated.registered is None or not stated.registered.roles & stated.roles:
        return say("{record} is not signed by a tester of NHN, who tests identity providers", record=case.test.named)
    return out_of_force(stated.registered.key, case.test.statement.issued_at)


def _snapshot(case: Case) -> str | None:
    if case.test is None or case.stored_tested is not None:
        return None
    return say("accepted/{digest}.json is not there, or does not hash to its name", digest=case.tested)


def _snapshot_of_this(case: Case) -> str | None:
    if case.named is None:
        return None
    for body in (case.tested_body, case.production_body):
        if body is not None and body.get("integration") != str(case.key):
            return say("what was accepted is {other}, not {key}", other=body.get("integration"), key=case.key)
    tested, production = case.tested_body, case.production_body
    if tested is not None and production is not None and tested.get("kind") != production.get("kind"):
        return say("what was tested and what production gets are of different kinds")
    return None


def _evidence_there(case: Case) -> str | None:
    missing = sorted(name for name, content in case.evidence.items() if content is None)
    return say("evidence is not there or cannot be read: {missing}", missing=", ".join(missing)) if missing else None


def _evidence_unedited(case: Case) -> str | None:
    for file in case.submission.evidence if case.submission else ():
        content = case.evidence[file.name]
        if content is not None and content.digest != file.sha256:
            return say("{name} is not the evidence that was submitted: its digest differs", name=file.name)
    return None


def _evidence_of_this(case: Case) -> str | None:
    for name, evidence in _evidence(case):
        if evidence.subject != str(case.key):
            return say("{name} is evidence of {subject}", name=name, subject=evidence.subject)
        if evidence.tested != case.tested:
            return say(
                "{name} is evidence of another configuration than {tested}", name=name, tested=str(case.tested)[:12]
            )
        if evidence.environment is not Environment.TEST:
            return say(
                "{name} is evidence of a run in {environment}, not in test", name=name, environment=evidence.environment
            )
    return None


def _suite(case: Case) -> str | None:
    wanted = _required(case)
    if wanted is None:
        return say("policy names no suite for a {kind}", kind=case.kind)
    for name, evidence in _evidence(case):
        if evidence.suite != wanted.suite or evidence.suite_version < wanted.version:
            ran = f"{evidence.suite} {evidence.suite_version}"
            return say(
                "{name} is of suite {ran}, and policy asks for {suite} {version} or later",
                name=name,
                ran=ran,
                suite=wanted.suite,
                version=wanted.version,
            )
    return None


def _every_client(case: Case) -> str | None:
    if case.test is None or case.tested_body is None:
        return None
    parts = {evidence.part for _, evidence in _evidence(case)}
    missing = sorted(set(client_names(case.tested_body, "tested")) - parts)
    if missing:
        return say("there is no evidence of {missing}", missing=", ".join(missing))
    return None if parts else say("there is no evidence at all")


def _cases_seen(case: Case) -> str | None:
    wanted = _required(case)
    for name, evidence in _evidence(case) if wanted is not None else ():
        ran = {each.case: each for each in evidence.cases}
        for required in wanted.cases if wanted is not None else ():
            seen = ran.get(required.case)
            if seen is None:
                return say("{name} lacks the mandatory case {case}", name=name, case=required.case)
            witness = _witness(case, seen)
            if witness.rank < required.witness.rank:
                return say(
                    "{case} in {name} was seen by {witness}, and policy asks for {asked}",
                    case=required.case,
                    name=name,
                    witness=witness,
                    asked=required.witness,
                )
    return None


def _witness(case: Case, seen: CaseResult) -> Witness:
    """Whoever signs a submission writes its evidence: what a supplier hands in has been seen by itself, whatever it says."""
    return seen.witness if case.is_provider else Witness.SELF


def _all_passed(case: Case) -> str | None:
    for name, evidence in _evidence(case):
        failed = sorted(each.case for each in evidence.cases if not each.passed)
        if failed:
            return say("{name} has cases that did not pass: {failed}", name=name, failed=", ".join(failed))
    return None


def _fresh(case: Case) -> str | None:
    """The age of evidence is how old it was when it was decided on; undecided evidence grows older every day."""
    if case.submission is None or case.test is None:
        return None
    decided = case.accepted.statement.issued_at if case.accepted else case.view.at
    ended = min((case.submission.ended, *(evidence.ended for _, evidence in _evidence(case))))
    if (
        max((case.submission.ended, *(evidence.ended for _, evidence in _evidence(case))))
        > case.test.statement.issued_at
    ):
        return say("the evidence ended after it was submitted")
    days = case.policy.evidence_days
    if decided - ended > timedelta(days=days):
        return say("the evidence was older than {days} days when it was decided on", days=days) if case.accepted else say("the evidence is older than {days} days", days=days)  # fmt: skip
    return None


def _evidence(case: Case) -> Iterator[tuple[str, Evidence]]:
    return ((name, content.evidence) for name, content in case.evidence.items() if content is not None)


def _required(case: Case) -> RequiredSuite | None:
    return next((each for each in case.policy.suites if each.kind == case.kind), None)


def client_names(body: object, part: str) -> Iterator[str]:
    """Yield the names of a body's clients."""
    for client in clients(body, part):
        yield str(client.get("name"))


def clients(body: object, part: str) -> Iterator[dict[str, object]]:
    """Yield the clients of a body; none where it has none."""
    inside = body.get(part) if isinstance(body, dict) else None
    found = inside.get("clients") if isinstance(inside, dict) else None
    for client in found if isinstance(found, list) else ():
        if isinstance(client, dict):
            yield client


CHECKS: tuple[Check[Case], ...] = (
    Check("NotSubmitted", "There is an acceptance test of this integration and digest T.", _submitted),
    Check("SubmissionVoid", "The acceptance test's statement counts.", _submission_counts),
    Check("NotMaintainer", "A maintainer submitted it; of an identity provider a tester of NHN.", _submitter),
    Check("SnapshotLost", "The file of digest T is there and hashes to its name.", _snapshot, Party.REVIEWER),
    Check("SnapshotOfAnother", "What was accepted is this integration.", _snapshot_of_this, Party.REVIEWER),
    Check("EvidenceMissing", "Every file of evidence is there.", _evidence_there),
    Check("EvidenceEdited", "Every file of evidence has the digest that was submitted.", _evidence_unedited),
    Check(
        "EvidenceOfAnother",
        "The evidence is of this integration, of digest T, and of a run in test.",
        _evidence_of_this,
    ),
    Check("SuiteTooOld", "The evidence is of the suite, and at least the version, that policy asks for.", _suite),
    Check("EvidenceIncomplete", "There is evidence of every client.", _every_client),
    Check("CasesMissing", "Every mandatory case was run, and seen by whoever must see it.", _cases_seen),
    Check("CasesFailed", "Every case passed.", _all_passed),
    Check("EvidenceTooOld", "The evidence was fresh when it was decided on.", _fresh),
)
