"""Files in memory, as a tree of git or of a directory lists them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sluse.catalog.files import FileEntry, FileKind


class HeldFiles:
    """Listed in the order they are given, or in `order`. Only what is listed can be read."""

    def __init__(self, contents: Mapping[str, bytes], order: Sequence[str] | None = None) -> None:
        self._contents = contents
        self._order = list(contents) if order is None else order

    def entries(self) -> Sequence[FileEntry]:
        return [
            FileEntry(path, FileKind.FILE, len(self._contents[path]), _id(self._contents[path])) for path in self._order
        ]

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        by_id = {_id(content): content for content in self._contents.values()}
        return {each: by_id[each] for each in ids}


def _id(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()
