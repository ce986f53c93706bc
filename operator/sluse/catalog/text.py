"""Bytes -> text, or the fault that forbids it: encoding, byte order mark, invisible characters, tabs."""

from __future__ import annotations

import re

from sluse.catalog.faults import Fault
from sluse.model.change import Edit
from sluse.rules import reading
from sluse.words.said import say

_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# Controls (tab, line feed and carriage return aside), line breaks of YAML 1.1 that 1.2 does not have, zero-width
# characters, and those that turn the direction of what follows: a reviewer would not see what a reader reads.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff]"
)
_WITHOUT_WIDTH = "\u200b\u200c\u200d\u2060\ufeff"
_LONE_RETURN = re.compile(r"\r(?!\n)")
_TAB = re.compile(r"^ *\t", re.MULTILINE)


def decode(content: bytes) -> str | Fault:
    """Return the text of a file, or why it has none."""
    if content.startswith(_BOMS):
        mended = (Edit(1, 1, 1, 2, ""),) if content.startswith(_BOMS[0]) else ()
        return Fault(reading.BYTE_ORDER_MARK, 1, 1, 1, say("The file begins with a byte order mark"), edits=mended)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        message = say("The byte 0x{octet:02x} is not UTF-8", octet=content[error.start])
        return Fault(reading.NOT_UTF8, *place(before, len(before)), 1, message, secret=True)
    match = _INVISIBLE.search(text) or _LONE_RETURN.search(text)
    if match:
        line, column = place(text, match.start())
        mended = (Edit(line, column, line, column + 1, ""),) if match[0] in _WITHOUT_WIDTH else ()
        return Fault(reading.CONTROL_CHARACTER, line, column, 1, _invisible(match[0]), edits=mended)
    return text


def invisible(text: str) -> str | None:
    """Return what is said of the first character that nobody sees in a value, as escapes may hide one; None without one."""
    match = _INVISIBLE.search(text)
    return _invisible(match[0]) if match else None


def _invisible(character: str) -> str:
    return say("An invisible character (U+{character:04X}) stands here", character=ord(character))


def as_yaml(text: str) -> str:
    """Return JSON as YAML that has every value at its place.

    JSON may be indented with tabs, which YAML refuses in places; as spaces they keep every column. It may also have the
    colon on another line than its key, which YAML does not allow: it moves up, and no line does.
    """
    return _COLON_BELOW.sub(r'":\1', text.replace("\t", " "))


_COLON_BELOW = re.compile(r'"([ \r]*\n[ \r\n]*):')


def tabs(text: str) -> Fault | None:
    """Return the fault for lines indented with tabs: one for the file, at the first of them."""
    lines = _TAB.findall(text)
    first = _TAB.search(text)
    if first is None:
        return None
    message = (
        say("The line is indented with a tab")
        if len(lines) == 1
        else say("{lines} lines are indented with tabs", lines=len(lines))
    )
    return Fault(reading.TAB, *place(text, first.end() - 1), 1, message)


def place(text: str, index: int) -> tuple[int, int]:
    """Return the 1-based line and column of a character."""
    return text.count("\n", 0, index) + 1, index - (text.rfind("\n", 0, index) + 1) + 1
