"""Telling: what is published and not told yet becomes mail, one at a time for each mailbox, for ever.

At least once: what was said is noted in the ledger after it was handed over, so a crash between may say it again, with
the same Message-ID. A mail server that does not answer costs no ledger write; it is tried again, ever more slowly, and
complained of once. What happens meanwhile becomes part of one later mail, or of none where it came and went.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from functools import partial
from typing import Protocol

from sluse.errors import MailRefused, MailUnavailable, SluseError
from sluse.model.held import OrganisationLedger
from sluse.notify.message import Letterhead, mail
from sluse.notify.notices import Notice, begun, by_addressee, noted, notices
from sluse.notify.pace import Pace

log = logging.getLogger(__name__)


class Books(Protocol):
    """What telling needs of the ledger."""

    def get(self, organisation: str) -> OrganisationLedger: ...

    def note(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None: ...

    async def flush(self, organisation: str | None = None) -> None: ...


class Server(Protocol):
    """The way out; `sluse.notify.smtp.SmtpServer` is one."""

    async def send(self, message: EmailMessage, sender: str, mailbox: str) -> None: ...


@dataclass
class Telling:
    """One environment's. `mailbox` gives an addressee's function mailbox at HEAD, None while that is not known."""

    head: Letterhead
    books: Books
    server: Server
    mailbox: Callable[[str], str | None]
    pace: Pace
    now: Callable[[], datetime]
    clock: Callable[[], float] = time.monotonic
    under_way: asyncio.Lock = field(default_factory=asyncio.Lock)
    _published: dict[str, OrganisationLedger] = field(default_factory=dict)
    _quiet: dict[str, tuple[OrganisationLedger, OrganisationLedger]] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    def begin(self, ledgers: Mapping[str, OrganisationLedger]) -> None:
        """Take what an earlier process left: told is what it had not told yet; where it told nothing, nothing is news."""
        for slug in ledgers:
            self.books.note(slug, begun)
        self.published({slug: self.books.get(slug) for slug in ledgers})

    def published(self, ledgers: Mapping[str, OrganisationLedger]) -> None:
        """Say that these ledgers can be read by everybody; returns at once, and never raises."""
        self._published.update(ledgers)
        self._news.set()

    async def loop(self) -> None:
        """Tell for ever."""
        while True:
            self._news.clear()
            async with self.under_way:
                wait = await self.once()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):  # wait_for would lose a cancellation that comes with the news
                    await self._news.wait()

    async def once(self) -> float | None:
        """Tell what may be told now; return the seconds until more may be, None where nothing is left to tell."""
        for mailbox, said in self._pending().items():
            if self.pace.wait(mailbox, self.clock()) <= 0:
                await self._tell(mailbox, said)
        return min((self.pace.wait(mailbox, self.clock()) for mailbox in self._pending()), default=None)

    def _pending(self) -> dict[str, tuple[Notice, ...]]:
        """Return what is not told yet, by mailbox."""
        found: dict[str, tuple[Notice, ...]] = {}
        for slug, published in self._published.items():
            ledger = self.books.get(slug)
            quiet = self._quiet.get(slug)
            if quiet is not None and quiet[0] is ledger and quiet[1] is published:
                continue
            left = notices(ledger, published)
            if not left:
                self._quiet[slug] = (ledger, published)
            for addressee, said in by_addressee(left).items():
                mailbox = self.mailbox(addressee)
                if mailbox is not None:
                    found[mailbox] = (*found.get(mailbox, ()), *said)
        return found

    async def _tell(self, mailbox: str, said: tuple[Notice, ...]) -> None:
        try:
            for slug in {notice.key.organisation for notice in said}:
                self.books.note(slug, _as_it_is)  # raises where nothing can be noted: then it would be told for ever
            await self.server.send(mail(said, mailbox, self.head, self.now()), self.head.sender, mailbox)
        except MailUnavailable as error:
            self._complain(error.message, new=self.pace.unavailable(self.clock()))
        except MailRefused as error:
            self._complain(error.message, new=self.pace.refused(mailbox, self.clock()))
        except ValueError as error:
            self._complain(str(error), new=self.pace.refused(mailbox, self.clock()))
        except SluseError as error:
            self._complain(error.message, new=self.pace.unavailable(self.clock()))
        else:
            self.pace.sent(mailbox, self.clock())
            await self._note(said)

    async def _note(self, said: tuple[Notice, ...]) -> None:
        for slug in sorted({notice.key.organisation for notice in said}):
            about = tuple(notice for notice in said if notice.key.organisation == slug)
            try:
                self.books.note(slug, partial(noted, said=about))
                await self.books.flush(slug)
            except SluseError as error:  # in memory it is noted, and rides on the next write
                log.warning("%s was told, and that is not written down yet: %s", slug, error.message)

    @staticmethod
    def _complain(why: str, *, new: bool) -> None:
        if new:
            log.warning("notifications wait: %s", why)


def _as_it_is(ledger: OrganisationLedger) -> OrganisationLedger:
    return ledger
