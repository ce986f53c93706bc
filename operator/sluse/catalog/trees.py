"""One commit as files: the same port as the working directory, over the bare clone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from sluse.catalog import limits
from sluse.catalog.files import FileEntry, FileKind
from sluse.catalog.git.tree import Entry, Mode

KINDS = {
    Mode.FILE: FileKind.FILE,
    Mode.EXECUTABLE: FileKind.FILE,
    Mode.SYMLINK: FileKind.SYMLINK,
    Mode.SUBMODULE: FileKind.SUBMODULE,
}
_MOST_BYTES = limits.FILE_BYTES


class Blobs(Protocol):
    """What is needed of a clone: `sluse.catalog.git.Source` has it."""

    def entries(self, commit: str, under: str) -> tuple[Entry, ...]:
        """Return what lies under a folder of a commit."""
        ...

    def read(self, blobs: Sequence[str], limit: int) -> dict[str, bytes]:
        """Return contents by blob id."""
        ...


class GitTree:
    """Files below `under` of one commit."""

    def __init__(self, source: Blobs, commit: str, under: str = "integrations") -> None:
        self._source = source
        self._commit = commit
        self._under = under

    def entries(self) -> Sequence[FileEntry]:
        """Return every path of the commit. Raises CatalogError where the clone does not have it."""
        listed = self._source.entries(self._commit, self._under)
        return [FileEntry(each.path, KINDS[each.mode], each.size, each.blob) for each in listed]

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by blob id. Raises CatalogError."""
        return self._source.read(ids, _MOST_BYTES)
