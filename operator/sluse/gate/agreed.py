"""Checks of what was decided and agreed: the acceptance, the people, the plan, the terms."""

from __future__ import annotations

from datetime import datetime

from sluse.gate.calendar import instant, is_zone
from sluse.gate.case import Case
from sluse.gate.check import Check
from sluse.gate.providers import offered
from sluse.gate.record import Record
from sluse.model.outcome import Party
from sluse.model.statement import AgreedPlan, StatementType, Verdict
from sluse.words.said import say


def _readable(case: Case) -> str | None:
    about = (case.key.organisation, str(case.key))
    paths = [path for held, path in case.view.register.share.unreadable if held in about]
    return say("{path} cannot be read: what it says, nobody knows", path=paths[0]) if paths else None


def _well_formed(case: Case) -> str | None:
    for subject in (case.key.organisation, str(case.key)):
        for record in case.view.faulty.get(subject, ()):
            return say("{record} is wrong: {fault}", record=record.named, fault=record.fault)
    return None


def _whole(case: Case) -> str | None:
    for subject in (case.key.organisation, str(case.key)):
        broken = case.view.of(subject).broken
        if broken is not None:
            return broken.message
    return None


def _decided(case: Case) -> str | None:
    return say("no reviewer has accepted it") if case.named is None and _rejection(case) is None else None


def _not_rejected(case: Case) -> str | None:
    """Findings are for whoever submitted; what is submitted anew waits for a reviewer again."""
    rejection = _rejection(case) if case.named is None else None
    if rejection is None:
        return None
    return rejects(rejection)


def rejects(rejection: Record) -> str:
    """Return what a rejection says, with its findings."""
    findings = "; ".join(rejection.statement.findings)
    if not findings:
        return say("{record} rejects it", record=rejection.named)
    return say("{record} rejects it: {findings}", record=rejection.named, findings=findings)


def _rejection(case: Case) -> Record | None:
    rejections = (each for each in reversed(case.chain.counted) if _rejects(case, each))
    return next((each for each in rejections if case.chain.withdrawn(each) is None), None)


def _rejects(case: Case, record: Record) -> bool:
    said = record.statement.acceptance
    if record.statement.verdict is not Verdict.REJECTED or said is None or case.test is None:
        return False
    of_this = said.acceptance_test == case.test.key.name
    return of_this and (said.tested, said.production) == (case.tested, case.production)


def _production_values(case: Case) -> str | None:
    if case.named is None or case.stored_production is not None:
        return None
    return say("accepted/{digest}.json is not there, or does not hash to its name", digest=case.production)


def _same_evidence(case: Case) -> str | None:
    said = case.accepted.statement.acceptance if case.accepted else None
    if said is None or case.submission is None:
        return None
    if set(said.evidence) != {each.sha256 for each in case.submission.evidence}:
        return say("the evidence that was decided on is not the evidence that was submitted")
    return None


def _decided_after(case: Case) -> str | None:
    if case.accepted is None or case.test is None or case.accepted.statement.issued_at >= case.test.statement.issued_at:
        return None
    return say("it was decided before it was submitted")


def _other_people(case: Case) -> str | None:
    """Names of git authors are advisory: anybody can write them. Keys, and the persons they are registered for, are not."""
    if case.test is None:
        return None
    submitted = {key.key_id for key in case.test.signers} | {case.test.statement.signer}
    maintainers = frozenset[str]().union(*(each.maintainers for each in case.view.bindings))
    people = case.view.ground.people
    for record in (case.accepted, case.named):
        for key in record.signers if record is not None else ():
            registered = people.by_key.get(key.key_id)
            theirs = people.keys_of.get(registered.person, frozenset()) if registered is not None else {key.key_id}
            who = registered.person if registered is not None else key.key_id
            if theirs & submitted:
                return say("{who} both submitted and decided", who=who)
            if theirs & maintainers:
                return say(
                    "{who} decided, and is a maintainer of {organisation}", who=who, organisation=case.key.organisation
                )
    return None


def _plan(case: Case) -> str | None:
    return None if agreed_plan(case) is not None else say("NHN has not agreed to the plan")


def agreed_plan(case: Case) -> AgreedPlan | None:
    """Return the plan that is agreed: the last decision on one, if it approves and still counts."""
    last = next((each for each in reversed(case.chain.counted) if each.statement.type is StatementType.PLAN), None)
    if last is None or last.statement.verdict is not Verdict.APPROVED or case.chain.withdrawn(last) is not None:
        return None
    return last.statement.plan


def opens(case: Case) -> datetime | None:
    """Return the earliest moment of use: the latest of the agreed plan, HEAD's plan and the decision's not-before."""
    agreed = agreed_plan(case)
    if agreed is None:
        return None
    moments = [instant(agreed.production_not_before, agreed.zone, latest=True)]
    if case.document is not None:
        plan = case.document.spec.plan
        moments.append(instant(plan.production_not_before, plan.zone, latest=True))
    said = case.accepted.statement.acceptance if case.accepted else None
    if said is not None and said.not_before is not None:
        moments.append(said.not_before)
    return max(moments)


def _zones(case: Case) -> str | None:
    agreed = agreed_plan(case)
    zones = [agreed.zone] if agreed is not None else []
    zones += [case.document.spec.plan.zone] if case.document is not None else []
    unknown = [each for each in zones if not is_zone(each)]
    return say("there is no time zone {zone}", zone=unknown[0]) if unknown else None


def _terms(case: Case) -> str | None:
    chosen = {each.name for each in offered(case)}
    missing = [
        f"{each.name} {each.version}"
        for each in case.policy.terms
        if (each.provider is None or each.provider in chosen) and (each.name, each.version) not in case.view.terms
    ]
    return (
        say(
            "{organisation} has not accepted the terms {terms}",
            organisation=case.key.organisation,
            terms=", ".join(missing),
        )
        if missing
        else None
    )


CHECKS: tuple[Check[Case], ...] = (
    Check(
        "DecisionUnreadable",
        "Every decision on it, and on its organisation, can be read.",
        _readable,
        Party.REVIEWER,
    ),
    Check("DecisionWrong", "No decision on it that counts breaks a rule of records.", _well_formed, Party.REVIEWER),
    Check("ChainBroken", "No statement is lost that a later one follows.", _whole, Party.REVIEWER),
    Check("NotDecided", "A reviewer decided on it.", _decided, Party.REVIEWER),
    Check("Rejected", "No reviewer rejected what was submitted last.", _not_rejected),
    Check(
        "ProductionLost",
        "The file of digest P is there and hashes to its name.",
        _production_values,
        Party.REVIEWER,
    ),
    Check("EvidenceSwapped", "What was decided on is what was submitted.", _same_evidence, Party.REVIEWER),
    Check("DecidedTooEarly", "It was decided after it was submitted.", _decided_after, Party.REVIEWER),
    Check("OwnWork", "Nobody decides on their own work, whatever key they use.", _other_people, Party.REVIEWER),
    Check("PlanNotAgreed", "NHN agreed to the plan.", _plan, Party.REVIEWER),
    Check("ZoneUnknown", "The plan's zone has a clock.", _zones),
    Check("TermsNotAccepted", "The terms are accepted in the versions that policy asks for.", _terms),
)
