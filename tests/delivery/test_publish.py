"""The ledger's news reach the status branch in batches and the Integration objects; nothing is said twice, nothing lost."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest

from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.publish import Publisher
from sluse.errors import ClusterError, LedgerError
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.journal import ClusterJournal
from sluse.ledger.page import pages
from sluse.ledger.restore import Recall
from sluse.model.held import HeldIntegration, OrganisationLedger, WaitingOn
from sluse.sandbox.kube.faults import Fault
from worlds.cluster import TEST, ClusterWorld
from worlds.compiling import NOW
from worlds.remote import Main
from worlds.stacks import stack, summary

WAITING = WaitingOn(on="supplier", reason="SourceInvalid", message="line 3", since=NOW)


@dataclass
class Publishing:
    """`batches` are the organisations of every publication, in order."""

    cluster: ClusterWorld
    main: Main
    branch: StatusBranch
    batches: list[set[str]] = field(default_factory=list)
    published: asyncio.Event = field(default_factory=asyncio.Event)

    async def process(self) -> None:
        self.journal = ClusterJournal(self.cluster.operator, TEST, lambda: NOW)
        self.publisher = Publisher(
            TEST, self.journal, self.cluster.operator, self._publish, lambda: "1" * 40, lambda: NOW
        )
        self.publisher.remember(await Recall(self.journal, self.branch, lambda: NOW).load())

    async def note(self, *slugs: str, durable: bool = False, **changes: object) -> None:
        """Let the ledger have news of the integration `journal` of each."""
        for slug in slugs:
            self.journal.note(slug, changed(**changes))
        if durable:
            await self.journal.flush()

    async def once(self) -> tuple[int, int, int]:
        """Publish; return how many commits, ledger writes and statuses that took."""
        before = self._figures()
        await self.publisher.once()
        commits, ledgers, statuses = (now - then for now, then in zip(self._figures(), before, strict=True))
        return commits, ledgers, statuses

    async def shown(self, slug: str) -> Mapping[str, object]:
        found = await self.cluster.get(summary(slug))
        assert found is not None
        status: Mapping[str, object] = found.get("status") or {}
        return status

    def _figures(self) -> tuple[int, int, int]:
        commits = self.main.git("rev-list", "--count", f"refs/heads/{TEST.status_branch}")
        return int(commits), self.cluster.writes("configmaps"), self.cluster.writes("integrations")

    async def _publish(self, ledgers: Mapping[str, OrganisationLedger], commit: str, at: datetime) -> None:
        self.batches.append(set(ledgers))
        self.published.set()
        await self.branch.publish(pages(ledgers, environment=TEST, issuer="https://authority.example"), commit, at)


def changed(**changes: object) -> Callable[[OrganisationLedger], OrganisationLedger]:
    def change(ledger: OrganisationLedger) -> OrganisationLedger:
        entry = ledger.integrations.get("journal", HeldIntegration(title="Journal", since=NOW))
        after = entry.model_copy(update=changes)
        return ledger.model_copy(update={"integrations": {**ledger.integrations, "journal": after}})

    return change


@pytest.fixture
def branch(main: Main, tmp_path: Path) -> StatusBranch:
    key = tmp_path / "signing"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)], check=True)
    return StatusBranch(f"file://{main.repository}", tmp_path / "status", TEST, {}, key, "sluse@localhost.invalid")


@pytest.fixture
async def publishing(world: ClusterWorld, main: Main, branch: StatusBranch) -> Publishing:
    """Two organisations, declared; nothing noted yet."""
    await branch.genesis("integrations.example", NOW)
    engine = EmbeddedEngine(world.operator)
    for slug in ("fjord", "nord"):
        await engine.declare(stack(slug))
    publishing = Publishing(world, main, branch)
    await publishing.process()
    return publishing


async def test_news_are_made_durable_published_and_shown(publishing: Publishing) -> None:
    await publishing.note("fjord", waiting=(WAITING,))
    assert await publishing.once() == (1, 1, 1)
    assert publishing.main.file(TEST.status_branch, "fjord/journal.json")
    shown = await publishing.shown("fjord")
    assert shown["stage"] == "Ordered"
    assert shown["waitingFor"] == {"on": "supplier", "reason": "SourceInvalid", "since": "2026-12-01T08:00:00Z"}
    assert await publishing.shown("nord") == {}


async def test_what_is_no_longer_waited_for_is_taken_off_the_object(publishing: Publishing) -> None:
    await publishing.note("fjord", waiting=(WAITING,))
    await publishing.once()
    await publishing.note("fjord", waiting=())
    await publishing.once()
    assert "waitingFor" not in await publishing.shown("fjord")


async def test_nothing_new_writes_nothing_anywhere(publishing: Publishing) -> None:
    await publishing.note("fjord", "nord")
    await publishing.once()
    assert await publishing.once() == (0, 0, 0)
    assert len(publishing.batches) == 1


async def test_news_of_many_are_one_commit(publishing: Publishing) -> None:
    await publishing.note("fjord", "nord")
    assert await publishing.once() == (1, 2, 2)
    assert publishing.batches == [{"fjord", "nord"}]


async def test_news_wait_for_objects_that_are_about_to_be_declared(publishing: Publishing) -> None:
    pending = {"ost"}
    publishing.publisher.pending = pending.__contains__
    await publishing.note("fjord", "ost")
    assert await publishing.once() == (1, 1, 1)
    assert publishing.batches == [{"fjord"}]
    assert await publishing.once() == (0, 0, 0)
    await EmbeddedEngine(publishing.cluster.operator).declare(stack("ost"))
    pending.clear()
    assert await publishing.once() == (1, 1, 1)
    assert (await publishing.shown("ost"))["stage"] == "Ordered"
    assert publishing.cluster.asked(resource="integrations", subresource="status", code=404) == 0


async def test_only_what_changed_is_published(publishing: Publishing) -> None:
    await publishing.note("fjord", "nord")
    await publishing.once()
    await publishing.note("nord", title="Another")
    assert await publishing.once() == (1, 1, 0), "a title is on the page, and not in the status"
    assert publishing.batches[-1] == {"nord"}


async def test_a_restart_publishes_and_shows_nothing_anew(publishing: Publishing) -> None:
    await publishing.note("fjord", "nord")
    await publishing.once()
    await publishing.process()
    assert await publishing.once() == (0, 0, 0)


async def test_a_restart_publishes_what_was_durable_and_not_published(publishing: Publishing) -> None:
    await publishing.note("fjord", durable=True)
    await publishing.process()
    assert await publishing.once() == (1, 0, 1)


async def test_a_remote_that_is_away_leaves_news_news_and_statuses_are_shown_all_the_same(
    publishing: Publishing,
) -> None:
    await publishing.note("fjord")
    away = publishing.main.repository.with_suffix(".away")
    publishing.main.repository.rename(away)
    with pytest.raises(LedgerError):
        await publishing.publisher.once()
    away.rename(publishing.main.repository)
    assert (await publishing.shown("fjord"))["stage"] == "Ordered"
    assert await publishing.once() == (1, 0, 0)


async def test_a_status_that_cannot_be_written_stays_news_and_keeps_nothing_back(publishing: Publishing) -> None:
    await publishing.note("fjord", "nord")
    publishing.cluster.api.faults.add(Fault(code=403, verb="patch", resource="integrations", name="fjord.journal"))
    with pytest.raises(ClusterError):
        await publishing.publisher.once()
    assert publishing.batches == [{"fjord", "nord"}]
    assert (await publishing.shown("nord"))["stage"] == "Ordered"
    assert await publishing.once() == (0, 0, 1)
    assert (await publishing.shown("fjord"))["stage"] == "Ordered"


async def test_an_object_that_is_not_declared_yet_is_shown_with_its_next_news(publishing: Publishing) -> None:
    await publishing.note("late", waiting=(WAITING,))
    assert await publishing.once() == (1, 1, 0)
    await EmbeddedEngine(publishing.cluster.operator).declare(stack("late"))
    publishing.journal.note("late", lambda ledger: ledger.model_copy(update={"declared": "0" * 64}))
    assert await publishing.once() == (1, 1, 1)
    assert (await publishing.shown("late"))["stage"] == "Ordered"


async def test_an_object_that_left_with_its_integration_is_asked_for_once(publishing: Publishing) -> None:
    await publishing.note("gone", stage="Retired")
    await publishing.once()
    asked = publishing.cluster.asked(resource="integrations")
    publishing.journal.note("gone", lambda ledger: ledger.model_copy(update={"declared": "0" * 64}))
    await publishing.once()
    assert publishing.cluster.asked(resource="integrations") == asked


async def test_a_ledger_that_cannot_be_written_is_not_published_and_keeps_nobody_elses_news_back(
    publishing: Publishing,
) -> None:
    await publishing.note("fjord", durable=True)
    second = ClusterJournal(publishing.cluster.operator, TEST, lambda: NOW)
    await second.load()
    await second.change("fjord", changed(title="Theirs"))
    await publishing.note("fjord", "nord", title="Mine")
    with pytest.raises(LedgerError, match="second operator"):
        await publishing.publisher.once()
    assert publishing.batches == [{"nord"}]


async def test_the_loop_gathers_what_comes_together_and_tries_again(publishing: Publishing) -> None:
    loop = asyncio.create_task(publishing.publisher.loop())
    try:
        for slug in ("fjord", "nord"):
            await publishing.note(slug)
            publishing.publisher.changed()
        await publishing.published.wait()
        assert publishing.batches == [{"fjord", "nord"}]
        assert not loop.done()
    finally:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop


async def test_the_loop_gathers_longer_while_stacks_are_being_declared(publishing: Publishing) -> None:
    pending = {"nord": 3}

    def asked(slug: str) -> bool:
        pending[slug] = pending.get(slug, 0) - 1
        return pending[slug] >= 0

    publishing.publisher.pending = asked
    await publishing.note("fjord", "nord")
    loop = asyncio.create_task(publishing.publisher.loop())
    try:
        publishing.publisher.changed()
        await publishing.published.wait()
        assert publishing.batches == [{"fjord", "nord"}], "what came first waited for what was pending"
    finally:
        loop.cancel()
        with suppress(asyncio.CancelledError):
            await loop
