"""Notices -> one mail in both languages. Pure.

Titles and messages are other people's words. They stand in the body only, on one line each and without control
characters; headers are made of slugs, our own words and addresses that the library has taken apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sluse.ledger.stages import Stage, both_names
from sluse.model.digests import sha256
from sluse.model.names import Environment
from sluse.notify.notices import Notice

_LONGEST = 600  # characters of one message in a mail; the status branch has all of it


@dataclass(frozen=True)
class Letterhead:
    """What every mail of an operator has in common."""

    environment: Environment
    repository_id: str
    sender: str


def mail(said: Sequence[Notice], mailbox: str, head: Letterhead, at: datetime) -> EmailMessage:
    """Return one mail about at least one notice, all for one mailbox. ValueError where an address is none.

    The same notices have the same Message-ID, so that a mail which is sent again can be told from a new one.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(head.sender)
    message["To"] = _address(mailbox)
    message["Subject"] = _subject(said, head.environment)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = message_id(said, mailbox, head)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(_text(said, head.environment)) + "\n", cte="quoted-printable")
    return message


def message_id(said: Sequence[Notice], mailbox: str, head: Letterhead) -> str:
    """Return the Message-ID: a digest of what the ledger will say was told, and to whom."""
    told = [{"integration": str(notice.key), "to": notice.to, "told": notice.told.wire()} for notice in said]
    digest = sha256(
        {"repository": head.repository_id, "environment": head.environment.value, "mailbox": mailbox, "news": told}
    )
    return f"<{digest}@{_address(head.sender).domain}>"


def _address(mailbox: str) -> Address:
    try:
        return Address(addr_spec=mailbox)
    except (MessageError, ValueError, IndexError):
        raise ValueError(f"{one_line(mailbox)} is no mail address") from None


def _subject(said: Sequence[Notice], environment: Environment) -> str:
    if len(said) == 1:
        return one_line(f"Sluse {environment.value}: {said[0].key}: {both_names(said[0].stage)}")
    return f"Sluse {environment.value}: {len(said)} integrasjoner / {len(said)} integrations"


def _text(said: Sequence[Notice], environment: Environment) -> Iterator[str]:
    yield f"Sluse melder fra om HelseID i {_IN_NORWEGIAN[environment]}. (English below.)"
    for notice in said:
        yield from _about(notice, _NORWEGIAN)
    yield ""
    yield f"Alt som er kjent: sluse status, eller grenen {environment.status_branch} i integrasjonenes git."
    yield "Meldingen er skrevet av en maskin; svar leses ikke."
    yield ""
    yield "-" * 60
    yield ""
    yield f"Sluse has news about HelseID in {environment.value}."
    for notice in said:
        yield from _about(notice, _ENGLISH)
    yield ""
    yield f"All that is known: sluse status, or the branch {environment.status_branch} of the integrations' git."
    yield "A machine wrote this; nobody reads answers."


@dataclass(frozen=True)
class _Words:
    stages: dict[str, str]
    since: str
    client: str
    waiting: str
    for_client: str
    installed: str


def _about(notice: Notice, words: _Words) -> Iterator[str]:
    yield ""
    yield f"{notice.key}: {one_line(notice.title)}"
    since = f", {words.since} {_time(notice.told.since)}" if notice.told.since is not None else ""
    yield f"  {one_line(both_names(notice.stage))}{since}"
    if notice.moved:
        yield f"  {_meaning(notice, words)}"
    for name, client_id in notice.clients:
        yield f"  {words.client} {name}: client id {one_line(client_id)}"
    for row in notice.waiting:
        client = f" ({words.for_client} {one_line(row.client)})" if row.client else ""
        yield f"  {words.waiting}{client}, {words.since} {_time(row.since)}: {one_line(row.reason)}"
        yield f"    {one_line(row.message)[:_LONGEST]}"


def _meaning(notice: Notice, words: _Words) -> str:
    if notice.kind == "ClientInstallation" and notice.stage == Stage.TEST_READY:
        return words.installed
    return words.stages[notice.stage].format(key=notice.key)


def one_line(text: str) -> str:
    """Return other people's text without line ends, control characters and marks that turn the reading direction."""
    return " ".join("".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text).split())


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"


_IN_NORWEGIAN = {Environment.TEST: "test", Environment.PRODUCTION: "produksjon"}

_NORWEGIAN = _Words(
    stages={
        Stage.TEST_READY: "Alt er satt opp i test. Akseptansetesten kan begynne: sluse acceptance run {key}",
        Stage.SUBMITTED: "En akseptansetest er sendt inn og venter på en avgjørelse: sluse gate {key}",
        Stage.ACCEPTED: "Akseptansetesten er godkjent. Produksjon settes opp ved første anledning.",
        Stage.CONFIGURED: "Satt opp i produksjon, men ennå ikke åpnet. Klient-id kan tas i bruk i egne oppsett.",
        Stage.LIVE: "Åpnet i produksjon.",
        Stage.RETIRING: "Avvikles: den er ute av bruk og slettes senere.",
        Stage.RETIRED: "Avviklet: HelseID har den ikke lenger.",
    },
    since="siden",
    client="Klient",
    waiting="Venter på dere",
    for_client="klient",
    installed="Installasjonen er satt opp i test og kan brukes.",
)

_ENGLISH = _Words(
    stages={
        Stage.TEST_READY: "Everything is set up in test. The acceptance test can begin: sluse acceptance run {key}",
        Stage.SUBMITTED: "An acceptance test was submitted and waits for a decision: sluse gate {key}",
        Stage.ACCEPTED: "The acceptance test is approved. Production is configured at the first occasion.",
        Stage.CONFIGURED: "Configured in production and not opened yet. Client ids can go into your own settings.",
        Stage.LIVE: "Open in production.",
        Stage.RETIRING: "Retiring: it is out of use, and will be deleted later.",
        Stage.RETIRED: "Retired: HelseID does not have it any more.",
    },
    since="since",
    client="Client",
    waiting="Waits on you",
    for_client="client",
    installed="The installation is set up in test and can be used.",
)
