"""Trees held in memory, and the good tree that each bad file is put into."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from sluse.catalog.files import FileEntry, FileKind
from sluse.catalog.reader import Reader
from sluse.errors import CatalogError
from sluse.model.tree import Tree

FIXTURES = Path(__file__).parent.parent / "fixtures"


class HeldFiles:
    """Files in memory. Stricter than a directory: reading what was not listed, or is no file, is an error."""

    def __init__(self, contents: Mapping[str, bytes], others: Mapping[str, FileKind] | None = None) -> None:
        self.contents = dict(contents)
        self.others = dict(others or {})
        self.reads: list[str] = []

    def entries(self) -> Sequence[FileEntry]:
        files = [FileEntry(path, FileKind.FILE, len(content), _id(content)) for path, content in self.contents.items()]
        return [*files, *(FileEntry(path, kind, 0, "") for path, kind in self.others.items())]

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        by_id = {_id(content): content for content in self.contents.values()}
        unknown = [each for each in ids if each not in by_id]
        if unknown:
            raise CatalogError(f"not listed: {unknown}")
        self.reads.extend(ids)
        return {each: by_id[each] for each in ids}


def _id(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


@pytest.fixture(scope="session")
def good() -> Mapping[str, bytes]:
    """The good tree: two organisations, three integrations, their keys and a README."""
    root = FIXTURES / "good"
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in (root / "integrations").rglob("*")
        if path.is_file()
    }


@pytest.fixture
def held() -> type[HeldFiles]:
    return HeldFiles


@pytest.fixture(scope="session")
def tree_of(good: Mapping[str, bytes]) -> Callable[..., Tree]:
    """The tree of the good files with some replaced or added, some taken away, and links beside them."""

    def read(
        changed: Mapping[str, bytes] | None = None,
        *,
        without: Sequence[str] = (),
        others: Mapping[str, FileKind] | None = None,
    ) -> Tree:
        contents = {path: content for path, content in {**good, **(changed or {})}.items() if path not in without}
        return Reader().tree(HeldFiles(contents, others))

    return read
