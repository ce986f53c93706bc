"""The operator's memory of one environment: every organisation's book, and the credentials beside them.

Implements `sluse.reconcile.journal.Journal` by its shape (the two rooms are siblings), and what sync and the
controller need: `get`, `all`, `note`, `change`, `flush`. Memory is authoritative while this is the only writer; the
guard on each object (resourceVersion) tells when it is not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime

from sluse.cluster.client import Cluster
from sluse.errors import LedgerError
from sluse.ledger.anchors import Anchors
from sluse.ledger.book import Book, Change
from sluse.ledger.objects import LedgerObjects
from sluse.ledger.text import own_ledger
from sluse.model.held import HeldClient, HeldIntegration, OrganisationLedger
from sluse.model.names import ClientKey, Environment
from sluse.registrar.port import Held


class ClusterJournal:
    """Call `load` before anything else; until then every call is a LedgerError, since an empty memory would lie."""

    def __init__(
        self, cluster: Cluster, environment: Environment, clock: Callable[[], datetime], *, telling: bool = False
    ) -> None:
        """`telling`: news are told by mail, so in a new ledger everything is news."""
        self._objects = LedgerObjects(cluster, environment)
        self._anchors = Anchors(cluster, environment)
        self._clock = clock
        self._telling = telling
        self._loaded: dict[str, Book] | None = None
        self._absent: dict[str, OrganisationLedger] = {}
        self.overtaken: Callable[[], None] = lambda: None
        """Told when a ledger became what the leader before wrote last: what is wanted was not reckoned from that."""

    async def load(self) -> Mapping[str, OrganisationLedger]:
        """Read every organisation's ledger with one list; a LedgerError where one cannot be read."""
        books: dict[str, Book] = {}
        for organisation, stored in (await self._objects.read_all()).items():
            ledger = own_ledger(organisation, stored.text, self._objects.where(organisation))
            books[organisation] = Book(
                self._objects, ledger, self._overtaken, stored=stored.text, version=stored.version
            )
        self._loaded = books
        return self.all()

    def all(self) -> Mapping[str, OrganisationLedger]:
        """Return every organisation's ledger by its slug."""
        return {organisation: book.current for organisation, book in self._books.items()}

    def get(self, organisation: str) -> OrganisationLedger:
        """Return an organisation's ledger, an empty one where nothing is; the same object while nothing changes."""
        book = self._books.get(organisation)
        return book.current if book is not None else self._empty(organisation)

    def note(self, organisation: str, change: Change) -> None:
        """Change memory now, and the cluster with the organisation's next write. `change` is pure: it may be repeated."""
        self._book(organisation).note(change)

    async def change(self, organisation: str, change: Change) -> None:
        """Change, and return when this and all before it is durable. Concurrent changes share a write."""
        await self._book(organisation).change(change)

    async def flush(self, organisation: str | None = None) -> None:
        """Return when what was noted is durable, for one organisation or all. All are tried before one's error is raised."""
        books = list(self._books.values()) if organisation is None else [self._book(organisation)]
        done = await asyncio.gather(*(book.flush() for book in books), return_exceptions=True)
        for result in done:
            if isinstance(result, BaseException):
                raise result

    async def idle(self, within: float) -> bool:
        """Wait until no ledger is being written, at most so many seconds; return whether that came, and no write was cut off."""
        books = tuple((self._loaded or {}).values())
        writers = [book.writer for book in books if book.writer is not None]
        if writers and (await asyncio.wait(writers, timeout=within))[1]:
            return False
        return not any(book.torn for book in books)

    async def held(self, key: ClientKey) -> HeldClient:
        """Return what is held; an empty value where nothing is."""
        return self.get(key.organisation).client(key.integration, key.client)

    async def record(self, key: ClientKey, held: HeldClient) -> None:
        """Write what is held; return when it is durable."""
        await self.change(key.organisation, self._recorded(key, held))

    def _recorded(self, key: ClientKey, held: HeldClient) -> Change:
        now = self._clock().replace(microsecond=0)

        def recorded(ledger: OrganisationLedger) -> OrganisationLedger:
            entry = ledger.integrations.get(key.integration)
            if entry is None:
                entry = HeldIntegration(title=key.integration, since=now)
            if entry.clients.get(key.client) == held:
                return ledger
            entry = entry.model_copy(update={"clients": {**entry.clients, key.client: held}})
            return ledger.model_copy(update={"integrations": {**ledger.integrations, key.integration: entry}})

        return recorded

    async def credential(self, key: ClientKey) -> Held | None:
        """Return the anchor with its credential; None where there is none."""
        return await self._anchors.read(key)

    async def keep_credential(self, key: ClientKey, held: Held) -> None:
        """Write the Secret; a no-op where it holds exactly this already."""
        await self._anchors.keep(key, held)

    async def drop_credential(self, key: ClientKey) -> None:
        """Delete the Secret; absent is done."""
        await self._anchors.drop(key)

    @property
    def _books(self) -> dict[str, Book]:
        if self._loaded is None:
            raise LedgerError("the ledger has not been read yet")
        return self._loaded

    def _book(self, organisation: str) -> Book:
        if organisation not in self._books:
            empty = self._empty(organisation)
            self._books[organisation] = Book(self._objects, empty, self._overtaken, stored=None, version=None)
        return self._books[organisation]

    def _overtaken(self) -> None:
        self.overtaken()

    def _empty(self, organisation: str) -> OrganisationLedger:
        empty = OrganisationLedger(organisation=organisation, telling=self._telling)
        return self._absent.setdefault(organisation, empty)
