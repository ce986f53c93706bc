"""The wake-up schedule: one moment a key, spread by jitter, and a slow key delays nobody.

Its moments are the event loop's, so the tests move a clock of their own: no test waits.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Awaitable, Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.controller.schedule import JITTER, Schedule


class _Leap(selectors.DefaultSelector):
    """Where the loop would sleep, the clock moves instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self.now += timeout
        return super().select(0)


class Clockwork(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)

    def time(self) -> float:
        return self._leap.now


@pytest.fixture
def loop() -> Iterator[Clockwork]:
    made = Clockwork()
    yield made
    made.close()


Woken = list[tuple[str, float]]


def play(loop: Clockwork, until: float, story: Callable[[Schedule[str]], None], jitter: float = 0.0) -> Woken:
    """Run a schedule for so many seconds of its own clock; return who was woken when."""
    woken: Woken = []

    async def wake(key: str) -> None:
        woken.append((key, round(loop.time(), 6)))

    return run(loop, until, story, woken, wake, jitter)


def run(
    loop: Clockwork,
    until: float,
    story: Callable[[Schedule[str]], None],
    woken: Woken,
    wake: Callable[[str], Awaitable[None]],
    jitter: float = 0.0,
) -> Woken:
    async def whole() -> None:
        schedule = Schedule(wake, jitter=lambda: jitter)
        running = asyncio.create_task(schedule.loop())
        story(schedule)
        await asyncio.wait([running], timeout=until - loop.time())
        if not running.done():
            running.cancel()
        await asyncio.wait([running])
        if not running.cancelled():
            await running

    loop.run_until_complete(whole())
    return woken


def test_keys_are_woken_when_they_are_due_and_once(loop: Clockwork) -> None:
    def story(schedule: Schedule[str]) -> None:
        schedule.after("late", 30)
        schedule.after("soon", 3)

    assert play(loop, 100, story) == [("soon", 3.0), ("late", 30.0)]


@pytest.mark.parametrize("moments", [(5, 50), (50, 5)], ids=["later", "earlier"])
def test_a_key_has_one_moment_and_the_last_word_counts(loop: Clockwork, moments: tuple[float, float]) -> None:
    def story(schedule: Schedule[str]) -> None:
        for moment in moments:
            schedule.after("key", moment)
        assert len(schedule) == 1

    assert play(loop, 100, story) == [("key", float(moments[1]))]


@given(st.floats(0, 1, exclude_max=True), st.integers(1, 10_000))
def test_jitter_only_ever_delays_and_by_a_tenth_at_most(share: float, seconds: int) -> None:
    loop = Clockwork()
    ((_, moment),) = play(loop, seconds * 2.0, lambda schedule: schedule.after("key", seconds), share)
    assert seconds - 1e-5 <= moment <= seconds * (1 + JITTER) + 1e-5
    loop.close()


def test_a_slow_key_delays_no_other(loop: Clockwork) -> None:
    woken: Woken = []

    async def wake(key: str) -> None:
        if key == "slow":
            await asyncio.Event().wait()
        woken.append((key, loop.time()))

    def story(schedule: Schedule[str]) -> None:
        schedule.after("slow", 1)
        schedule.after("quick", 2)

    assert run(loop, 10, story, woken, wake) == [("quick", 2.0)]


def test_a_key_can_be_scheduled_again_from_its_own_waking(loop: Clockwork) -> None:
    woken: Woken = []
    schedules: list[Schedule[str]] = []

    async def wake(key: str) -> None:
        woken.append((key, loop.time()))
        schedules[0].after(key, 10)

    def story(schedule: Schedule[str]) -> None:
        schedules.append(schedule)
        schedule.after("key", 10)

    assert run(loop, 35, story, woken, wake) == [("key", 10.0), ("key", 20.0), ("key", 30.0)]


def test_at_the_end_what_is_awake_is_waited_for_and_what_it_asks_for_does_not_begin(loop: Clockwork) -> None:
    said: Woken = []

    async def whole() -> None:
        async def wake(key: str) -> None:
            said.append((f"{key} begins", loop.time()))
            await asyncio.sleep(5)
            schedule.after("next", 0)
            await asyncio.sleep(5)
            said.append((f"{key} ends", loop.time()))

        schedule = Schedule(wake, jitter=lambda: 0.0)
        running = asyncio.create_task(schedule.loop())
        schedule.after("first", 1)
        schedule.after("later", 7)
        await asyncio.sleep(2)
        async with schedule.still():
            running.cancel()
        await asyncio.wait([running])

    loop.run_until_complete(whole())
    assert said == [("first begins", 1.0), ("first ends", 11.0)]


def test_a_bug_in_a_waking_ends_the_loop_loudly(loop: Clockwork) -> None:
    async def wake(key: str) -> None:
        raise ZeroDivisionError(key)

    with pytest.raises(ExceptionGroup) as caught:
        run(loop, 10, lambda schedule: schedule.after("key", 1), [], wake)
    assert caught.group_contains(ZeroDivisionError)


@pytest.mark.parametrize("turns", range(6))
def test_a_cancellation_that_comes_with_news_ends_it(loop: Clockwork, turns: int) -> None:
    async def wake(_: str) -> None:
        raise AssertionError("nothing is due")

    async def story() -> None:
        schedule = Schedule(wake, jitter=lambda: 0.0)
        schedule.after("far", 1e6)
        running = asyncio.create_task(schedule.loop())
        await asyncio.sleep(1)
        schedule.after("further", 1e6)
        for _ in range(turns):
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.wait({running}, timeout=5)
        assert running.cancelled()

    loop.run_until_complete(story())
