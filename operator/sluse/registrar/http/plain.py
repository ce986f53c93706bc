"""What a stranger's text may become before people read it: one bounded line without anything that is secret.

An authority may quote what it was sent. Our tokens are known, so they are taken out by value; anything else that
is long and random enough to be a credential or a key goes by its shape. Both happen before the text is cut, since half a
token is still half a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import SecretStr

_RANDOM = re.compile(r"[A-Za-z0-9_+/=-]*[A-Za-z0-9_-]{40,}[A-Za-z0-9_+/=-]*")
_REDACTED = "(redacted)"


def plain(text: str, *, most: int = 300, secrets: Iterable[SecretStr] = ()) -> str:
    """Return `text` as one printable line of at most `most` characters, without `secrets`."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    for secret in secrets:
        line = line.replace(secret.get_secret_value(), _REDACTED)
    line = _RANDOM.sub(_REDACTED, line)
    return line if len(line) <= most else line[: most - 1] + "…"
