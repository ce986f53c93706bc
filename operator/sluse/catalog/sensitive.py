"""What must never be in git at all: private keys and persons' numbers. Found in the raw text of any file.

Raw, because a file that cannot be parsed is still pushed; and first, because every other message might quote it.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluse.catalog.faults import Fault
from sluse.catalog.text import place
from sluse.rules import hidden_keys, personal, private_keys, reading
from sluse.words.said import say

PERSON = say("A personal identity number (fødselsnummer or D-number) stands here")


def scan(text: str, *, keys: bool) -> list[Fault]:
    """Return the secrets and identifiers in a text. In a key file (`keys`) digits within key material are no persons'."""
    faults = list(_private_keys(text))
    if not faults and not keys:
        faults.extend(_persons(text))
    return faults


def _person(line: int, column: int) -> Fault:
    """Return the fault for a personal number; it does not repeat the number."""
    return Fault(reading.PERSONAL_IDENTIFIER, line, column, 11, PERSON, secret=True)


def _private_member(line: int, column: int, name: str) -> Fault:
    """Return the fault for a private JWK member; it does not repeat the value."""
    return Fault(reading.PRIVATE_KEY, line, column, len(name), private_message(name), secret=True)


def private_message(name: str) -> str:
    """Return what is said of a private member; its value is never repeated."""
    return say("The JWK member `{name}` is a private key's", name=name)


def _private_keys(text: str) -> Iterator[Fault]:
    for match in private_keys.armours(text):
        message = say("A private key begins here")
        yield Fault(reading.PRIVATE_KEY, *place(text, match.start()), len(match[0]), message, secret=True)
    hidden = hidden_keys.found(text)
    if hidden is not None:
        yield Fault(
            reading.PRIVATE_KEY, *place(text, hidden), 1, say("A private key in base64 stands here"), secret=True
        )
    member = private_keys.member(text)
    if member is not None:
        yield _private_member(*place(text, member.start("name")), member["name"])


def _persons(text: str) -> Iterator[Fault]:
    for match in personal.told(text):
        yield _person(*place(text, match.start()))
