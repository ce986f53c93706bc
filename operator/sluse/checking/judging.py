"""Folders read as models and judged, each once.

Nothing that only judging needs is imported at the top: where all is known, that is half of the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sluse.catalog.files import POLICIES, FileEntry, Files
from sluse.catalog.work_tree import WorkTree
from sluse.checking.remembered import Remembered
from sluse.checking.verdict import verdict
from sluse.rules.world import Asked, Declared, World

if TYPE_CHECKING:
    from sluse.catalog.policies import PolicyReading
    from sluse.model.problem import Problem
    from sluse.model.tree import Tree


@dataclass(frozen=True)
class Read:
    """Files that were read, by blob id."""

    contents: Mapping[str, bytes]

    def of(self, entries: Sequence[FileEntry]) -> Files:
        """Return some of them, as a tree."""
        return _Folder(entries, self.contents)


@dataclass(frozen=True)
class _Folder:
    some: Sequence[FileEntry]
    contents: Mapping[str, bytes]

    def entries(self) -> Sequence[FileEntry]:
        return self.some

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return {each: self.contents[each] for each in ids}


class Policies:
    """The folder `policies/`: read as bytes at once, as models when first needed."""

    def __init__(self, root: Path) -> None:
        tree = WorkTree(root, POLICIES)
        self._entries = tree.entries() if (root / POLICIES).is_dir() else ()
        self._files = Read(tree.read([entry.id for entry in self._entries if entry.id]) if self._entries else {})
        self.digest = digest(written(self._entries))

    @cached_property
    def reading(self) -> PolicyReading:
        """The folder as models."""
        from sluse.catalog import policies

        return policies.read(policies.contents(self._files.of(self._entries)))

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with them."""
        from sluse.catalog.excerpts import with_excerpts
        from sluse.model.tree import Tree
        from sluse.rules.judge import check_policies

        models = self.reading.models
        nothing = Tree({}, {}, {}, ())
        return with_excerpts(nothing, (*self.reading.problems, *check_policies(models)), models)


class Judging:
    """`folders` are the files below `under`, by the folder they lie in."""

    def __init__(self, under: str, files: Read, folders: Mapping[str, Sequence[FileEntry]], policies: Policies) -> None:
        self.folders = folders
        self._under = under
        self._files = files
        self._policies = policies
        self._trees: dict[str, Tree] = {}

    def declared(self, folder: str) -> Declared:
        """Return what a folder declares."""
        return Declared.by(self._tree(folder))

    def judged(self, folder: str, world: World) -> Remembered:
        """Return a folder's part of the verdict."""
        from sluse.catalog.excerpts import with_excerpts
        from sluse.rules.judge import check

        tree, models, asked = self._tree(folder), self._policies.reading.models, Asked(world)
        problems = with_excerpts(tree, check(tree, models, asked), models)
        return Remembered(Declared.by(tree), verdict(problems, tree), asked.answers)

    def _tree(self, folder: str) -> Tree:
        if folder not in self._trees:
            from sluse.catalog.reader import Reader

            self._trees[folder] = Reader().tree(self._files.of(self.folders[folder]), self._under)
        return self._trees[folder]


def written(entries: Sequence[FileEntry]) -> bytes:
    """Return all that a verdict on some files follows from, but for the rules."""
    lines = (f"{entry.kind.value} {entry.size} {entry.id} {entry.path!r}\n" for entry in sorted(entries, key=_path))
    return "".join(lines).encode()


def _path(entry: FileEntry) -> str:
    return entry.path


def digest(*parts: bytes) -> bytes:
    """Return a digest of texts in their order, and of where each ends."""
    found = hashlib.blake2b(digest_size=32)
    for part in parts:
        found.update(len(part).to_bytes(8))
        found.update(part)
    return found.digest()
