"""A person's clone -> the two sides of a preview: a commit, and a commit or the working tree as it is.

One reader reads both, and of a file that is the same on both sides there is one object, so nothing is compiled twice
for it. Only what the change can reach is read whole (`scope`); of all others just `organisation.yaml`, since the rules
need to know who declares what.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sluse.catalog import policies
from sluse.catalog.files import INTEGRATIONS, FileEntry, Files
from sluse.catalog.git import beside
from sluse.catalog.git.standing import StandingClone
from sluse.catalog.git.tree import Child
from sluse.catalog.history import rewritten
from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.delivery.network_catalogue import unsigned
from sluse.delivery.policy import Untrusted, trusted
from sluse.delivery.previewing.side import Side
from sluse.delivery.verdicts import unverified
from sluse.errors import CatalogError
from sluse.model.policy.bundle import Policy, Roots
from sluse.model.problem import Problem
from sluse.model.tree import Tree
from sluse.rules.judge import check
from sluse.words.said import say

MAIN = ("refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/heads/main")
WORKING_TREE = say("the working tree")

Organisations = frozenset[str] | None
"""Whose folders are read whole; None for all."""


@dataclass(frozen=True)
class Compared:
    """Base and head of a clone. `head` is None for the working tree. `changed` are the paths that differ."""

    root: Path
    clone: StandingClone
    base: str
    head: str | None
    roots: Roots | None
    changed: frozenset[str]
    _reader: Reader = field(default_factory=Reader)

    def mentioned(self, words: Collection[str]) -> Mapping[str, frozenset[str]]:
        """Return the files of the head in which words stand, and which."""
        return beside.mentioned(self.root, self.head, words, INTEGRATIONS)

    def trees(self, only: Organisations) -> tuple[Tree, Tree]:
        """Return what both sides say. The head is read first: the base is the head with the change undone."""
        after = WorkTree(self.root, INTEGRATIONS, only=only) if self.head is None else _Committed(self, self.head, only)
        listed = _Listed(after)
        head = self._reader.tree(listed, INTEGRATIONS)
        return self._reader.tree(_Undone(self, listed.entries()), INTEGRATIONS), head

    def sides(self, only: Organisations) -> tuple[Side, Side]:
        """Return both sides, judged."""
        base, head = self.trees(only)
        before = self._policies(self.base)
        after = self._policies(self.head) if self.head is not None else policies.contents_in(self.root)
        name = WORKING_TREE if self.head is None else self.head[:12]
        lost = rewritten(self.clone, self.root, self.base, self.head, self.changed)
        return self._side(self.base[:12], base, before), self._side(name, head, after, lost)

    def _side(self, name: str, tree: Tree, contents: Mapping[str, bytes], lost: tuple[Problem, ...] = ()) -> Side:
        read = policies.read(contents)
        problems = (*check(tree, read.models), *read.problems, *lost)
        return Side(name, tree, problems, _policy(contents, self.roots), unsigned(contents))

    def _policies(self, commit: str) -> Mapping[str, bytes]:
        folder = self.clone.find(self.clone.root(commit), policies.FOLDER)
        if folder is None or not folder.is_folder:
            return {}
        return policies.contents(self.clone.files(folder.id, policies.FOLDER))


def compared(root: Path, clone: StandingClone, base: str | None, head: str | None, roots: Roots | None) -> Compared:
    """Return what is to be compared. Raises CatalogError where a revision is unknown or has no integrations."""
    tip = clone.named(head or "HEAD")
    since = clone.named(base) if base is not None else _forked(clone, tip)
    ends = (since,) if head is None else (since, tip)
    for each in ends:
        if clone.find(clone.root(each), INTEGRATIONS) is None:
            raise CatalogError(
                say("commit {commit} has no folder {folder}", commit=each[:12], folder=INTEGRATIONS),
                hint=say("name another with --base or --head"),
            )
    named = None if head is None else tip
    changed = beside.changed(root, since, named, (INTEGRATIONS, policies.FOLDER))
    return Compared(root, clone, since, named, roots, changed)


class _Listed:
    """Files that are listed once."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._entries: Sequence[FileEntry] | None = None

    def entries(self) -> Sequence[FileEntry]:
        if self._entries is None:
            self._entries = self._files.entries()
        return self._entries

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return self._files.read(ids)


class _Committed:
    """The files of a commit: some organisations whole, of others `organisation.yaml`."""

    def __init__(self, compared: Compared, commit: str, only: Organisations) -> None:
        self._clone = compared.clone
        self._commit = commit
        self._only = only

    def entries(self) -> Sequence[FileEntry]:
        folder = self._clone.find(self._clone.root(self._commit), INTEGRATIONS)
        if folder is None:
            return ()
        if self._only is None:
            return self._clone.files(folder.id, INTEGRATIONS).entries()
        children = self._clone.children(folder.id)
        self._clone.foresee(each.id for each in children if each.is_folder)
        whole = [each for each in children if each.is_folder and each.name in self._only]
        rest = {f"{INTEGRATIONS}/{each.name}": each for each in children if not each.is_folder}
        for each in children:
            own = self._clone.find(each.id, "organisation.yaml") if each.is_folder and each not in whole else None
            if own is not None and not own.is_folder:
                rest[f"{INTEGRATIONS}/{each.name}/organisation.yaml"] = own
        below = (self._clone.files(each.id, f"{INTEGRATIONS}/{each.name}").entries() for each in whole)
        return [*self._clone.picked(rest).entries(), *(entry for entries in below for entry in entries)]

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return self._clone.taken(ids)


class _Undone:
    """The files of the head with the change undone: what differs comes from the base."""

    def __init__(self, compared: Compared, head: Sequence[FileEntry]) -> None:
        self._head = [each for each in head if each.path not in compared.changed]
        clone, root = compared.clone, compared.clone.root(compared.base)
        found: dict[str, Child] = {}
        for path in compared.changed:
            child = clone.find(root, path) if path.startswith(f"{INTEGRATIONS}/") else None
            if child is not None and not child.is_folder:
                found[path] = child
        self._base = clone.picked(found)

    def entries(self) -> Sequence[FileEntry]:
        return [*self._head, *self._base.entries()]

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        return self._base.read(ids)


def _forked(clone: StandingClone, tip: str) -> str:
    """Return where a branch left the main one."""
    main = next((found for each in MAIN if (found := clone.commit(each)) is not None), None)
    if main is None:
        raise CatalogError(
            say("the clone has no main branch to compare with"), hint=say("name what to compare with: --base REV")
        )
    found = clone.merge_base(main, tip)
    if found is None:
        remedy = say("name it: --base REV")
        if clone.is_shallow:
            remedy = say("the clone is shallow: git fetch --unshallow, or name it: --base REV")
        raise CatalogError(
            say("this branch and main have no common commit here"),
            hint=remedy,
        )
    return found


def _policy(contents: Mapping[str, bytes], roots: Roots | None) -> Policy | Untrusted:
    if not contents:
        return Untrusted((say("there is no folder policies"),))
    return unverified(contents) if roots is None else trusted(contents, roots)
