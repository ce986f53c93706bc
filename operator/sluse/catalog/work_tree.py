"""The working directory as files: what a commit of it would hold, without asking git.

Links are reported, never followed. Dotfiles are left out, as nothing authored is one; a folder that is a
repository of its own is a submodule. `.gitignore` is not consulted: an ignored file in `integrations/` is a mistake.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from sluse.catalog import limits
from sluse.catalog.files import FileEntry, FileKind, blob_id
from sluse.errors import CatalogError
from sluse.words.said import say

_NEVER_READ = limits.FILE_BYTES
_PIECE = 16 * 1024  # bytes
_FLAGS = os.O_RDONLY | os.O_CLOEXEC


class WorkTree:
    """Files below `root`/`under` as they are now.

    `only` names the organisations whose folders are read; of every other just organisation.yaml is, since the
    rules need to know who declares what. None reads all.
    """

    def __init__(self, root: Path, under: str = "integrations", *, only: Collection[str] | None = None) -> None:
        self._root = root
        self._under = under
        self._only = only
        self._contents: dict[str, bytes] = {}

    def entries(self) -> Sequence[FileEntry]:
        """Return every path. Raises CatalogError where the folder or a file cannot be read."""
        self._contents = {}
        top = self._root / self._under
        if top.is_symlink():
            return [FileEntry(self._under, FileKind.SYMLINK, 0, "")]
        if not top.is_dir():
            raise CatalogError(
                say("There is no folder {folder}", folder=top), hint=say("Name the folder of the integrations.")
            )
        return list(self._walk(str(top), self._under, depth=0))

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by id, as it was when `entries` was called, and let go of it."""
        contents, self._contents = self._contents, {}
        return {each: contents[each] for each in ids}

    def _walk(self, folder: str, path: str, depth: int) -> Iterator[FileEntry]:
        # Strings, not Path objects: at 30,000 files those alone would cost a second.
        for child in _listed(folder):
            if child.name.startswith("."):
                continue
            inner = f"{path}/{child.name}"
            if child.is_symlink():
                yield FileEntry(inner, FileKind.SYMLINK, 0, "")
            elif child.is_dir():
                yield from self._folder(child, inner, depth)
            elif child.is_file():
                yield self._file(child.path, inner)

    def _folder(self, folder: os.DirEntry[str], path: str, depth: int) -> Iterator[FileEntry]:
        if os.path.lexists(f"{folder.path}/.git"):
            yield FileEntry(path, FileKind.SUBMODULE, 0, "")
        elif depth or self._only is None or folder.name in self._only:
            yield from self._walk(folder.path, path, depth + 1)
        else:
            organisation = Path(folder.path, "organisation.yaml")
            if organisation.is_symlink():
                yield FileEntry(f"{path}/organisation.yaml", FileKind.SYMLINK, 0, "")
            elif organisation.is_file():
                yield self._file(str(organisation), f"{path}/organisation.yaml")

    def _file(self, file: str, path: str) -> FileEntry:
        try:
            content, size = _content(file)
        except OSError as error:
            raise CatalogError(say("{path} cannot be read: {reason}", path=path, reason=error.strerror)) from error
        if size > _NEVER_READ:
            return FileEntry(path, FileKind.FILE, size, "")
        blob = blob_id(content)
        self._contents[blob] = content
        return FileEntry(path, FileKind.FILE, size, blob)


def _content(file: str) -> tuple[bytes, int]:
    """Return a file's bytes, and how many it has: more than `_NEVER_READ` are not read.

    By the system's own calls and in pieces: a file object, and room for the largest, cost more than reading a small file.
    """
    opened = os.open(file, _FLAGS)
    try:
        pieces = [os.read(opened, _PIECE)]
        read = len(pieces[0])
        while pieces[-1]:
            if read > _NEVER_READ:
                return b"", max(read, os.fstat(opened).st_size)  # it may have become less meanwhile
            pieces.append(os.read(opened, _PIECE))
            read += len(pieces[-1])
    finally:
        os.close(opened)
    return (pieces[0] if len(pieces) < 3 else b"".join(pieces)), read


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as children:
            return list(children)
    except OSError as error:
        raise CatalogError(
            say("The folder {folder} cannot be read: {reason}", folder=folder, reason=error.strerror)
        ) from error
