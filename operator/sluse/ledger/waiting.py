"""A row of who is waited for, in both languages: a ledger outlives the process that said it, and cannot say it again. Pure.

The text in bokmål is kept, and not what the message was made of: pages of the status branch are made of the ledger
alone and compared by whoever verifies them, so a better translation must not change what was written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sluse.model.held import WaitingOn
from sluse.words.language import Language, in_language
from sluse.words.said import Translate, english, own

_BOKMAL = in_language(Language.BOKMAL)
_LONGEST = 2000


def waiting_on(
    before: Iterable[WaitingOn], on: str, reason: str, message: str, since: datetime, client: str = ""
) -> WaitingOn:
    """Return a row; the one of `before` that says the same in English, where there is one. Messages are cut."""
    norwegian = own(message, _BOKMAL)[:_LONGEST]
    row = WaitingOn(on=on, reason=reason, message=message[:_LONGEST], since=since, client=client)
    for each in before:
        if each.model_copy(update={"norwegian": ""}) == row:
            return each
    return row if norwegian == row.message else row.model_copy(update={"norwegian": norwegian})


def message_in(words: Translate, message: str, norwegian: str) -> str:
    """Return the text that is kept for the reader's language; the English one where there is no other."""
    return message if words is english else norwegian or message
