"""The way out: one SMTP server, spoken to with the standard library in a thread.

TLS is demanded before anything is said, unless the settings say otherwise. Nothing of a mail is ever logged, nor
what the server answers: it may quote it.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from pydantic import SecretStr

from sluse.errors import MailRefused, MailUnavailable
from sluse.leadership.fence import Fence, unfenced

TIMEOUT = 10.0  # seconds for each step of the conversation; an operator that ends waits for no more


@dataclass(frozen=True)
class SmtpServer:
    """Where mail is handed over. `tls` None: plain text, which only a server on this machine should be given."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    username: str | None = None
    password: SecretStr | None = None
    timeout: float = TIMEOUT
    fence: Fence = unfenced
    """Asked before the mail itself leaves."""

    async def send(self, message: EmailMessage, sender: str, mailbox: str) -> None:
        """Hand one mail over.

        Raises MailRefused where this mail, or this mailbox, is not taken; MailUnavailable where no mail is, now.
        """
        await asyncio.to_thread(self._send, message, sender, mailbox)

    def _send(self, message: EmailMessage, sender: str, mailbox: str) -> None:
        try:
            with _Fenced(self.fence, self.host, self.port, self.timeout) as connection:
                if self.tls is not None:
                    connection.starttls(context=self.tls)
                if self.username is not None and self.password is not None:
                    connection.login(self.username, self.password.get_secret_value())
                self._hand_over(connection, message, sender, mailbox)
        except smtplib.SMTPNotSupportedError:
            raise MailUnavailable(f"the mail server {self.host} does not offer what the settings ask for") from None
        except smtplib.SMTPResponseException as error:
            raise MailUnavailable(f"the mail server {self.host} answers {error.smtp_code}") from None
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(
                f"the mail server {self.host}:{self.port} does not answer properly: {type(error).__name__}"
            ) from None

    def _hand_over(self, connection: smtplib.SMTP, message: EmailMessage, sender: str, mailbox: str) -> None:
        """A refusal of one recipient or one mail says nothing of the others, also where it is only for now."""
        try:
            connection.send_message(message, sender, [mailbox])
        except smtplib.SMTPRecipientsRefused as error:
            code, _ = error.recipients[mailbox]
            raise MailRefused(f"the mail server {self.host} does not take mail for {mailbox} ({code})") from None
        except smtplib.SMTPDataError as error:
            raise MailRefused(f"the mail server {self.host} does not take a mail to {mailbox} ({error.smtp_code})") from None  # fmt: skip


class _Fenced(smtplib.SMTP):
    """A connection on which no mail begins that the fence does not let through."""

    def __init__(self, fence: Fence, host: str, port: int, timeout: float) -> None:
        self._fence = fence
        super().__init__(host, port, timeout=timeout)

    def data(self, msg: Any) -> tuple[int, bytes]:
        self._fence()
        return super().data(msg)
