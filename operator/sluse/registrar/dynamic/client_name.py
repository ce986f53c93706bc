r"""Our ownership mark and the title, together in `client_name`: the one member that every authority keeps and shows.

`[sluse MARK] TITLE`, with a backslash escape for what would end the mark early, and for what an authority may
refuse, trim or fold (control and invisible characters, spaces at the ends, runs of spaces). A name counts as ours only
if writing what was read gives the very same name: so two marks never share a name, and a look-alike is nobody's.
`software_id` would be the RFC's place for a mark, but Keycloak drops it without a word.
"""

from __future__ import annotations

import re

from sluse.registrar.port import Mark

_NAME = re.compile(r"\[sluse ((?:[^\\\]]|\\u\{[0-9a-f]{1,6}\})+)\] (.*)")
_ESCAPE = re.compile(r"\\u\{([0-9a-f]{1,6})\}")


def write(mark: Mark, title: str) -> str:
    """Return the name."""
    return f"[sluse {_escaped(mark.text, also=']')}] {_escaped(title)}"


def read(name: str) -> tuple[Mark | None, str]:
    """Return mark and title; no mark and the whole name where it is not one of ours."""
    match = _NAME.fullmatch(name)
    if match is not None:
        mark, title = Mark(_unescaped(match[1])), _unescaped(match[2])
        if write(mark, title) == name:
            return mark, title
    return None, name


def _escaped(text: str, *, also: str = "") -> str:
    if text.isprintable() and text.strip(" ") == text and "  " not in text and not set("\\" + also) & set(text):
        return text
    pairs = zip(" " + text, text, strict=False)
    escaped = "".join(_letter(before, char, also) for before, char in pairs)
    return escaped[:-1] + _code(" ") if escaped.endswith(" ") else escaped


def _letter(before: str, char: str, also: str) -> str:
    folded = char == before == " "
    return _code(char) if folded or char == "\\" or char in also or not char.isprintable() else char


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: _character(match[1], match[0]), text)


def _character(digits: str, otherwise: str) -> str:
    number = int(digits, 16)
    return chr(number) if number <= 0x10FFFF else otherwise


def _code(char: str) -> str:
    return f"\\u{{{ord(char):x}}}"
