"""Notices -> one mail in both languages. Pure.

Titles and messages are other people's words. They stand in the body only, on one line each and without control
characters; headers are made of slugs, our own words and addresses that the library has taken apart.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from sluse.ledger.stages import Stage, both_names
from sluse.ledger.waiting import message_in
from sluse.model.digests import sha256
from sluse.model.names import Environment
from sluse.notify.notices import Notice
from sluse.words.language import Language, in_language
from sluse.words.said import Translate, english, say

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
    many = say("{number} integrations", number=len(said))
    return f"Sluse {environment.value}: {_BOKMAL(many)} / {many}"


def _text(said: Sequence[Notice], environment: Environment) -> Iterator[str]:
    first, *rest = _in(_BOKMAL, said, environment)
    yield f"{first} (English below.)"
    yield from rest
    yield ""
    yield "-" * 60
    yield ""
    yield from _in(english, said, environment)


def _in(words: Translate, said: Sequence[Notice], environment: Environment) -> Iterator[str]:
    yield words(_FIRST[environment])
    for notice in said:
        yield from _about(notice, words)
    yield ""
    branch = environment.status_branch
    yield words(say("All that is known: sluse status, or the branch {branch} of the integrations' git.", branch=branch))
    yield words(say("A machine wrote this; nobody reads answers."))


def _about(notice: Notice, words: Translate) -> Iterator[str]:
    yield ""
    yield f"{notice.key}: {one_line(notice.title)}"
    since = f", {_since(notice.told.since, words)}" if notice.told.since is not None else ""
    yield f"  {one_line(both_names(notice.stage))}{since}"
    if notice.moved:
        yield f"  {words(_meaning(notice))}"
    for name, client_id in notice.clients:
        yield f"  {words(say('Client {name}: client id {id}', name=name, id=one_line(client_id)))}"
    for row in notice.waiting:
        client = f" ({words(say('client'))} {one_line(row.client)})" if row.client else ""
        yield f"  {words(say('Waits on you'))}{client}, {_since(row.since, words)}: {one_line(row.reason)}"
        yield f"    {one_line(message_in(words, row.message, row.norwegian))[:_LONGEST]}"


def _meaning(notice: Notice) -> str:
    if notice.kind == "ClientInstallation" and notice.stage == Stage.TEST_READY:
        return say("The installation is set up in test and can be used.")
    return _MEANINGS[Stage(notice.stage)](str(notice.key))


def _since(moment: datetime, words: Translate) -> str:
    return words(say("since {moment}", moment=f"{moment:%Y-%m-%d %H:%M}Z"))


def one_line(text: str) -> str:
    """Return other people's text without line ends, control characters and marks that turn the reading direction."""
    return " ".join("".join(" " if unicodedata.category(each)[0] in "CZ" else each for each in text).split())


_BOKMAL = in_language(Language.BOKMAL)

_FIRST = {
    Environment.TEST: say("Sluse has news about HelseID in test."),
    Environment.PRODUCTION: say("Sluse has news about HelseID in production."),
}

_MEANINGS: Mapping[Stage, Callable[[str], str]] = {
    Stage.TEST_READY: lambda key: say(
        "Everything is set up in test. The acceptance test can begin: sluse acceptance run {key}", key=key
    ),
    Stage.SUBMITTED: lambda key: say(
        "An acceptance test was submitted and waits for a decision: sluse gate {key}", key=key
    ),
    Stage.ACCEPTED: lambda _: say("The acceptance test is approved. Production is configured at the first occasion."),
    Stage.CONFIGURED: lambda _: say(
        "Configured in production and not opened yet. Client ids can go into your own settings."
    ),
    Stage.LIVE: lambda _: say("Open in production."),
    Stage.RETIRING: lambda _: say("Retiring: it is out of use, and will be deleted later."),
    Stage.RETIRED: lambda _: say("Retired: HelseID does not have it any more."),
}
