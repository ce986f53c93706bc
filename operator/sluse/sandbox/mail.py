"""A mail server that takes everything and passes nothing on: what was sent can be looked at.

It speaks as much of SMTP as a client needs that demands STARTTLS, says no where it is told to, and takes no mail in
plain text. Not imitated: logins, queues, limits, spam filters, and every server behind the first.
"""

from __future__ import annotations

import asyncio
import email
import ssl
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Self
from weakref import WeakSet

from sluse.sandbox.listening import cut, deafen, listener
from sluse.sandbox.own_loop import OwnLoop

_LINE = 1000  # octets of a line, as RFC 5321 has it
_MOST = 1_000_000  # octets of a mail
_ANSWERS = {"HELO": "250 ok", "NOOP": "250 ok", "RSET": "250 ok", "DATA": "503 not now", "STARTTLS": "503 not now"}


@dataclass(frozen=True)
class Caught:
    """One mail as it was handed over: the envelope, and the message as it was read."""

    sender: str
    mailboxes: tuple[str, ...]
    message: EmailMessage

    @property
    def text(self) -> str:
        """What a person reads."""
        return str(self.message.get_content()).replace("\r\n", "\n")


@dataclass
class Envelope:
    """What a conversation has come to."""

    tls: bool = False
    sender: str | None = None
    mailboxes: list[str] = field(default_factory=list)

    def clear(self) -> None:
        self.sender, self.mailboxes = None, []


class MailCatcher:
    """Serves on loopback in a thread and a loop of its own. `refused`: mailboxes that it does not take.

    `folder`: where each mail is kept as a file as well, for people.
    """

    def __init__(self, tls: ssl.SSLContext, *, folder: Path | None = None, port: int = 0) -> None:
        self._tls = tls
        self._folder = folder
        self.port = port
        self.refused: set[str] = set()
        self._caught: list[Caught] = []
        self._news = threading.Condition()
        self._writers: WeakSet[asyncio.StreamWriter] = WeakSet()
        self._own_loop = OwnLoop(self._listening, name="mail")

    @property
    def caught(self) -> tuple[Caught, ...]:
        """Everything so far, in order."""
        with self._news:
            return tuple(self._caught)

    def wait(self, count: int, timeout: float = 30.0) -> tuple[Caught, ...]:
        """Return everything once there are that many. TimeoutError where they do not come."""
        with self._news:
            if not self._news.wait_for(lambda: len(self._caught) >= count, timeout):
                raise TimeoutError(f"{len(self._caught)} of {count} mails came")
            return tuple(self._caught)

    def start(self) -> Self:
        """Start and wait until the port listens. Starting anew after `close` keeps the port and what was caught."""
        self._own_loop.start()
        return self

    def close(self) -> None:
        """Stop listening; closing twice equals once."""
        self._own_loop.close()

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[None]:
        with listener(self.port) as listening:
            self.port = listening.getsockname()[1]
            async with await asyncio.start_server(self._converse, sock=listening, limit=_LINE):
                try:
                    yield
                finally:
                    await deafen(listening)
            await cut(each.transport for each in self._writers)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        envelope = Envelope()
        try:
            await _say(writer, "220 localhost Sluse sandbox")
            while line := await reader.readline():
                command, _, rest = line.decode("ascii", "replace").strip().partition(" ")
                if not await self._answer(command.upper(), rest, envelope, reader, writer):
                    break
        except (ValueError, ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass  # a line that is too long, or a client that went away
        finally:
            writer.close()

    async def _answer(
        self,
        command: str,
        rest: str,
        envelope: Envelope,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> bool:
        """Answer one command; return whether the conversation goes on."""
        match command:
            case "STARTTLS" if not envelope.tls:
                await _say(writer, "220 go ahead")
                await writer.start_tls(self._tls)
                envelope.tls = True
            case "DATA" if envelope.mailboxes:
                await _say(writer, "354 go ahead")
                await _say(writer, self._take(envelope, await _content(reader)))
                envelope.clear()
            case "QUIT":
                await _say(writer, "221 bye")
                return False
            case _:
                await _say(writer, self._reply(command, rest, envelope))
        return True

    def _reply(self, command: str, rest: str, envelope: Envelope) -> str:
        if command == "EHLO":
            return f"250-localhost\r\n250 {'SIZE' if envelope.tls else 'STARTTLS'}"
        if command in {"MAIL", "RCPT"}:
            return self._address(command, rest, envelope) if envelope.tls else "530 STARTTLS first"
        if command == "RSET":
            envelope.clear()
        return _ANSWERS.get(command, "502 not known here")

    def _address(self, command: str, rest: str, envelope: Envelope) -> str:
        named, address = rest.upper(), _path(rest)
        if command == "MAIL" and named.startswith("FROM:"):
            envelope.clear()
            envelope.sender = address
        elif command == "RCPT" and named.startswith("TO:") and envelope.sender is not None:
            if address in self.refused:
                return "550 no such mailbox"
            envelope.mailboxes.append(address)
        else:
            return "503 not now"
        return "250 ok"

    def _take(self, envelope: Envelope, content: bytes) -> str:
        if len(content) > _MOST:
            return "552 too long"
        message = email.message_from_bytes(content, EmailMessage, policy=SMTP)
        with self._news:
            self._caught.append(Caught(envelope.sender or "", tuple(envelope.mailboxes), message))
            if self._folder is not None:
                self._folder.mkdir(exist_ok=True)
                (self._folder / f"{len(self._caught):04}.eml").write_bytes(content)
            self._news.notify_all()
        return "250 caught"


async def _content(reader: asyncio.StreamReader) -> bytes:
    """Read up to the line with a single dot; one more dot before a line is taken away."""
    lines: list[bytes] = []
    while (line := await reader.readline()) != b".\r\n":
        if not line:
            raise ConnectionError("the client went away")
        lines.append(line[1:] if line.startswith(b".") else line)
    return b"".join(lines)


async def _say(writer: asyncio.StreamWriter, text: str) -> None:
    writer.write(f"{text}\r\n".encode())
    await writer.drain()


def _path(rest: str) -> str:
    """Return the address of `FROM:<a@b> ...`."""
    return rest.partition(":")[2].strip().partition(">")[0].lstrip("<")
