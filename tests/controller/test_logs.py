"""What an operator says, whatever the level: one line an event, and never a secret."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sluse.cluster.kinds import SECRET
from sluse.controller.logs import to_stderr, told_at_the_end
from sluse.demo.expect import eventually
from worlds.documents import OTHER, Supplier
from worlds.operated import NAMESPACE, TEST, Operated

TRANSPORT = logging.getLogger("sluse.registrar.http.transport")


@pytest.mark.parametrize("level", [logging.INFO, logging.DEBUG], ids=logging.getLevelName)
async def test_no_secret_is_in_any_line_of_anybody(
    shared: Operated, mine: Supplier, caplog: pytest.LogCaptureFixture, level: int
) -> None:
    caplog.set_level(level)
    for name in ("sluse", "kopf", "aiohttp", "asyncio", "git"):
        caplog.set_level(level, logger=name)
    await shared.merge(mine.everything())
    await shared.ready(mine.sync)
    shared.authority.faults.answer(401, method="PUT", path="/connect/register")
    await shared.merge(mine.integration(scopes=(OTHER,)))
    await shared.condition(mine.sync, "Ready", "False", "CredentialRefused")
    await shared.ready(mine.sync)
    await shared.stage(mine.slug, "TestReady")
    data = (await shared.admin.get(SECRET, NAMESPACE, f"sluse-anchor-{mine.sync}"))["data"]
    people = shared.sandbox.people
    secrets = {
        base64.b64decode(data["credential"]).decode(),
        data["credential"],
        people.operators[TEST].token,
        people.operator_pushers[TEST].token,
        people.initial_access_tokens[TEST],
    }
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert f"{mine.sync}: registered" in said, "there is something to read"
    assert not [secret for secret in secrets if secret in said]
    assert "PRIVATE KEY" not in said


async def test_each_request_to_the_authority_is_one_line_with_its_correlation_id(
    shared: Operated, mine: Supplier, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=TRANSPORT.name)
    await shared.merge(mine.everything())
    await shared.ready(mine.sync)

    def lines() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.name == TRANSPORT.name]

    await eventually(lambda: len(lines()) >= 2, "two requests are told")
    shape = re.compile(r"(POST|PUT|GET) /connect/register(/\{client_id\})? [0-9]{3} [0-9a-f-]{36}")
    assert all(shape.fullmatch(line) for line in lines()), lines()


@pytest.fixture
def quiet() -> Iterator[None]:
    """Give the root logger back as it was."""
    root, ours = logging.getLogger(), logging.getLogger("sluse")
    before = (root.level, root.handlers[:], ours.level)
    yield
    root.setLevel(before[0])
    root.handlers[:] = before[1]
    ours.setLevel(before[2])


@pytest.mark.usefixtures("quiet")
def test_for_collectors_each_line_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr(json_lines=True)
    logging.getLogger("sluse.any").info("blåbær\n%s", "second line")
    logging.getLogger("kopf.any").info("not ours")
    logging.getLogger("kopf.any").error("it broke", exc_info=ZeroDivisionError("why"))
    first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert first["message"] == "blåbær\nsecond line"
    assert (first["level"], first["logger"]) == ("info", "sluse.any")
    assert "ZeroDivisionError: why" in second["exception"]


@pytest.mark.usefixtures("quiet")
def test_for_people_each_event_is_one_line_of_text(capsys: pytest.CaptureFixture[str]) -> None:
    to_stderr(json_lines=False)
    logging.getLogger("sluse.any").info("registered")
    logging.getLogger("sluse.any").debug("too much")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("INFO sluse.any: registered")


@asynccontextmanager
async def unpaused() -> AsyncIterator[None]:
    yield


async def cut_watch() -> AsyncIterator[str]:
    async with unpaused():
        yield "an event that nobody took"


@pytest.mark.parametrize(("handler", "told"), [(None, True), (told_at_the_end, False)])
def test_watches_cut_while_they_hand_something_over_are_no_error_at_the_end(
    caplog: pytest.LogCaptureFixture,
    *,
    handler: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None] | None,
    told: bool,
) -> None:
    async def operator() -> list[AsyncIterator[str]]:
        watches = [cut_watch() for _ in range(50)]  # as many as make one closed in the wrong order certain
        for watch in watches:
            await anext(watch)
        asyncio.get_running_loop().set_exception_handler(handler)
        return watches

    assert asyncio.run(operator())
    assert any("asynchronous generator" in record.getMessage() for record in caplog.records) is told


def test_what_else_goes_wrong_at_the_end_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def operator() -> None:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(told_at_the_end)
        loop.call_soon(lambda: 1 / 0)
        await asyncio.sleep(0)

    asyncio.run(operator())
    (record,) = caplog.records
    assert "Exception in callback" in record.getMessage()
