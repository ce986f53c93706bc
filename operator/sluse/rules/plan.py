"""The plan: that its dates can follow each other."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.service_integration import ServiceIntegration
from sluse.rules.rule import Certainty, DocumentRule, Finding


def order(document: ServiceIntegration) -> Iterator[Finding]:
    """Find production before test, and periods that end before they start."""
    plan = document.spec.plan
    if plan.production_not_before.date() < plan.test_from:
        yield Finding(
            "spec.plan.productionNotBefore", f"Production would open before test, which is from {plan.test_from}"
        )
    for index, period in enumerate(plan.peak_periods):
        if period.end < period.start:
            yield Finding(f"spec.plan.peakPeriods[{index}].end", f"The period ends before it starts, on {period.start}")


RULES = (
    DocumentRule(
        id="plan-order",
        why="Production opens after an acceptance test, which needs test first.",
        source="Kom i gang med HelseID: test, acceptance test, production",
        certainty=Certainty.PARTLY,
        hint="Correct the dates.",
        check=order,
    ),
)
