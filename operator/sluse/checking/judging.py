"""Folders listed, read as models and judged, each once.

Nothing that only judging needs is imported at the top: where all is known, that is half of the time.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from sluse.catalog.files import POLICIES, FileEntry
from sluse.catalog.work_tree import WorkTree
from sluse.checking.remembered import Remembered
from sluse.checking.verdict import verdict
from sluse.rules.world import Asked, Declared, World

if TYPE_CHECKING:
    from sluse.catalog.policies import PolicyReading
    from sluse.model.problem import Problem
    from sluse.model.tree import Tree


@dataclass(frozen=True)
class _Read:
    """Files as they were read, as a tree; `contents` may have those of others too."""

    listed: Sequence[FileEntry]
    contents: Mapping[str, bytes]

    def entries(self) -> Sequence[FileEntry]:
        return self.listed

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return {each: self.contents[each] for each in ids}


class Policies:
    """The folder `policies/`: read as bytes at once, as models when first needed."""

    def __init__(self, root: Path) -> None:
        tree = WorkTree(root, POLICIES)
        entries = tree.entries() if (root / POLICIES).is_dir() else ()
        self._files = _Read(entries, tree.read(_ids(entries)))
        self.digest = digest(_written(entries))

    @cached_property
    def reading(self) -> PolicyReading:
        """The folder as models."""
        from sluse.catalog import policies

        return policies.read(policies.contents(self._files))

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with them."""
        from sluse.catalog.excerpts import with_excerpts
        from sluse.model.tree import Tree
        from sluse.rules.judge import check_policies

        models = self.reading.models
        nothing = Tree({}, {}, {}, ())
        return with_excerpts(nothing, (*self.reading.problems, *check_policies(models)), models)


class Judging:
    """Some folders of a working directory: listed and read when this is made, then judged. Raises CatalogError."""

    def __init__(self, root: Path, under: str, folders: Collection[str], policies: Policies) -> None:
        tree = WorkTree(root, under)
        self._listed = tree.within(folders)
        self._contents = tree.read(_ids(chain.from_iterable(self._listed.values())))
        self._under = under
        self._policies = policies
        self._trees: dict[str, Tree] = {}

    @cached_property
    def written(self) -> Mapping[str, bytes]:
        """What each folder's part of the verdict follows from, as a digest, but for the rules and other folders."""
        return {folder: digest(self._under.encode(), _written(listed)) for folder, listed in self._listed.items()}

    def declared(self, folders: Collection[str]) -> Mapping[str, Declared]:
        """Return what each of some folders declares, of those that are here."""
        return {folder: Declared.by(self._tree(folder)) for folder in self._listed if folder in folders}

    def judged(self, folders: Collection[str], world: World) -> Mapping[str, Remembered]:
        """Return the part of the verdict of each of some folders, of those that are here."""
        return {folder: self._judged(self._tree(folder), world) for folder in self._listed if folder in folders}

    def _judged(self, tree: Tree, world: World) -> Remembered:
        from sluse.catalog.excerpts import with_excerpts
        from sluse.rules.judge import check

        models, asked = self._policies.reading.models, Asked(world)
        problems = with_excerpts(tree, check(tree, models, asked), models)
        return Remembered(Declared.by(tree), verdict(problems, tree), asked.answers)

    def _tree(self, folder: str) -> Tree:
        if folder not in self._trees:
            from sluse.catalog.reader import Reader

            self._trees[folder] = Reader().tree(_Read(self._listed[folder], self._contents), self._under)
        return self._trees[folder]


def be_ready() -> None:
    """Import what judging needs: for all processes that are forked from here on."""
    import sluse.catalog.excerpts
    import sluse.catalog.reader
    import sluse.rules.judge  # noqa: F401


def _ids(entries: Iterable[FileEntry]) -> list[str]:
    return [entry.id for entry in entries if entry.id]


def _written(entries: Sequence[FileEntry]) -> bytes:
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
