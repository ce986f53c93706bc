"""What must never be in git at all: private keys and persons' numbers. Found in the raw text of any file.

Raw, because a file that cannot be parsed is still pushed; and first, because every other message might quote it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from sluse.catalog import personal
from sluse.catalog.faults import Fault
from sluse.catalog.text import place
from sluse.rules import reading
from sluse.words.said import say

_ARMOUR = re.compile(r"-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----|PuTTY-User-Key-File-[0-9]")
_MEMBER = re.compile(
    r"""(?<![\w-])\\?["']?(?P<name>d|p|q|dp|dq|qi|k)\\?["']?\s{0,8}:\s{0,8}\\?["']?[A-Za-z0-9_-]{16}"""
)
PERSON = say("A personal identity number (fødselsnummer or D-number) stands here")
_BASE64_RUN = re.compile(r"[A-Za-z0-9+/=_-]{40,}")


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
    if "PRIVATE KEY" in text or "PuTTY" in text:
        for match in _ARMOUR.finditer(text):
            message = say("A private key begins here")
            yield Fault(reading.PRIVATE_KEY, *place(text, match.start()), len(match[0]), message, secret=True)
    if "kty" in text:
        member = _MEMBER.search(text)
        if member is not None:
            yield _private_member(*place(text, member.start("name")), member["name"])


def _persons(text: str) -> Iterator[Fault]:
    matches = personal.find(text)
    if not matches:
        return
    key_material = [run.span() for run in _BASE64_RUN.finditer(text)]
    for match in matches:
        # The last run that begins before it: asked of every run, one file of 256 KiB took seconds.
        nearest = bisect_right(key_material, (match.start(), len(text))) - 1
        if nearest < 0 or match.start() >= key_material[nearest][1]:
            yield _person(*place(text, match.start()))
