"""What an operator says, whatever the level: one line an event, and never a secret."""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Iterator

import pytest

from sluse.cluster.kinds import SECRET
from sluse.controller.logs import to_stderr
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
