"""The mail catcher, by the standard library's own client and by hand."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from sluse.sandbox.mail import MailCatcher
from sluse.sandbox.tls import Certificates

SENDER, MAILBOX = "sluse@nhn.example", "drift@fjord.example"


def mail(text: str = "Hei\n") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = SENDER, MAILBOX, "Blåbær"
    message.set_content(text)
    return message


@pytest.fixture
def client(catcher: MailCatcher, certificates: Certificates) -> Iterator[smtplib.SMTP]:
    with smtplib.SMTP("localhost", catcher.port, timeout=30) as connection:
        connection.starttls(context=certificates.client())
        yield connection


def test_what_is_sent_is_caught_with_its_envelope_and_kept_as_a_file(
    client: smtplib.SMTP, catcher: MailCatcher, tmp_path: Path
) -> None:
    client.send_message(mail("Hei\n.\n..punktum\nå\n"), SENDER, [MAILBOX, "vakt@fjord.example"])
    (caught,) = catcher.wait(1)
    assert (caught.sender, caught.mailboxes) == (SENDER, (MAILBOX, "vakt@fjord.example"))
    assert caught.message["Subject"] == "Blåbær"
    assert caught.text == "Hei\n.\n..punktum\nå\n"
    assert b"Bl=" in (tmp_path / "mail" / "0001.eml").read_bytes()


def test_several_in_one_conversation_are_caught_in_order(client: smtplib.SMTP, catcher: MailCatcher) -> None:
    for number in range(3):
        client.send_message(mail(f"{number}\n"), SENDER, [MAILBOX])
    assert [each.text for each in catcher.caught] == ["0\n", "1\n", "2\n"]


def test_a_mailbox_may_be_refused_and_the_others_are_not(client: smtplib.SMTP, catcher: MailCatcher) -> None:
    catcher.refused.add(MAILBOX)
    refused = client.send_message(mail(), SENDER, [MAILBOX, "vakt@fjord.example"])
    assert list(refused) == [MAILBOX]
    assert catcher.caught[0].mailboxes == ("vakt@fjord.example",)


def test_nothing_is_taken_in_plain_text(catcher: MailCatcher) -> None:
    with (
        smtplib.SMTP("localhost", catcher.port, timeout=30) as connection,
        pytest.raises(smtplib.SMTPSenderRefused, match="STARTTLS first"),
    ):
        connection.send_message(mail(), SENDER, [MAILBOX])
    assert catcher.caught == ()


@pytest.mark.parametrize("line", [b"DATA\r\n", b"RCPT TO:<a@b.c>\r\n", b"VRFY a\r\n", b"\xff\xfe\r\n", b"\r\n"])
def test_a_command_out_of_turn_is_refused_and_the_conversation_goes_on(catcher: MailCatcher, line: bytes) -> None:
    with (
        socket.create_connection(("127.0.0.1", catcher.port), timeout=30) as connection,
        connection.makefile("rb") as file,
    ):
        assert file.readline().startswith(b"220")
        connection.sendall(line)
        assert file.readline().startswith(b"5")
        connection.sendall(b"NOOP\r\nQUIT\r\n")
        assert file.readline().startswith(b"250")
        assert file.readline().startswith(b"221")


def test_a_line_without_end_ends_the_conversation_and_nobody_elses(catcher: MailCatcher) -> None:
    with socket.create_connection(("127.0.0.1", catcher.port), timeout=30) as connection:
        connection.sendall(b"x" * 5000)
        with connection.makefile("rb") as file:
            assert file.read().startswith(b"220")
    with smtplib.SMTP("localhost", catcher.port, timeout=30) as another:
        assert another.noop()[0] == 250


def test_closed_and_started_anew_it_has_its_port_and_its_mail(certificates: Certificates, catcher: MailCatcher) -> None:
    with smtplib.SMTP("localhost", catcher.port, timeout=30) as connection:
        connection.starttls(context=certificates.client())
        connection.send_message(mail(), SENDER, [MAILBOX])
    port = catcher.port
    catcher.close()
    catcher.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=30)
    catcher.start()
    assert (catcher.port, len(catcher.caught)) == (port, 1)
