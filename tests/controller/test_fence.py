"""Everything by which an operator can write, wired as in a real one, beside a leadership that it does not have.

Each seam is tried by itself: what is refused must be refused where it is sent, not where somebody thought of it before.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from sluse.cluster.kinds import CONFIG_MAP, INTEGRATION_REPOSITORY
from sluse.controller.process import Process
from sluse.errors import NotLeading
from sluse.model.held import HeldClient
from sluse.model.names import ClientId, ClientKey, IntegrationKey
from sluse.model.told import Told
from sluse.notify.message import Letterhead, mail
from sluse.notify.notices import Notice
from sluse.registrar.port import Held, Mark
from sluse.wiring.parts import Parts, opened
from sluse.wiring.settings import load
from worlds.converging import registration
from worlds.operated import NAMESPACE, REPOSITORY, TEST, Operated, Writes, difference
from worlds.stacks import stack
from worlds.telling import NOW

KEY = ClientKey("fjord", "journal", "sync")
MARK = Mark("a mark of ours")
Write = Callable[[Parts], Awaitable[object]]


def config_map(name: str = "mine") -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {}}


def held(parts: Parts) -> Held:
    return Held(ClientId("c"), f"{parts.registrar.issuer}/connect/register/c", SecretStr("token"))


async def by_kopf(parts: Parts) -> None:
    """Write as Kopf writes: with the session that we give it."""
    server, session = Process(parts)._login()
    path = f"{server}{INTEGRATION_REPOSITORY.path(NAMESPACE, REPOSITORY)}"
    content = {"Content-Type": "application/merge-patch+json"}
    async with session, session.patch(path, data=b'{"metadata":{"annotations":{"a":"b"}}}', headers=content):
        pass


async def by_mail(parts: Parts) -> None:
    told = Told(stage="Live", since=NOW)
    notice = Notice(
        "fjord", IntegrationKey("fjord", "journal"), "ServiceIntegration", "x", "Live", moved=True, told=told
    )
    head = Letterhead(TEST, parts.settings.repository_id, "sluse@sluse.example")
    assert parts.mail is not None
    await parts.mail.send(mail([notice], "drift@fjord.example", head, NOW), head.sender, "drift@fjord.example")


async def by_the_status_branch(parts: Parts) -> None:
    await parts.branch.fetch()
    await parts.branch.publish({"fjord/journal.json": b"{}\n"}, "c" * 40, NOW)


async def in_the_ledger(parts: Parts) -> None:
    await parts.journal.load()
    await parts.journal.record(KEY, HeldClient())


async def at_the_federations(parts: Parts) -> None:
    assert parts.federations is not None
    await parts.federations.retire("fjord")


SEAMS: dict[str, Write] = {
    "create": lambda parts: parts.cluster.create(config_map()),
    "apply": lambda parts: parts.cluster.apply(config_map(), manager="sluse"),
    "replace": lambda parts: parts.cluster.replace(config_map()),
    "merge": lambda parts: parts.cluster.merge(CONFIG_MAP, NAMESPACE, "mine", {"data": {"a": "b"}}),
    "delete": lambda parts: parts.cluster.delete(CONFIG_MAP, NAMESPACE, "sluse-settings"),
    "kopf": by_kopf,
    "the engine": lambda parts: parts.engine.declare(stack()),
    "the ledger": in_the_ledger,
    "a credential": lambda parts: parts.journal.keep_credential(KEY, held(parts)),
    "register": lambda parts: parts.registrar.create(registration(), MARK),
    "read, which may rotate": lambda parts: parts.registrar.observe(held(parts)),
    "change": lambda parts: parts.registrar.update(held(parts), registration(), MARK),
    "end": lambda parts: parts.registrar.retire(held(parts)),
    "a federation": at_the_federations,
    "push": by_the_status_branch,
    "mail": by_mail,
}


@pytest.fixture
async def parts(world: Operated) -> AsyncIterator[Parts]:
    async with opened(load(world.sandbox.settings(TEST)), world.sandbox.clock.now) as opened_parts:
        yield opened_parts


@pytest.mark.parametrize("seam", SEAMS)
async def test_who_does_not_lead_sends_nothing(world: Operated, parts: Parts, seam: str) -> None:
    before, tip = world.writes(), world.main.tip(TEST.status_branch)
    asked = world.authority.requests.snapshot()
    with pytest.raises(NotLeading):
        await SEAMS[seam](parts)
    assert difference(before, world.writes()) == Writes({}, {}, 0)
    assert world.authority.requests.snapshot() == asked
    assert world.main.tip(TEST.status_branch) == tip
    assert world.sandbox.mail.caught == ()


async def test_who_leads_sends_and_who_did_sends_no_more(world: Operated, parts: Parts) -> None:
    await parts.leading.acquire()
    await parts.cluster.create(config_map("one"))
    await parts.leading.release()
    with pytest.raises(NotLeading):
        await parts.cluster.create(config_map("two"))
    assert world.writes().cluster == {"configmaps": 1}
