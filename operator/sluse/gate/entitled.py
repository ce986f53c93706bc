"""What production is entitled to, or every reason why it is not, and who must act. Pure; the time is an argument.

HEAD may have moved on: what counts is the snapshot that the chain's last decision names. Reasons come in the order of
the table, then those statements that do not count: whoever wonders why a decision has no effect finds it there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sluse.gate import agreed, submitted, within
from sluse.gate.case import Case, at_head, decided
from sluse.gate.check import Check
from sluse.gate.providers import Offered, offered
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, Entitlement, NotEntitled, Reason, Snapshot
from sluse.model.names import IntegrationKey
from sluse.model.outcome import Party
from sluse.words.said import say

CHECKS: tuple[Check[Case], ...] = (*within.CHECKS, *submitted.CHECKS, *agreed.CHECKS)
"""What an integration and its organisation alone decide. What depends on others is in `across`, never remembered."""


@dataclass(frozen=True, eq=False)
class Judged:
    """A case, what is wrong with it whatever others have, and notes on statements that do not count."""

    case: Case
    reasons: tuple[Reason, ...]
    notes: tuple[Reason, ...]

    @cached_property
    def alone(self) -> Entitlement | None:
        """The answer where it depends on no other organisation; most do not."""
        return None if offered(self.case) or foreign(self.case) else self.entitlement((), ())

    def entitlement(self, needed: tuple[Reason, ...], left_out: tuple[Reason, ...]) -> Entitlement:
        """Return the answer, given what others hold back and what they only narrow."""
        case = self.case
        reasons = (*self.reasons, *needed)
        if reasons or case.named is None:
            return NotEntitled(_in_order((*reasons, *self.notes)))
        moment = agreed.opens(case)
        tested, production = case.tested_body, case.production_body
        if moment is None or case.tested is None or case.production is None or tested is None or production is None:
            # Only where a test left the check out that asks for it: without it there is nothing to be entitled to.
            return NotEntitled((Reason("NotDecided", say("what was accepted is not complete"), Party.REVIEWER),))
        snapshot = Snapshot(case.key, case.kind, case.tested, case.production, tested, production)
        return Entitled(snapshot, case.named.id, moment, _in_order((*left_out, *self.notes)))


def entitled(
    survey: GateSurvey, key: IntegrationKey, at: datetime, checks: tuple[Check[Case], ...] = CHECKS
) -> Entitlement:
    """Return what production is entitled to at a moment. `checks`: a test leaves one out to show what it keeps out."""
    judged = judgement(survey, key, at, checks)
    if judged.alone is not None:
        return judged.alone
    needed, left_out = across(survey, judged.case, at)
    return judged.entitlement(needed, left_out)


def pending(survey: GateSurvey, key: IntegrationKey, at: datetime) -> NotEntitled | None:
    """Return what stands between HEAD and production; None where production is entitled to what HEAD says."""
    head = at_head(survey.view(key.organisation, at), key)
    if head.document is None:
        return None
    now = entitled(survey, key, at)
    if isinstance(now, Entitled) and (head.tested, head.production) == (now.snapshot.tested, now.snapshot.production):
        return None
    judged = _judge(head, CHECKS)
    needed, _ = across(survey, head, at)
    return NotEntitled(_in_order((*judged.reasons, *needed, *judged.notes)))


def across(survey: GateSurvey, case: Case, at: datetime) -> tuple[tuple[Reason, ...], tuple[Reason, ...]]:
    """Return what other organisations hold back, and notes on what they only narrow."""
    reasons = [Reason("NumberNotBound", message, case.owner) for message in _numbers(survey, case, at)]
    notes: list[Reason] = []
    for each in offered(case):
        problem = _provider(survey, each, at)
        if problem is not None:
            waits_on = Party.IDENTITY_PROVIDER if survey.providers.get(each.name) else case.owner
            (reasons if each.required else notes).append(Reason("ProviderNotEntitled", problem, waits_on))
    return tuple(reasons), tuple(notes)


def foreign(case: Case) -> frozenset[str]:
    """Return the numbers that production acts for and that are not bound to its own organisation."""
    return within.numbers(case) - (case.view.bound.numbers if case.view.bound is not None else frozenset())


def _numbers(survey: GateSurvey, case: Case, at: datetime) -> Iterator[str]:
    for number in sorted(foreign(case)):
        if not survey.speaks_for(number, at):
            yield say("a client acts for {number}, which NHN has bound to no organisation", number=number)


def _provider(survey: GateSurvey, provider: Offered, at: datetime) -> str | None:
    """Whether its file claims to exist is not asked: only the signed list says who is live already."""
    if provider.name in survey.policy.existing.providers:
        return None
    known = survey.providers.get(provider.name, ())
    if len(known) != 1:
        if known:
            return say("several claim to be the identity provider {name}", name=provider.name)
        return say("nobody is the identity provider {name}", name=provider.name)
    case = judgement(survey, known[0], at).case
    if case.is_provider and isinstance(entitled(survey, known[0], at), Entitled):
        return None
    if provider.required:
        return say("the required identity provider {name} is not entitled to production itself", name=provider.name)
    return say("the optional identity provider {name} is not entitled to production itself", name=provider.name)


def judgement(
    survey: GateSurvey, key: IntegrationKey, at: datetime, checks: tuple[Check[Case], ...] = CHECKS
) -> Judged:
    """Return what is judged for an integration; remembered while its organisation's view is the same."""
    view = survey.view(key.organisation, at)
    then, judged = survey.prepared.remembered.get(key, (None, None))
    if then is view and isinstance(judged, Judged) and checks is CHECKS:
        return judged
    found = decided(view, key)
    if isinstance(found, Case):
        judged = _judge(found, checks)
    else:
        judged = _judge(at_head(view, key), checks)
        if found is not None:
            judged = Judged(judged.case, (found, *judged.reasons), judged.notes)
    if checks is CHECKS:
        survey.prepared.remembered[key] = (view, judged)
    return judged


def _judge(case: Case, checks: tuple[Check[Case], ...]) -> Judged:
    owner = case.owner
    found = [(check, message) for check in checks if (message := check.find(case)) is not None]
    reasons = tuple(Reason(check.name, message, check.on or owner) for check, message in found)
    subjects = (case.key.organisation, str(case.key))
    void = tuple(reason for subject in subjects for _, reason in case.view.void(subject))
    return Judged(case, reasons, void)


def _in_order(reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(reasons))
