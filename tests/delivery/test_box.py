"""The box: whoever waits for the first commit goes on in turn, and never with one that was taken away meanwhile."""

from __future__ import annotations

import asyncio

from sluse.delivery.compiled import Box, Compiled

FIRST, SECOND = Compiled("1" * 40, {}, ()), Compiled("2" * 40, {}, ())
MANY = 100


async def test_those_who_waited_go_on_a_few_at_a_time_and_in_order() -> None:
    box = Box()
    through: list[int] = []
    begun = asyncio.Event()

    async def wait(number: int) -> None:
        assert await box.get() is FIRST
        through.append(number)
        begun.set()

    waiting = [asyncio.create_task(wait(number)) for number in range(MANY)]
    await asyncio.sleep(0)
    box.put(FIRST)
    await begun.wait()
    assert len(through) < MANY, "others have their turn in between"
    await asyncio.gather(*waiting)
    assert through == list(range(MANY))


async def test_who_comes_later_does_not_wait_behind_them() -> None:
    box = Box()
    waiting = [asyncio.create_task(box.get()) for _ in range(MANY)]
    await asyncio.sleep(0)
    box.put(FIRST)
    assert await box.get() is FIRST
    assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)


async def test_what_was_taken_away_before_their_turn_is_not_given_out() -> None:
    box = Box()
    waiting = [asyncio.create_task(box.get()) for _ in range(3)]
    await asyncio.sleep(0)
    box.put(FIRST)
    box.empty()
    for _ in range(MANY):
        await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    box.put(SECOND)
    assert await asyncio.gather(*waiting) == [SECOND] * 3
