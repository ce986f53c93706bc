"""The way out, spoken with the sandbox's mail server: TLS or nothing, and every no is the right kind of no."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Self

import pytest
from pydantic import SecretStr

from sluse.errors import MailRefused, MailUnavailable
from sluse.model.names import IntegrationKey
from sluse.model.told import Told
from sluse.notify.message import mail
from sluse.notify.notices import Notice
from sluse.notify.smtp import SmtpServer
from sluse.sandbox.mail import MailCatcher
from sluse.sandbox.tls import Certificates, issue
from worlds.telling import HEAD, NOW

MAILBOX = "drift@fjord.example"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def catcher(certificates: Certificates) -> Iterator[MailCatcher]:
    catcher = MailCatcher(certificates.server)
    catcher.start()
    yield catcher
    catcher.close()


@pytest.fixture
def server(catcher: MailCatcher, certificates: Certificates) -> SmtpServer:
    return SmtpServer("localhost", catcher.port, certificates.client(), timeout=30)


def message(mailbox: str = MAILBOX, title: str = "Journal på nett") -> EmailMessage:
    key = IntegrationKey("fjord", "journal")
    told = Told(stage="Live", since=NOW)
    return mail([Notice("fjord", key, "ServiceIntegration", title, "Live", moved=True, told=told)], mailbox, HEAD, NOW)


async def test_a_mail_arrives_as_it_was_written(server: SmtpServer, catcher: MailCatcher) -> None:
    sent = message()
    await server.send(sent, HEAD.sender, MAILBOX)
    (caught,) = catcher.wait(1)
    assert (caught.sender, caught.mailboxes) == (HEAD.sender, (MAILBOX,))
    assert caught.text == sent.get_content()
    assert caught.message["Message-ID"] == sent["Message-ID"]
    assert caught.message["Subject"] == "Sluse test: fjord.journal: Live / I drift"


async def test_a_mailbox_that_is_not_taken_is_refused(server: SmtpServer, catcher: MailCatcher) -> None:
    catcher.refused.add(MAILBOX)
    with pytest.raises(MailRefused, match=r"does not take mail for drift@fjord\.example \(550\)"):
        await server.send(message(), HEAD.sender, MAILBOX)
    assert catcher.caught == ()


async def test_a_server_with_another_ca_is_told_nothing(catcher: MailCatcher, tmp_path: Path) -> None:
    stranger = SmtpServer("localhost", catcher.port, issue(tmp_path).client(), timeout=30)
    with pytest.raises(MailUnavailable, match="SSLCertVerificationError"):
        await stranger.send(message(), HEAD.sender, MAILBOX)
    assert catcher.caught == ()


async def test_a_server_without_starttls_is_told_nothing(certificates: Certificates) -> None:
    with Plain() as plain:
        server = SmtpServer("127.0.0.1", plain.port, certificates.client(), timeout=30)
        with pytest.raises(MailUnavailable, match="does not offer what the settings ask for"):
            await server.send(message(), HEAD.sender, MAILBOX)
    assert not any(line.startswith((b"MAIL", b"AUTH")) for line in plain.heard)


async def test_a_password_is_said_to_nobody_who_does_not_ask(catcher: MailCatcher, certificates: Certificates) -> None:
    server = SmtpServer(
        "localhost", catcher.port, certificates.client(), username="sluse", password=SecretStr("hunter2"), timeout=30
    )
    assert "hunter2" not in repr(server)
    with pytest.raises(MailUnavailable, match="does not offer") as raised:
        await server.send(message(), HEAD.sender, MAILBOX)
    assert "hunter2" not in raised.value.message


async def test_nobody_there_is_unavailable(certificates: Certificates) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = SmtpServer("127.0.0.1", taken.getsockname()[1], certificates.client(), timeout=30)
        with pytest.raises(MailUnavailable, match="ConnectionRefusedError"):
            await server.send(message(), HEAD.sender, MAILBOX)


async def test_a_server_that_never_answers_is_given_up(certificates: Certificates) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        server = SmtpServer("127.0.0.1", silent.getsockname()[1], certificates.client(), timeout=0.2)
        with pytest.raises(MailUnavailable, match="does not answer properly"):
            await server.send(message(), HEAD.sender, MAILBOX)


class Plain:
    """A server that offers nothing but mail in plain text, and remembers what it heard."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)
        self._socket.close()

    def _serve(self) -> None:
        connection, _ = self._socket.accept()
        with connection, connection.makefile("rwb", buffering=0) as file:
            file.write(b"220 plain\r\n")
            while line := file.readline():
                self.heard.append(line)
                file.write(b"221 bye\r\n" if line.startswith(b"QUIT") else b"250 ok\r\n")
