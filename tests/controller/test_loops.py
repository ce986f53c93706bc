"""What is said of loops at the end: whether everything that was begun was finished."""

from __future__ import annotations

import asyncio

import pytest

from sluse.controller.begun import Begun
from sluse.controller.loops import Loops


class Work:
    """A loop with one piece of work, which goes on until it is let go."""

    def __init__(self) -> None:
        self.under_way = asyncio.Lock()
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self.finished = False

    async def loop(self) -> None:
        async with self.under_way:
            self.begun.set()
            await self.go_on.wait()
            self.finished = True
        await asyncio.Event().wait()


def unexpected(error: BaseException) -> None:
    raise error


async def test_what_can_be_finished_is_and_that_is_said() -> None:
    loops, work = Loops(unexpected), Work()
    loops.begin(work.loop, lambda: work.under_way)
    await work.begun.wait()
    ending = asyncio.create_task(loops.end(60))
    await asyncio.sleep(0)
    work.go_on.set()
    assert await ending
    assert work.finished


async def test_that_one_of_several_was_cut_off_is_said() -> None:
    loops, done, stuck = Loops(unexpected), Work(), Work()
    done.go_on.set()
    for work in (done, stuck):
        loops.begin(work.loop, lambda work=work: work.under_way)  # type: ignore[misc]
        await work.begun.wait()
    assert not await loops.end(0)
    assert (done.finished, stuck.finished) == (True, False)


async def test_work_that_is_cancelled_was_cut_off_and_work_that_fails_was_not() -> None:
    begun = Begun()
    with pytest.raises(ZeroDivisionError), begun.whole():
        raise ZeroDivisionError
    assert not begun.cut
    with pytest.raises(asyncio.CancelledError), begun.whole():
        raise asyncio.CancelledError
    assert begun.cut
