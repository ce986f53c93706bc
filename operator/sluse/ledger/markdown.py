"""Other people's words in Markdown: a forge renders it, so nobody may put a disguised link or a table row into what we sign."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#!~&])")


def escaped(text: str) -> str:
    """Return the text on one line, with nothing in it that Markdown obeys."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def text_of_lines(lines: Iterable[str]) -> bytes:
    """Return the bytes of a file of these lines."""
    return ("\n".join(lines) + "\n").encode()
