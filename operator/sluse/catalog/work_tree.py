"""The working directory as files: what a commit of it would hold, without asking git.

Links are reported, never followed. Dotfiles are left out, as nothing authored is one; a folder that is a
repository of its own is a submodule. `.gitignore` is not consulted: an ignored file in `integrations/` is a mistake.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
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
        return [entry for listed in self.within(self.folders()).values() for entry in listed]

    def folders(self) -> Mapping[str, str]:
        """Return the folders; that nothing changed in one is seen by its list alone. Raises CatalogError."""
        return dict.fromkeys([*(child.name for child in self._top() if _is_folder(child)), ""], "")

    def within(self, folders: Collection[str]) -> Mapping[str, Sequence[FileEntry]]:
        """Return every path of some folders. Raises CatalogError."""
        self._contents = {}
        found: dict[str, Sequence[FileEntry]] = {
            folder: list(self._walk(_listed(f"{self._root}/{self._under}/{folder}"), f"{self._under}/{folder}"))
            if self._only is None or folder in self._only
            else list(self._organisation(folder))
            for folder in folders
            if folder
        }
        if "" in folders:
            found[""] = list(self._loose())
        return found

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by id, as it was when its path was returned last, and let go of it."""
        contents, self._contents = self._contents, {}
        return {each: contents[each] for each in ids}

    def _top(self) -> Sequence[os.DirEntry[str]]:
        top = self._root / self._under
        if top.is_symlink():
            return ()
        if not top.is_dir():
            raise CatalogError(
                say("There is no folder {folder}", folder=top), hint=say("Name the folder of the integrations.")
            )
        return _listed(str(top))

    def _loose(self) -> Iterator[FileEntry]:
        if (self._root / self._under).is_symlink():
            yield FileEntry(self._under, FileKind.SYMLINK, 0, "")
        yield from self._walk([child for child in self._top() if not _is_folder(child)], self._under)

    def _walk(self, children: Iterable[os.DirEntry[str]], path: str) -> Iterator[FileEntry]:
        # Strings, not Path objects: at 30,000 files those alone would cost a second.
        for child in children:
            if child.name.startswith("."):
                continue
            inner = f"{path}/{child.name}"
            if child.is_file(follow_symlinks=False):
                yield self._file(child.path, inner)
            elif child.is_symlink():
                yield FileEntry(inner, FileKind.SYMLINK, 0, "")
            elif child.is_dir():
                within = _listed(child.path)
                if any(each.name == ".git" for each in within):
                    yield FileEntry(inner, FileKind.SUBMODULE, 0, "")
                else:
                    yield from self._walk(within, inner)

    def _organisation(self, folder: str) -> Iterator[FileEntry]:
        path = f"{self._under}/{folder}/organisation.yaml"
        file = self._root / path
        if file.is_symlink():
            yield FileEntry(path, FileKind.SYMLINK, 0, "")
        elif file.is_file():
            yield self._file(str(file), path)

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


def _is_folder(child: os.DirEntry[str]) -> bool:
    """Tell whether a child of the top is a folder that is looked into: not a link, a dotfile or a repository of its own."""
    is_looked_into = not child.name.startswith(".") and child.is_dir(follow_symlinks=False)
    return is_looked_into and not os.path.lexists(f"{child.path}/.git")


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as children:
            return list(children)
    except OSError as error:
        raise CatalogError(
            say("The folder {folder} cannot be read: {reason}", folder=folder, reason=error.strerror)
        ) from error
