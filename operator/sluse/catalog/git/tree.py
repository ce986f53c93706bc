"""The files of one commit, as `git ls-tree -r -z --long` prints them: one run for all, whatever their number."""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from typing import NamedTuple


class Mode(enum.Enum):
    """What git keeps at a path."""

    FILE = "100644"
    EXECUTABLE = "100755"
    SYMLINK = "120000"
    SUBMODULE = "160000"


class Entry(NamedTuple):
    """One path. `blob` is the object's id (a submodule's is a commit elsewhere); `size` is in bytes, 0 for a submodule.

    `path` is UTF-8; bytes that are not come as lone surrogates (`surrogateescape`), so that no two paths become one.
    """

    path: str
    mode: Mode
    blob: str
    size: int


def parse(listing: bytes) -> tuple[Entry, ...]:
    """Return the entries of a listing, sorted by path. A ValueError where it is not such a listing."""
    return tuple(sorted((_entry(line) for line in listing.split(b"\0") if line), key=lambda entry: entry.path))


def _entry(line: bytes) -> Entry:
    facts, tab, path = line.partition(b"\t")
    mode, _, blob, size = facts.decode("ascii").split()
    if not tab:
        raise ValueError("no path")
    return Entry(path.decode("utf-8", "surrogateescape"), _mode(mode), blob, 0 if size == "-" else int(size))


def _mode(text: str) -> Mode:
    """Git itself reads 100664 of old repositories as a plain file."""
    mode = _MODES.get(text)
    if mode is None:
        raise ValueError(f"{text} is no mode of git's")
    return mode


_MODES = {"100664": Mode.FILE, **{each.value: each for each in Mode}}


FOLDER = "40000"
"""How a tree object writes the mode of a tree in it."""


class Child(NamedTuple):
    """One row of a tree object. `mode` as git writes it there; `name` as `Entry.path`."""

    mode: str
    name: str
    id: str

    @property
    def is_folder(self) -> bool:
        return self.mode == FOLDER

    @property
    def is_file(self) -> bool:
        """Tell whether it has content: neither a folder nor another repository."""
        return self.mode not in {FOLDER, Mode.SUBMODULE.value}

    def entry(self, path: str, size: int) -> Entry:
        """Return what is no folder as an entry. A ValueError for a mode that git does not write."""
        return Entry(path, _mode(self.mode), self.id, size)


def children(content: bytes, octets: int, known: dict[Row, Child]) -> tuple[Child, ...]:
    """Return the rows of a tree object, whose ids are of so many octets. A ValueError where it is no tree.

    `known` is for rows met before: of a commit's large trees most rows are those of the commit before.
    """
    found: list[Row] = _ROWS[octets].findall(content)
    if sum(map(len, found)) != len(content):
        raise ValueError("it is not a tree that git writes")
    for row in found:
        if row not in known:
            head, _, rest = row.partition(b"\0")
            mode, _, name = head.partition(b" ")
            known[row] = Child(mode.decode("ascii"), name.decode("utf-8", "surrogateescape"), rest.hex())
    return tuple(map(known.__getitem__, found))


Row = bytes
_ROWS = {octets: re.compile(rb"[0-7]+ [^\0]+\0.{%d}" % octets, re.DOTALL) for octets in (20, 32)}


def is_plain(rows: Sequence[Child]) -> bool:
    """Tell whether a tree names things as git does: each once, and nothing that leads elsewhere. Not where it is empty."""
    names = {row.name for row in rows}
    return len(names) == len(rows) > 0 and _ODD.isdisjoint(names) and "/" not in "".join(names)


_ODD = frozenset({".", "..", ".git"})
