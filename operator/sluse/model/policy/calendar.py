"""When production may move: `policies/calendar.yaml`. Times are local in `zone`."""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sluse.model.value import Line, Unique, Value, WallClock, Zone


class Weekday(StrEnum):
    """As written in a calendar."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


class Freeze(Value):
    """Nothing moves from `start` until before `end`."""

    start: WallClock
    end: WallClock
    reason: Line


class ServiceWindow(Value):
    """A weekly window; with any window in the calendar, moves happen only in one."""

    days: Annotated[tuple[Weekday, ...], Unique] = Field(min_length=1, max_length=7)
    start: time
    end: time


class Calendar(Value):
    """`policies/calendar.yaml`. No window at all: any time will do."""

    zone: Zone = "Europe/Oslo"
    freezes: tuple[Freeze, ...] = Field((), max_length=200)
    windows: tuple[ServiceWindow, ...] = Field((), max_length=50)
