"""The plan: that its dates can follow each other, and that its zone exists."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sluse.model.identity_provider import IdentityProvider
from sluse.model.service_integration import ServiceIntegration
from sluse.rules.rule import Certainty, DocumentRule, Finding
from sluse.rules.shown import shown
from sluse.words.said import say

Planned = ServiceIntegration | IdentityProvider


def order(document: Planned) -> Iterator[Finding]:
    """Find production before test, and periods that end before they start."""
    plan = document.spec.plan
    if plan.production_not_before.date() < plan.test_from:
        yield Finding(
            "spec.plan.productionNotBefore",
            say("Production would open before test, which is from {test_from}", test_from=plan.test_from),
        )
    for index, period in enumerate(plan.peak_periods):
        if period.end < period.start:
            yield Finding(
                f"spec.plan.peakPeriods[{index}].end",
                say("The period ends before it starts, on {start}", start=period.start),
            )


def zone(document: Planned) -> Iterator[Finding]:
    """Find zones that nobody knows."""
    if not is_zone(document.spec.plan.zone):
        yield Finding("spec.plan.zone", say("{zone} is not a time zone", zone=shown(document.spec.plan.zone)))


@lru_cache(maxsize=1000)
def is_zone(name: str) -> bool:
    """Tell whether the IANA database has a zone of this name."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: the name of a folder of zones, as `Europe`
        return False
    return True


RULES = (
    DocumentRule[Planned](
        id="plan-order",
        judges=(ServiceIntegration, IdentityProvider),
        why="Production opens after an acceptance test, which needs test first.",
        source="Kom i gang med HelseID: test, acceptance test, production",
        certainty=Certainty.PARTLY,
        hint="Correct the dates.",
        check=order,
    ),
    DocumentRule[Planned](
        id="zone-unknown",
        judges=(ServiceIntegration, IdentityProvider),
        why="Local times mean nothing in a zone that does not exist.",
        source="IANA Time Zone Database",
        certainty=Certainty.VERIFIED,
        hint="Write an IANA name, as Europe/Oslo.",
        check=zone,
    ),
)
