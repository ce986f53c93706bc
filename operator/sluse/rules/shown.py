"""How a value that somebody wrote is shown in a message: short, on one line, and unable to drive a terminal.

A quoted YAML string may hold any character by escape, so what reaches a rule is not what the eye saw in the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from sluse.words.said import say, several

REPLACEMENT = "\ufffd"
"""What stands for a character that cannot be printed."""
_MOST = 60


def shown(text: str) -> str:
    """Return `text` in backticks, cut to 60 characters, with everything unprintable replaced."""
    short = text if len(text) <= _MOST else f"{text[: _MOST - 1]}…"
    return f"`{printable(short)}`"


def printable(text: str) -> str:
    """Return `text` with every unprintable character replaced by one visible one, so that columns stay."""
    return text if text.isprintable() else "".join(char if char.isprintable() else REPLACEMENT for char in text)


def listed(words: Sequence[str]) -> str:
    """Return `a`, `a and b`, or `a, b and c`."""
    return words[0] if len(words) == 1 else say("{first} and {last}", first=several(words[:-1], ", "), last=words[-1])


def either(words: Sequence[str]) -> str:
    """Return `a`, `a or b`, or `a, b or c`."""
    return words[0] if len(words) == 1 else say("{first} or {last}", first=several(words[:-1], ", "), last=words[-1])
