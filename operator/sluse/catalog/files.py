"""Where files come from: a commit or a working directory, behind one small port.

Paths are relative to the repository's root, with `/`, and begin with the folder asked for (`integrations/…`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

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
