"""One commit as files: the same port as the working directory, over the bare clone."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Protocol

from sluse.catalog import limits
from sluse.catalog.files import FileEntry, FileKind, by_folder
from sluse.catalog.git import tree
from sluse.catalog.git.tree import Child, Entry, Mode

KINDS = {
    Mode.FILE: FileKind.FILE,
    Mode.EXECUTABLE: FileKind.FILE,
    Mode.SYMLINK: FileKind.SYMLINK,
    Mode.SUBMODULE: FileKind.SUBMODULE,
}
_MOST_BYTES = limits.FILE_BYTES


class Blobs(Protocol):
    """What is needed of a clone: `sluse.catalog.git.Source` has it."""

    def entries(self, commit: str, under: str, only: Collection[str] | None = None) -> tuple[Entry, ...]:
        """Return what lies under a folder of a commit; of it only what goes by these names, where any are given."""
        ...

    def children(self, commit: str, under: str) -> tuple[Child, ...]:
        """Return what is directly in a folder of a commit; nothing where there is no such folder."""
        ...

    def read(self, blobs: Sequence[str], limit: int) -> dict[str, bytes]:
        """Return contents by blob id."""
        ...


class GitTree:
    """Files below `under` of one commit. A folder's id is that of its tree: the same one has the same files in it."""

    def __init__(self, source: Blobs, commit: str, under: str = "integrations") -> None:
        self._source = source
        self._commit = commit
        self._under = under

    def entries(self) -> Sequence[FileEntry]:
        """Return every path of the commit. Raises CatalogError where the clone does not have it."""
        return _files(self._source.entries(self._commit, self._under))

    def folders(self) -> Mapping[str, str]:
        """Return the id of each folder; nothing where the commit has nothing there. Raises CatalogError.

        A tree that git would not write is listed whole each time.
        """
        if not self._is_plain:
            return {"": ""} if self.entries() else {}
        found = {each.name: each.id for each in self._children if each.is_folder}
        rest = [each for each in self._children if not each.is_folder]
        return {**found, "": repr(rest)} if rest else found

    def within(self, folders: Collection[str]) -> Mapping[str, Sequence[FileEntry]]:
        """Return every path of some folders. Raises CatalogError."""
        if not folders:
            return {}
        if not self._is_plain:
            return {"": self.entries()}
        known = self.folders()
        names = [each.name for each in self._children if (each.name if each.is_folder else "") in folders]
        listed = by_folder(_files(self._source.entries(self._commit, self._under, names)), self._under.rstrip("/"))
        found: dict[str, list[FileEntry]] = {folder: [] for folder in folders}
        for name, entries in listed.items():
            folder = name if name in known else ""  # what git lists as a folder and does not write as one
            if folder in found:
                found[folder] += entries
        return found

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by blob id. Raises CatalogError."""
        return self._source.read(ids, _MOST_BYTES)

    @cached_property
    def _is_plain(self) -> bool:
        return bool(self._under.strip("/")) and tree.is_plain(self._children)

    @cached_property
    def _children(self) -> tuple[Child, ...]:
        return self._source.children(self._commit, self._under)


def _files(entries: Sequence[Entry]) -> Sequence[FileEntry]:
    return [FileEntry(each.path, KINDS[each.mode], each.size, each.blob) for each in entries]
