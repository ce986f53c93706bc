"""A tree of files with some others laid over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sluse.catalog.files import FileEntry, FileKind, Files, blob_id


@dataclass(frozen=True)
class Over:
    """`files` (content by path) count where `under` has files too."""

    under: Files
    files: Mapping[str, bytes]

    def entries(self) -> Sequence[FileEntry]:
        """Return every path."""
        below = [entry for entry in self.under.entries() if entry.path not in self.files]
        return [*below, *(_entry(path, content) for path, content in self.files.items())]

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by id."""
        mine = {_entry(path, content).id: content for path, content in self.files.items()}
        return {**self.under.read([each for each in ids if each not in mine]), **mine}


def _entry(path: str, content: bytes) -> FileEntry:
    return FileEntry(path, FileKind.FILE, len(content), blob_id(content))
