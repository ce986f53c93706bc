"""Commits in memory, as a clone tells of them: trees named by what is in them, files, links and submodules."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from sluse.catalog.git.tree import FOLDER, Child, Entry, Mode

What = bytes | Mode
"""A file's content, or what is there instead of a file."""


def read(root: Path) -> Mapping[str, What]:
    """Return the integrations of a working tree."""
    found = sorted(path for path in (root / "integrations").rglob("*") if path.is_file() and path.suffix != ".md")
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in found}


class Commit:
    """One commit as the clone tells of it, by trees that are named by what is in them. It refuses what was not listed."""

    def __init__(self, files: Mapping[str, What]) -> None:
        self._files = files
        self._listed: set[str] = set()

    def entries(self, _: str, under: str, only: Collection[str] | None = None) -> tuple[Entry, ...]:
        found = [
            _entry(path, what)
            for path, what in sorted(self._files.items())
            if path.startswith(f"{under}/") and (only is None or path.split("/")[1] in only)
        ]
        self._listed |= {each.blob for each in found}
        return tuple(found)

    def children(self, _: str, under: str) -> tuple[Child, ...]:
        rows: dict[str, list[Entry]] = {}
        for each in (_entry(path, what) for path, what in sorted(self._files.items())):
            if each.path.startswith(f"{under}/"):
                rows.setdefault(each.path.split("/")[1], []).append(each)
        return tuple(
            Child(each[0].mode.value, name, each[0].blob)
            if each[0].path == f"{under}/{name}"
            else Child(FOLDER, name, _id(each))
            for name, each in rows.items()
        )

    def read(self, blobs: Sequence[str], limit: int) -> dict[str, bytes]:
        assert self._listed.issuperset(blobs)
        found = {_entry("", what).blob: what for what in self._files.values() if isinstance(what, bytes)}
        return {each: found[each] for each in blobs if len(found[each]) <= limit}


def _entry(path: str, what: What) -> Entry:
    content = what if isinstance(what, bytes) else what.value.encode()
    mode = Mode.FILE if isinstance(what, bytes) else what
    return Entry(path, mode, hashlib.sha1(content).hexdigest(), len(content))


def _id(entries: Sequence[Entry]) -> str:
    return hashlib.sha1(repr(entries).encode()).hexdigest()
