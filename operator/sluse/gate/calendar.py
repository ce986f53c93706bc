"""When production may move: freezes, service windows, and the clocks of a zone with both their changes. Pure.

Wall-clock times are made instants here and nowhere else. In spring one hour does not exist: a time in it means the
moment the clocks jump. In autumn one hour comes twice, and a time in it means whichever lets less happen: a service
opens at the second, a freeze lasts from the first to the second, a window from the second to the first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sluse.model.plan import Plan
from sluse.model.policy.calendar import Calendar, ServiceWindow, Weekday
from sluse.words.said import say

_DAY = timedelta(days=1)
_DAYS_AHEAD = 16  # a weekly window comes within eight days, or a week later where it lies in the hour that is lost


@dataclass(frozen=True, order=True)
class Span:
    """From `start` until before `end`, both instants in UTC. `why` is for people."""

    start: datetime
    end: datetime
    why: str = ""


def instant(local: datetime, zone: str, *, latest: bool = False) -> datetime:
    """Return the instant of a wall-clock time in UTC. ValueError where no zone has this name.

    `latest` chooses the second of an hour that comes twice. A time that does not exist is the moment of the jump.
    """
    info = _zone(zone)
    first = local.replace(tzinfo=info, fold=0).astimezone(UTC)
    second = local.replace(tzinfo=info, fold=1).astimezone(UTC)
    if first.astimezone(info).replace(tzinfo=None) != local:
        return _jump(second, first, info)
    return max(first, second) if latest else first


def is_zone(name: str) -> bool:
    """Tell whether there is a time zone of this name."""
    try:
        _zone(name)
    except ValueError:
        return False
    return True


def freezes(calendar: Calendar, plan: Plan | None) -> Iterator[Span]:
    """Yield NHN's freezes, and the integration's own peak periods that ask for one.

    A plan in a zone that has no clock has no periods: it is not entitled to anything either.
    """
    for freeze in calendar.freezes:
        start, end = instant(freeze.start, calendar.zone), instant(freeze.end, calendar.zone, latest=True)
        yield Span(start, end, say("NHN's freeze: {reason}", reason=freeze.reason))
    if plan is None or not is_zone(plan.zone):
        return
    for period in plan.peak_periods:
        if period.freeze:
            yield Span(
                instant(_midnight(period.start), plan.zone),
                instant(_midnight(period.end + _DAY), plan.zone, latest=True),
                say("the integration's own peak period from {start} to {end}", start=period.start, end=period.end),
            )


def next_allowed(calendar: Calendar, spans: Iterable[Span], after: datetime) -> datetime | None:
    """Return the first moment from `after` on that is in a service window and in no freeze; None where none comes.

    Without windows in the calendar any moment will do. None means that the windows never open.
    """
    frozen = tuple(spans)
    moment = after
    while True:
        opened = _into_window(calendar, moment)
        if opened is None:
            return None
        stop = [span.end for span in frozen if span.start <= opened < span.end]
        if not stop:
            return opened
        moment = max(stop)


def frozen_at(spans: Iterable[Span], at: datetime) -> Span | None:
    """Return the freeze that a moment is in, the one that lasts longest."""
    return max((span for span in spans if span.start <= at < span.end), key=lambda span: span.end, default=None)


def in_window(calendar: Calendar, at: datetime) -> bool:
    """Tell whether a moment is in a service window; without any it always is."""
    return _into_window(calendar, at) == at


def _into_window(calendar: Calendar, after: datetime) -> datetime | None:
    if not calendar.windows:
        return after
    today = after.astimezone(_zone(calendar.zone)).date()
    starts = [
        max(span.start, after)
        for window in calendar.windows
        for span in _spans(window, calendar.zone, today)
        if span.end > max(after, span.start)
    ]
    return min(starts, default=None)


def _spans(window: ServiceWindow, zone: str, today: date) -> Iterator[Span]:
    """Yield a window's occurrences around a day; one that ends no later than it starts crosses midnight."""
    weekdays = [list(Weekday).index(day) for day in window.days]
    for ahead in range(-1, _DAYS_AHEAD):
        day = today + ahead * _DAY
        if day.weekday() in weekdays:
            until = day if window.end > window.start else day + _DAY
            start, end = datetime.combine(day, window.start), datetime.combine(until, window.end)
            narrow = Span(instant(start, zone, latest=True), instant(end, zone))
            # A window that lies in the doubled hour altogether is the first of the two.
            yield narrow if narrow.start < narrow.end else Span(instant(start, zone), instant(end, zone))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _jump(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant of the later offset between two instants, to the second."""
    low, high = int(min(early, late).timestamp()), int(max(early, late).timestamp())
    offset = datetime.fromtimestamp(high, zone).utcoffset()
    while low < high:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == offset:
            high = middle
        else:
            low = middle + 1
    return datetime.fromtimestamp(low, UTC)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError):
        raise ValueError(f"there is no time zone {name}") from None
