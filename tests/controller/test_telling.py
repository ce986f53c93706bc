"""An operator with a mail server: people are told what they must know, once, and publishing never waits for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from sluse.demo.expect import eventually
from sluse.model.settings import Settings
from sluse.sandbox.mail import Caught, MailCatcher
from sluse.wiring.settings import load
from worlds.documents import Supplier
from worlds.operated import TEST, Operated, Writes, difference
from worlds.running import Running


@dataclass
class Mailed:
    """A world whose operator tells news."""

    world: Operated

    @property
    def catcher(self) -> MailCatcher:
        return self.world.sandbox.mail

    def operator(self) -> Running:
        return Running(self.settings, self.world.sandbox.clock.now)

    @property
    def settings(self) -> Settings:
        return load(self.world.sandbox.settings(TEST)).model_copy(update={"timing": self.world.timing})

    def to(self, mailbox: str) -> list[Caught]:
        return [each for each in self.catcher.caught if each.mailboxes == (mailbox,)]

    async def told(self, supplier: Supplier) -> None:
        """Wait until the cluster's ledger says that a supplier was told that test is ready."""

        async def written() -> bool:
            entry: dict[str, Any] = (await self.world.held(supplier.slug))["integrations"]["journal"]
            return entry.get("told", {}).get("stage") == entry.get("stage") == "TestReady"

        await self.world.ready(supplier.sync)
        await eventually(written, f"{supplier.slug} was told, and that is written down")


@pytest.fixture
def mailed(world: Operated) -> Mailed:
    return Mailed(world)


async def test_a_supplier_is_told_once_that_test_is_ready_with_its_client_ids(mailed: Mailed, mine: Supplier) -> None:
    with mailed.operator():
        (body,) = await mailed.world.ready(mine.sync)
        await mailed.told(mine)
    (caught,) = mailed.to(f"drift@{mine.slug}.example")
    assert caught.message["Subject"] == f"Sluse test: {mine.slug}.journal: TestReady / Klar i test"
    assert f"client id {body['status']['clientId']}" in caught.text
    page = mailed.world.page(mine.slug)
    assert page["stage"] == "TestReady", "what is told can be read"
    assert "told" not in mailed.world.main.file(TEST.status_branch, f"_ledger/{mine.slug}.json")


async def test_a_restart_tells_and_writes_nothing(mailed: Mailed, mine: Supplier, neighbour: Supplier) -> None:
    with mailed.operator():
        for supplier in (mine, neighbour):
            await mailed.told(supplier)
            await mailed.world.stage(supplier.slug, "TestReady")
    mails, before = len(mailed.catcher.caught), mailed.world.writes()
    with mailed.operator():
        await mailed.world.ask_for_sync()
        await eventually(lambda: bool(difference(before, mailed.world.writes()).cluster), "the sync was answered")
    assert difference(before, mailed.world.writes()) == Writes({"integrationrepositories/status": 1}, {}, 0)
    assert len(mailed.catcher.caught) == mails


async def test_an_operator_that_is_given_a_mail_server_tells_nothing_old(mailed: Mailed, mine: Supplier) -> None:
    with mailed.world.operator():
        await mailed.world.ready(mine.sync)
        await mailed.world.stage(mine.slug, "TestReady")
    with mailed.operator():
        await mailed.world.merge({**mine.integration("late"), **mine.keys("late")})
        await mailed.world.ready(mine.resource("late", "sync"))
        (caught,) = mailed.catcher.wait(1)
    assert "late" in caught.message["Subject"]
    assert f"{mine.slug}.journal" not in caught.text


async def test_without_its_mail_server_the_operator_publishes_and_tells_later(
    mailed: Mailed, mine: Supplier, caplog: pytest.LogCaptureFixture
) -> None:
    mailed.catcher.close()
    with mailed.operator():
        await mailed.world.ready(mine.sync)
        await mailed.world.stage(mine.slug, "TestReady")
        await eventually(lambda: "notifications wait" in caplog.text, "it is said once that notifications wait")
        entry = (await mailed.world.held(mine.slug))["integrations"]["journal"]
        assert "told" not in entry
        mailed.catcher.start()
        await mailed.told(mine)
    assert len(mailed.to(f"drift@{mine.slug}.example")) == 1
    assert caplog.text.count("notifications wait") == 1
