"""Ledgers in memory and a mail server that can fail: what telling needs, with nothing else around it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage

from sluse.errors import LedgerError, MailRefused, MailUnavailable
from sluse.ledger.waiting import waiting_on
from sluse.model.held import Anchor, HeldClient, HeldIntegration, OrganisationLedger, WaitingOn
from sluse.model.names import ClientId, Environment
from sluse.notify.message import Letterhead
from sluse.notify.notices import REVIEWERS
from sluse.notify.pace import Pace
from sluse.notify.telling import Telling

NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
HEAD = Letterhead(Environment.TEST, "integrations.example", "sluse@nhn.example")
NHN = "kundesenter@nhn.example"


@dataclass
class Ledgers:
    """`durable` is what a crash leaves; `closed` ones can be noted in no more. `flushes` counts what would be writes."""

    telling: bool = True
    durable: dict[str, OrganisationLedger] = field(default_factory=dict)
    current: dict[str, OrganisationLedger] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    flushes: int = 0

    def get(self, organisation: str) -> OrganisationLedger:
        return self.current.get(organisation, OrganisationLedger(organisation=organisation, telling=self.telling))

    def note(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None:
        if organisation in self.closed:
            raise LedgerError("somebody else wrote")
        self.current[organisation] = change(self.get(organisation))

    async def flush(self, organisation: str | None = None) -> None:
        assert organisation is not None
        if self.durable.get(organisation) is not self.current[organisation]:
            self.flushes += 1
            # As it would be read back.
            self.durable[organisation] = OrganisationLedger.model_validate(self.current[organisation].wire())

    def crash(self) -> None:
        self.current = dict(self.durable)

    def say(self, slug: str, name: str, **changes: object) -> None:
        """Let the ledger have news of an integration, durable at once."""

        def change(ledger: OrganisationLedger) -> OrganisationLedger:
            entry = ledger.integrations.get(name, HeldIntegration(title=name, since=NOW))
            entry = entry.model_copy(update=changes)
            return ledger.model_copy(update={"integrations": {**ledger.integrations, name: entry}})

        self.note(slug, change)
        self.durable[slug] = self.current[slug]


@dataclass
class Post:
    """What was taken, in order. `down` and `refused` as a server's; `tries` counts every attempt."""

    taken: list[EmailMessage] = field(default_factory=list)
    down: bool = False
    refused: set[str] = field(default_factory=set)
    tries: int = 0
    crash: bool = False

    async def send(self, message: EmailMessage, sender: str, mailbox: str) -> None:
        self.tries += 1
        assert (message["From"], message["To"]) == (sender, mailbox)
        if self.down:
            raise MailUnavailable("nobody answers")
        if mailbox in self.refused:
            raise MailRefused(f"no {mailbox}")
        self.taken.append(message)
        if self.crash:
            raise KeyboardInterrupt

    def to(self, mailbox: str) -> list[str]:
        """Return the texts for a mailbox, in order."""
        return [message.get_content() for message in self.taken if message["To"] == mailbox]


@dataclass
class Told:
    """Telling on ledgers in memory. `seconds` is its clock, and moves only by hand."""

    every: float = 0
    ledgers: Ledgers = field(default_factory=Ledgers)
    post: Post = field(default_factory=Post)
    seconds: float = 1000.0
    unknown: set[str] = field(default_factory=set)
    bad: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.process()

    def process(self) -> None:
        """Let a process begin."""
        self.telling = Telling(
            head=HEAD,
            books=self.ledgers,
            server=self.post,
            mailbox=self.mailbox,
            pace=Pace(self.every),
            now=lambda: NOW,
            clock=lambda: self.seconds,
        )
        self.telling.begin(self.ledgers.current)

    def mailbox(self, addressee: str) -> str | None:
        if addressee == REVIEWERS:
            return NHN
        if addressee in self.bad:
            return f"a,b@{addressee}.example"
        return None if addressee in self.unknown else f"drift@{addressee}.example"

    async def publish(self) -> float | None:
        """Publish everything as it is, and tell what may be told."""
        self.telling.published(dict(self.ledgers.current))
        return await self.telling.once()


def waiting(on: str = "supplier", reason: str = "SourceInvalid", since: datetime = NOW, **more: str) -> WaitingOn:
    return waiting_on((), on, reason, more.get("message", "line 3"), since, more.get("client", ""))


def registered(client_id: str) -> HeldClient:
    anchor = Anchor(client_id=ClientId(client_id), uri="https://authority.example/register/x", since=NOW)
    return HeldClient(anchor=anchor, digest="ab" * 32, since=NOW)
