"""Where files come from: a commit or a working directory, behind one small port.

Paths are relative to the repository's root, with `/`, and begin with the folder asked for (`integrations/…`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol, runtime_checkable

INTEGRATIONS = "integrations"
"""The folder of everything authored, unless settings or a caller name another."""

POLICIES = "policies"
"""The folder of what the roots sign, and of the rules' own code."""


class FileKind(StrEnum):
    """What lies at a path. Only regular files are ever read."""

    FILE = "file"
    SYMLINK = "symbolic link"
    SUBMODULE = "submodule"


class FileEntry(NamedTuple):
    """One path. `size` in bytes; `id` is git's blob id of the content (empty for what is never read)."""

    path: str
    kind: FileKind
    size: int
    id: str


def blob_id(content: bytes) -> str:
    """Return the id git gives a blob."""
    return hashlib.sha1(b"blob %d\0%b" % (len(content), content), usedforsecurity=False).hexdigest()


class Files(Protocol):
    """A tree of files at one moment."""

    def entries(self) -> Sequence[FileEntry]:
        """Return every path, in any order. Raises CatalogError."""
        ...

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by id, for ids of `entries`. Raises CatalogError."""
        ...


@runtime_checkable
class Foldered(Protocol):
    """A tree of files that tells by an id which of its folders are as they were, without listing them.

    A folder here is one directly below the top, by its name, with all that is in it. What lies in none of them goes by
    an empty name.
    """

    def folders(self) -> Mapping[str, str]:
        """Return an id of each folder's content; an empty one where it would have to be listed. Raises CatalogError."""
        ...

    def within(self, folders: Collection[str]) -> Mapping[str, Sequence[FileEntry]]:
        """Return every path of some folders, by folder, in any order; all in one go. Raises CatalogError."""
        ...

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by id, for ids of `within`. Raises CatalogError."""
        ...


class Listed:
    """Files that know nothing of folders, listed and then taken by folder."""

    def __init__(self, files: Files, under: str) -> None:
        self._folders = by_folder(files.entries(), under)
        self.read = files.read

    def folders(self) -> Mapping[str, str]:
        """Return the folders; that nothing changed in one is seen by its list alone."""
        return dict.fromkeys(self._folders, "")

    def within(self, folders: Collection[str]) -> Mapping[str, Sequence[FileEntry]]:
        """Return every path of some folders."""
        return {folder: self._folders[folder] for folder in folders}


def by_folder(entries: Sequence[FileEntry], under: str) -> Mapping[str, Sequence[FileEntry]]:
    """Return the files below `under` by the folder they lie in, with all that lie in none under an empty name."""
    folders: defaultdict[str, list[FileEntry]] = defaultdict(list)
    start = len(under) + 1
    for entry in entries:
        folder, slash, _ = entry.path[start:].partition("/")
        folders[folder if slash else ""].append(entry)
    return folders
