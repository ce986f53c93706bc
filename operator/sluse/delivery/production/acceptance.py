"""The acceptance tests of an organisation: what is declared of each, what became of it, and the status that says so. Pure.

People with kubectl see here what gates production. Nothing reads it back: the gate asks git.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sluse.delivery.compiled import SubmittedTests
from sluse.desired.acceptance_tests import acceptance_test
from sluse.gate.approval import Approval, approval
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Reason
from sluse.model.outcome import Party
from sluse.model.records import AcceptanceTest
from sluse.model.resources.acceptance_test import AcceptanceTestStatus
from sluse.model.resources.status import Condition, ConditionStatus
from sluse.model.tree import Sourced
from sluse.words.said import say

Tests = Sequence[Sourced[AcceptanceTest]]
"""Acceptance tests, sorted by their own identity."""

NO_POLICY = Approval(
    approved=False,
    reasons=(
        Reason("PolicyNotTrusted", say("policies/ does not count, so nobody's decision does"), Party.CLUSTER_OPERATOR),
    ),
)


def submitted(survey: GateSurvey | None, tests: Tests, at: datetime) -> SubmittedTests:
    """Return an organisation's acceptance tests. `survey` is None where no policy counts: then none is approved."""
    specs = {test.content.key: spec for test in tests if (spec := acceptance_test(test.content)) is not None}
    approvals = {key: NO_POLICY if survey is None else approval(survey, key, at) for key in specs}
    return SubmittedTests(specs, approvals)


def status(previous: AcceptanceTestStatus, generation: int, said: Approval, now: datetime) -> AcceptanceTestStatus:
    """Return the whole status of a test. The time of its condition moves only when the test is approved, or no longer."""
    value = ConditionStatus.TRUE if said.approved else ConditionStatus.FALSE
    first = next(iter(said.reasons), None)
    before = next((each for each in previous.conditions if each.type == "Ready" and each.status is value), None)
    ready = Condition(
        type="Ready",
        status=value,
        reason="Approved" if first is None else first.check,
        message="production is entitled to exactly what it tested" if first is None else first.message[:2000],
        last_transition_time=now.replace(microsecond=0) if before is None else before.last_transition_time,
        observed_generation=generation,
    )
    return AcceptanceTestStatus(
        conditions=(ready,),
        observed_generation=generation,
        handled=previous.handled,
        approved=said.approved,
        decision=said.decision,
        reasons=tuple(dict.fromkeys(_line(each) for each in said.reasons))[:20],
    )


def _line(reason: Reason) -> str:
    return " ".join(f"{reason.check}: {reason.message}".split())[:120]
