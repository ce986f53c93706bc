"""A host's addresses, however slow the resolver is."""

from __future__ import annotations

import asyncio
import threading

import pytest

from sluse.acceptance import lookup


async def test_a_resolver_that_answers_after_everybody_left_disturbs_nobody() -> None:
    answers, heard = threading.Event(), threading.Event()

    def late(*_: object) -> lookup.Found:
        answers.wait()
        heard.set()
        raise OSError("too late")

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await lookup.addresses("login.fjordlegen.example", 443, 0, late)
    answers.set()
    await asyncio.to_thread(heard.wait)


@pytest.mark.parametrize("error", [OSError("no such host"), UnicodeError("no label")])
async def test_what_a_resolver_says_instead_of_an_answer_is_raised(error: Exception) -> None:
    def refusing(*_: object) -> lookup.Found:
        raise error

    with pytest.raises(type(error), match=str(error)):
        await lookup.addresses("login.fjordlegen.example", 443, 0, refusing)
