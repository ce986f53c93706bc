"""The operator of who leads: assemble the parts, run Kopf, and end loudly when one of the loops ends.

The order of a start: the ledger is loaded (or restored, or the process stalls), then Kopf watches, then the
IntegrationRepository's handler asks for the first sync, then objects are dealt with. Nothing is written before.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp
import kopf

from sluse.controller import environments
from sluse.controller.app import DRAIN, Dependencies, build_registry
from sluse.controller.begun import Begun
from sluse.controller.clients import Clients
from sluse.controller.federations import Federations
from sluse.controller.logs import told_at_the_end
from sluse.controller.loops import Loops
from sluse.controller.openings import NetworkOpenings
from sluse.controller.schedule import Schedule
from sluse.controller.session import session
from sluse.delivery.comparing import Comparing
from sluse.delivery.compiled import Box
from sluse.delivery.drift import DriftEvents
from sluse.delivery.observing import Live
from sluse.delivery.publish import Publisher
from sluse.delivery.reading import Reading
from sluse.delivery.repository_report import RepositoryReport
from sluse.delivery.standing import standing
from sluse.delivery.sync import Sync
from sluse.desired.stack import ObjectKey
from sluse.ledger.page import Pages
from sluse.ledger.restore import Recall
from sluse.model.held import OrganisationLedger
from sluse.model.names import ClientKey, IntegrationKey
from sluse.notify.message import Letterhead
from sluse.notify.notices import REVIEWERS
from sluse.notify.pace import Pace
from sluse.notify.telling import Telling
from sluse.reconcile.converge import Converge
from sluse.reconcile.federation import ConvergeFederation
from sluse.rules.again import Judge
from sluse.wiring.parts import Parts

log = logging.getLogger(__name__)

LAST_PUBLICATION = 3.0  # seconds


@dataclass
class Process:
    """Everything of one operator, assembled from its parts."""

    parts: Parts
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _failure: BaseException | None = None
    _session: aiohttp.ClientSession | None = None

    def __post_init__(self) -> None:
        parts = self.parts
        settings = parts.settings
        self.box = Box()
        self.begun = Begun()
        self.loops = Loops(self.fail)
        self.pages = Pages(settings.environment, parts.registrar.issuer)
        taken = self.pages.front.take
        self.recall = Recall(parts.journal, parts.branch, parts.now, settings.ledger.trusted_head, taken)
        self.publisher = Publisher(
            settings.environment,
            parts.journal,
            parts.cluster,
            self._publish,
            self._commit,
            parts.now,
            acceptance=environments.acceptance(parts, self.box),
        )
        self.sync = Sync(
            reading=Reading(parts.source, parts.reader, Judge().check, parts.journal, environments.roots(parts)),
            compiler=environments.compiler(parts),
            box=self.box,
            engine=parts.engine,
            books=parts.journal,
            report=RepositoryReport(parts.cluster, settings.environment.namespace, parts.now).write,
            changed=self.publisher.changed,
            drifted=DriftEvents(parts.cluster, settings.environment, parts.now),
            now=parts.now,
            standing=lambda: standing(parts.cluster, settings.environment),
            seen=self._seen,
            recalled=self._recalled,
        )
        parts.journal.overtaken = self.sync.request
        self.publisher.pending = self.sync.stacks.pending
        self.comparing = Comparing(
            self.box, self.sync.stacks.compare, self.sync.request, settings.timing.compare, parts.now
        )
        self.schedule: Schedule[ClientKey | IntegrationKey] = Schedule(self._wake)
        self.clients = Clients(
            environment=settings.environment,
            box=self.box,
            converge=Converge(
                settings.environment,
                settings.repository_id,
                parts.registrar,
                parts.journal,
                parts.now,
                lambda: str(uuid.uuid4()),
                lambda: self.sync.repository.ended if self.sync.repository is not None else (),
            ),
            books=parts.journal,
            stacks=self.sync,
            cluster=parts.cluster,
            issuer=parts.registrar.issuer,
            timing=settings.timing,
            again=self.schedule.after,
            changed=self.publisher.changed,
            now=parts.now,
        )
        self.federation_schedule: Schedule[IntegrationKey] = Schedule(self._wake_federation)
        self.federations = Federations(
            environment=settings.environment,
            box=self.box,
            converge=ConvergeFederation(
                settings.environment,
                settings.repository_id,
                parts.registrar.issuer,
                parts.federations,
                lambda key: parts.journal.get(key.organisation).federation(key.name),
                parts.now,
            ),
            books=parts.journal,
            stacks=self.sync,
            cluster=parts.cluster,
            issuer=parts.registrar.issuer,
            timing=settings.timing,
            again=self.federation_schedule.after,
            changed=self.publisher.changed,
            now=parts.now,
        )
        self.openings = NetworkOpenings(
            environment=settings.environment,
            box=self.box,
            stacks=self.sync,
            cluster=parts.cluster,
            timing=settings.timing,
            again=self.schedule.after,
            now=parts.now,
        )
        self.telling = self._telling()
        if self.telling is not None:
            self.publisher.told = self.telling.published

    def _telling(self) -> Telling | None:
        """Return what tells people of news; None where no mail server is in the settings."""
        parts, mail = self.parts, self.parts.settings.mail
        if parts.mail is None or mail is None:
            return None
        return Telling(
            head=Letterhead(parts.settings.environment, parts.settings.repository_id, mail.sender),
            books=parts.journal,
            server=parts.mail,
            mailbox=lambda addressee: mail.reviewers if addressee == REVIEWERS else self.sync.mailbox(addressee),
            pace=Pace(mail.every),
            now=parts.now,
        )

    async def run(self) -> None:
        """Run until `stop` is set. What ended a loop is raised here: half an operator is worse than none."""
        # Before Kopf, which would start anyway: without a ledger nothing may be written.
        self.publisher.remember(await self.recall.load())
        if self.telling is not None:
            self.telling.begin(self.parts.journal.all())
        registry = build_registry(
            Dependencies(
                clients=self.clients,
                federations=self.federations,
                openings=self.openings,
                configure=self.sync.configure,
                login=self._login,
                start=self._start,
                stop=self._end,
                begun=self.begun,
            )
        )
        try:
            await kopf.operator(
                registry=registry,
                namespaces=[self.parts.settings.environment.namespace],
                settings=kopf.OperatorSettings(),
                stop_flag=self.stop,
                ready_flag=self.ready,
            )
        finally:
            if self._session is not None:
                await self._session.close()
            asyncio.get_running_loop().set_exception_handler(told_at_the_end)
        if self._failure is not None:
            raise self._failure
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_PUBLICATION):
                with self.begun.whole():
                    await self.publisher.publish_news()  # what the last handlers did, and nobody published any more

    def _seen(self, key: ObjectKey, found: Live) -> None:
        """Have what stood in the cluster at the start looked at by whom it concerns."""
        for each in (self.clients, self.federations):
            if key.kind == each.kind.kind:
                each.found(found)

    async def _recalled(self) -> None:
        """Compare the ledger with the status branch, where the remote was away at the start."""
        published = await self.recall.later()
        if published is not None:
            self.publisher.remember(published)

    def _login(self) -> tuple[str, aiohttp.ClientSession]:
        """Return Kopf's own session."""
        parts = self.parts
        connections, me = parts.settings.kubernetes.connections, parts.leading.me
        self._session = session(parts.access, connections=connections, replica=me, fence=parts.fence)
        return parts.access.server, self._session

    def fail(self, error: BaseException) -> None:
        """End as soon as may be, and raise this from `run`."""
        self._failure, self.begun.cut = error, True
        self.stop.set()

    async def _start(self) -> None:
        self.loops.begin(self.sync.loop, lambda: self.sync.under_way)
        self.loops.begin(self.publisher.loop, lambda: self.publisher.under_way)
        self.loops.begin(self.comparing.loop, lambda: self.comparing.under_way)
        self.loops.begin(self.schedule.loop, self.schedule.still)
        self.loops.begin(self.federation_schedule.loop, self.federation_schedule.still)
        if (telling := self.telling) is not None:
            self.loops.begin(telling.loop, lambda: telling.under_way)

    async def _end(self) -> None:
        self.stop.set()  # where Kopf took the signal itself, its own waiter for our stop would hang for five seconds
        if not await self.loops.end(DRAIN):
            self.begun.cut = True

    async def _wake(self, key: ClientKey | IntegrationKey) -> None:
        if isinstance(key, ClientKey):
            await self.clients.wake(key)
        else:
            await self.openings.wake(key)

    async def _wake_federation(self, key: IntegrationKey) -> None:
        await self.federations.wake(key)

    def _commit(self) -> str:
        return self.box.now.commit if self.box.now is not None else ""

    async def _publish(self, ledgers: Mapping[str, OrganisationLedger], commit: str, at: datetime) -> None:
        await self.parts.branch.publish(self.pages.of(ledgers), commit, at)
