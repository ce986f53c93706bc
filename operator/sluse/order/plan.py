"""What both forms ask about the plan."""

from __future__ import annotations

from sluse.order.question import Question
from sluse.words.said import say

PLAN = (
    Question(
        id="testFrom",
        field="spec.plan.testFrom",
        asks=say("First day you want test; noted only, test is set up as soon as the order is merged"),
        example="2026-12-01",
    ),
    Question(
        id="productionNotBefore",
        field="spec.plan.productionNotBefore",
        asks=say("Planned date and time in production, Norwegian time, such as 2027-02-01T08:00"),
        example="2027-02-01T08:00",
    ),
    Question(
        id="loginsPerDay",
        field="spec.plan.volume.loginsPerDay",
        asks=say("Logins on an ordinary day"),
        example="500",
        number=True,
        optional=True,
    ),
    Question(
        id="tokensPerMinute",
        field="spec.plan.volume.tokensPerMinute",
        asks=say("Tokens a minute when it is busiest"),
        example="100",
        number=True,
        optional=True,
    ),
)
