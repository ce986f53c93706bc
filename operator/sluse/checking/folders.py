"""The whole tree, judged folder by folder, so that only those are read whose verdict is not known.

A folder's verdict follows from its files, the rules, `policies/`, and what it asked about other folders. The first three
make the key by which it is remembered; the answers are asked again. Judging each file by itself was rejected: most rules
look at several files of one folder, and hardly any at those of another.

Nothing that only judging needs is imported at the top: where all is known, that is half of the time.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sluse.catalog.files import POLICIES, FileEntry, Files
from sluse.catalog.work_tree import WorkTree
from sluse.checking.memory import Memory
from sluse.checking.release import release
from sluse.checking.remembered import Remembered, packed, packed_problems, unpacked, unpacked_problems
from sluse.checking.verdict import Verdict, ordered, verdict
from sluse.rules.world import Asked, Declared, Register, World

if TYPE_CHECKING:
    from sluse.catalog.policies import PolicyReading
    from sluse.model.problem import Problem
    from sluse.model.tree import Tree


def judged(root: Path, under: str, memory: Memory | None) -> Verdict:
    """Return the verdict on the files below `root`/`under`, and on `policies/` beside them. Raises CatalogError.

    It is the same with any memory and with none; what had to be found out is added to it.
    """
    policies = _Policies(root)
    tree = WorkTree(root, under)
    entries = tree.entries()
    files = _Read(tree.read([entry.id for entry in entries if entry.id]))
    return _Check(under, files, _by_folder(entries, under), policies, memory).verdict()


@dataclass(frozen=True)
class _Read:
    """Files that were read, by blob id."""

    contents: Mapping[str, bytes]

    def of(self, entries: Sequence[FileEntry]) -> Files:
        return _Folder(entries, self.contents)


@dataclass(frozen=True)
class _Folder:
    """Some of them, as a tree."""

    some: Sequence[FileEntry]
    contents: Mapping[str, bytes]

    def entries(self) -> Sequence[FileEntry]:
        return self.some

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return {each: self.contents[each] for each in ids}


class _Policies:
    """The folder `policies/`: read as bytes at once, as models when first needed."""

    def __init__(self, root: Path) -> None:
        tree = WorkTree(root, POLICIES)
        self._entries = tree.entries() if (root / POLICIES).is_dir() else ()
        self._files = _Read(tree.read([entry.id for entry in self._entries if entry.id]) if self._entries else {})
        self.digest = _digest(_written(self._entries))

    @cached_property
    def reading(self) -> PolicyReading:
        from sluse.catalog import policies

        return policies.read(policies.contents(self._files.of(self._entries)))

    def problems(self) -> tuple[Problem, ...]:
        from sluse.catalog.excerpts import with_excerpts
        from sluse.model.tree import Tree
        from sluse.rules.judge import check_policies

        models = self.reading.models
        nothing = Tree({}, {}, {}, ())
        return with_excerpts(nothing, (*self.reading.problems, *check_policies(models)), models)


class _Check:
    """One check: what is remembered, and what is read for the rest."""

    def __init__(
        self,
        under: str,
        files: _Read,
        folders: Mapping[str, Sequence[FileEntry]],
        policies: _Policies,
        memory: Memory | None,
    ) -> None:
        self._under = under
        self._files = files
        self._folders = folders
        self._policies = policies
        self._memory = memory
        rules = release() if memory is not None else b""
        self._of_policies = _digest(rules, b"policies", policies.digest)
        self._keys = {
            folder: _digest(rules, policies.digest, under.encode(), _written(entries))
            for folder, entries in folders.items()
        }
        self._trees: dict[str, Tree] = {}

    def verdict(self) -> Verdict:
        known = self._memory.recall([self._of_policies, *self._keys.values()]) if self._memory is not None else {}
        before = {
            folder: found
            for folder, key in self._keys.items()
            if key in known and (found := unpacked(known[key])) is not None
        }
        world = self._world(before)
        fresh = {
            folder: self._judge(folder, world)
            for folder in self._folders
            if folder not in before or not before[folder].holds(world)
        }
        told = unpacked_problems(known[self._of_policies]) if self._of_policies in known else None
        of_policies = told if told is not None else self._policies.problems()
        if self._memory is not None and (fresh or told is None):
            new = {self._keys[folder]: packed(found) for folder, found in fresh.items()}
            self._memory.keep(new if told is not None else {**new, self._of_policies: packed_problems(of_policies)})
        return _together(of_policies, {**before, **fresh}.values())

    def _world(self, before: Mapping[str, Remembered]) -> World:
        return Register(
            before[folder].declared if folder in before else Declared.by(self._tree(folder)) for folder in self._folders
        )

    def _judge(self, folder: str, world: World) -> Remembered:
        from sluse.catalog.excerpts import with_excerpts
        from sluse.rules.judge import check

        tree, models, asked = self._tree(folder), self._policies.reading.models, Asked(world)
        problems = with_excerpts(tree, check(tree, models, asked), models)
        return Remembered(Declared.by(tree), verdict(problems, tree), asked.answers)

    def _tree(self, folder: str) -> Tree:
        if folder not in self._trees:
            from sluse.catalog.reader import Reader

            self._trees[folder] = Reader().tree(self._files.of(self._folders[folder]), self._under)
        return self._trees[folder]


def _together(of_policies: Sequence[Problem], folders: Iterable[Remembered]) -> Verdict:
    verdicts = [folder.verdict for folder in folders]
    problems = [*of_policies, *(problem for each in verdicts for problem in each.problems)]
    counts: dict[str, int] = defaultdict(int)
    for each in verdicts:
        for name, count in each.counts.items():
            counts[name] += count
    return Verdict(ordered(problems), sum(each.readable for each in verdicts), dict(counts))


def _by_folder(entries: Sequence[FileEntry], under: str) -> Mapping[str, Sequence[FileEntry]]:
    """Return the files by the folder they lie in, with all that lie in none under an empty name."""
    folders: dict[str, list[FileEntry]] = defaultdict(list)
    start = len(under) + 1
    for entry in entries:
        folder, slash, _ = entry.path[start:].partition("/")
        folders[folder if slash else ""].append(entry)
    return folders


def _written(entries: Sequence[FileEntry]) -> bytes:
    lines = (f"{entry.kind.value} {entry.size} {entry.id} {entry.path!r}\n" for entry in sorted(entries, key=_path))
    return "".join(lines).encode()


def _path(entry: FileEntry) -> str:
    return entry.path


def _digest(*parts: bytes) -> bytes:
    found = hashlib.blake2b(digest_size=32)
    for part in parts:
        found.update(len(part).to_bytes(8))
        found.update(part)
    return found.digest()
