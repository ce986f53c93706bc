"""When production may move: both clock changes, freezes, windows across midnight; and where the next moment is."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from sluse.gate import calendar
from sluse.gate.calendar import instant, next_allowed
from sluse.model.plan import PeakPeriod, Plan
from sluse.model.policy.calendar import Calendar, Freeze, ServiceWindow, Weekday

OSLO = "Europe/Oslo"
NIGHTS = ServiceWindow(days=(Weekday.SATURDAY,), start=time(22), end=time(4))


def local(text: str) -> datetime:
    return datetime.fromisoformat(text)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "latest", "moment"),
    [
        ("2026-07-01T08:00", False, "2026-07-01T06:00"),
        ("2026-12-01T08:00", False, "2026-12-01T07:00"),
        ("2027-03-28T01:59", False, "2027-03-28T00:59"),
        ("2027-03-28T02:00", False, "2027-03-28T01:00"),
        ("2027-03-28T02:30", False, "2027-03-28T01:00"),
        ("2027-03-28T02:30", True, "2027-03-28T01:00"),
        ("2027-03-28T03:00", False, "2027-03-28T01:00"),
        ("2026-10-25T02:30", False, "2026-10-25T00:30"),
        ("2026-10-25T02:30", True, "2026-10-25T01:30"),
        ("2026-10-25T03:00", True, "2026-10-25T02:00"),
    ],
)
def test_a_time_on_the_wall_is_one_moment(written: str, latest: bool, moment: str) -> None:  # noqa: FBT001
    assert instant(local(written), OSLO, latest=latest) == utc(moment)


def test_a_zone_without_a_clock_is_no_zone() -> None:
    assert not calendar.is_zone("Europe/Atlantis")
    assert calendar.is_zone(OSLO)
    with pytest.raises(ValueError, match="Atlantis"):
        instant(local("2026-01-01T00:00"), "Europe/Atlantis")


def test_without_windows_and_freezes_any_moment_will_do() -> None:
    assert next_allowed(Calendar(), (), utc("2026-11-02T10:00")) == utc("2026-11-02T10:00")


def test_a_freeze_lasts_to_its_end_and_touching_ones_are_passed_together() -> None:
    christmas = Freeze(start=local("2026-12-21T00:00"), end=local("2027-01-04T08:00"), reason="Christmas")
    after = Freeze(start=local("2027-01-04T08:00"), end=local("2027-01-05T08:00"), reason="and a day")
    rules = Calendar(freezes=(christmas, after))
    spans = tuple(calendar.freezes(rules, None))
    assert calendar.frozen_at(spans, utc("2026-12-20T22:59")) is None
    assert calendar.frozen_at(spans, utc("2026-12-20T23:00")) == spans[0]
    assert next_allowed(rules, spans, utc("2026-12-24T10:00")) == utc("2027-01-05T07:00")


def test_a_peak_period_freezes_only_where_it_says_so() -> None:
    periods = (
        PeakPeriod(start=date(2026, 11, 2), end=date(2026, 11, 3), freeze=True),
        PeakPeriod(start=date(2026, 11, 9), end=date(2026, 11, 9)),
    )
    plan = Plan(test_from=date(2026, 1, 1), production_not_before=local("2026-01-01T00:00"), peak_periods=periods)
    (span,) = calendar.freezes(Calendar(), plan)
    assert (span.start, span.end) == (utc("2026-11-01T23:00"), utc("2026-11-03T23:00"))
    assert list(calendar.freezes(Calendar(), plan.model_copy(update={"zone": "Europe/Atlantis"}))) == []


@pytest.mark.parametrize(
    ("now", "moment"),
    [
        ("2026-11-04T12:00", "2026-11-07T21:00"),  # on a Wednesday: Saturday evening
        ("2026-11-07T23:30", "2026-11-07T23:30"),  # in it, before midnight
        ("2026-11-08T02:59", "2026-11-08T02:59"),  # in it, after midnight
        ("2026-11-08T03:00", "2026-11-14T21:00"),  # its end is outside
    ],
)
def test_a_window_may_cross_midnight(now: str, moment: str) -> None:
    rules = Calendar(windows=(NIGHTS,))
    assert next_allowed(rules, (), utc(now)) == utc(moment)
    assert calendar.in_window(rules, utc(now)) is (now == moment)


def test_a_window_is_the_shorter_one_in_the_night_that_is_longer() -> None:
    rules = Calendar(windows=(ServiceWindow(days=(Weekday.SUNDAY,), start=time(1), end=time(2, 30)),))
    assert calendar.in_window(rules, utc("2026-10-25T00:29"))
    assert not calendar.in_window(rules, utc("2026-10-25T00:30"))
    assert not calendar.in_window(rules, utc("2026-10-25T01:15")), "02:15 again, and the window is over"


def test_a_window_in_the_hour_that_is_lost_comes_a_week_later() -> None:
    rules = Calendar(windows=(ServiceWindow(days=(Weekday.SUNDAY,), start=time(2, 10), end=time(2, 50)),))
    assert next_allowed(rules, (), utc("2027-03-27T12:00")) == utc("2027-04-04T00:10")


def test_a_window_in_the_doubled_hour_comes_once() -> None:
    rules = Calendar(windows=(ServiceWindow(days=(Weekday.SUNDAY,), start=time(2, 10), end=time(2, 50)),))
    start = utc("2026-10-25T00:00")
    minutes = [start + timedelta(minutes=each) for each in range(180)]
    assert sum(calendar.in_window(rules, each) for each in minutes) == 40


def test_a_freeze_over_a_window_leads_to_the_window_after_it() -> None:
    frozen = Freeze(start=local("2026-11-07T00:00"), end=local("2026-11-08T02:00"), reason="elections")
    rules = Calendar(windows=(NIGHTS,), freezes=(frozen,))
    assert next_allowed(rules, calendar.freezes(rules, None), utc("2026-11-04T12:00")) == utc("2026-11-08T01:00")
