"""The plan: when something may go to test and to production. Proposed in a file; NHN's decision on it makes it agreed."""

from __future__ import annotations

from pydantic import Field

from sluse.model.value import Count, Day, Flag, Value, WallClock, Zone


class PeakPeriod(Value):
    """A period of high traffic. Capacity information, unless `freeze` asks that nothing moves in it."""

    start: Day = Field(description="First day.")
    end: Day = Field(description="Last day, included.")
    freeze: Flag = Field(False, description="Whether production changes of this integration wait until it is over.")


class Volume(Value):
    """Expected use."""

    logins_per_day: Count | None = Field(None, description="Logins on an ordinary day.")
    tokens_per_minute: Count | None = Field(None, description="Tokens a minute when it is busiest.")


class Plan(Value):
    """When. Proposed here; NHN's decision on it makes it agreed."""

    test_from: Day = Field(
        description="First day the supplier wants to use test. Noted for the plan: test is set up as soon as the file is merged.",
        examples=["2026-12-01"],
    )
    production_not_before: WallClock = Field(
        description="Earliest moment in production, local time in `zone`.", examples=["2027-02-01T08:00"]
    )
    zone: Zone = Field("Europe/Oslo", description="Time zone of the plan (IANA name).")
    volume: Volume | None = None
    peak_periods: tuple[PeakPeriod, ...] = Field(
        (),
        max_length=20,
        description="When traffic is high: information about capacity, unless `freeze` asks that nothing moves then.",
    )
