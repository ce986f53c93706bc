"""Somebody's clone as it stands on the disk, bare or not, shallow or whole: any of its commits, offline.

Every object is read once, through one `cat-file --batch`, and remembered by its id: a commit costs what differs from
those read before. Nothing of the person's git settings counts, and nothing is fetched, not even by a partial clone.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

from sluse.catalog import limits
from sluse.catalog.files import FileEntry
from sluse.catalog.git import command, tree
from sluse.catalog.git.objects import Damaged, Kind, Objects
from sluse.catalog.git.tree import Child
from sluse.catalog.trees import KINDS
from sluse.errors import CatalogError
from sluse.words.said import say

_LIMIT = 60.0  # seconds for one git process on the disk
_LARGEST = 64 * 1024 * 1024  # bytes of a tree or a commit
_MOST_TREES = 20_000  # remembered at a time

_OFFLINE = {"GIT_NO_LAZY_FETCH": "1"}


class StandingClone:
    """`folder` is a clone, or any folder in one. A CatalogError where it is none, or where an object is not there."""

    def __init__(self, folder: Path) -> None:
        found = _asked(folder, "rev-parse", "--absolute-git-dir")
        self._environment = command.surroundings(Path(found), _OFFLINE)
        self._objects = Objects(self._environment)
        self._trees: dict[str, tuple[Child, ...]] = {}
        self._rows: dict[tree.Row, Child] = {}
        self._listings: dict[tuple[str, str], tuple[FileEntry, ...]] = {}
        self._sizes: dict[str, int] = {}
        self._contents: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._objects.close()

    def rest(self) -> None:
        """End the process that reads, which starts again when it is needed."""
        self._objects.close()

    @property
    def is_shallow(self) -> bool:
        """Tell whether some history is left out on purpose."""
        return self._git("rev-parse", "--is-shallow-repository").out.strip() == b"true"

    def commit(self, reference: str) -> str | None:
        """Return the id of the commit that a ref names; None where there is no such ref."""
        ran = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
        return ran.out.decode().strip() if ran.code == 0 else None

    def named(self, reference: str) -> str:
        """Return the id of the commit that somebody named. Raises CatalogError where there is none."""
        found = self.commit(reference)
        if found is None:
            message = say("the clone has no commit {reference}", reference=reference)
            raise CatalogError(message, hint=say("fetch it, or name another"))
        return found

    def merge_base(self, one: str, other: str) -> str | None:
        """Return the commit at which two histories parted; None where the clone shows none."""
        ran = self._git("merge-base", "--end-of-options", one, other)
        return ran.out.decode().split()[0] if ran.code == 0 else None

    def root(self, commit: str) -> str:
        """Return the id of a commit's tree."""
        return self.commits([commit])[commit].split(b"\n", 1)[0].split()[1].decode()

    def history(self, commit: str) -> tuple[str, ...]:
        """Return a commit and all before it that the clone has, parents first. CatalogError where one is lost."""
        ran = self._git("rev-list", "--topo-order", "--reverse", "--end-of-options", commit)
        if ran.code:
            raise CatalogError(
                say("the history of {commit} cannot be followed: {last}", commit=commit[:12], last=_last(ran.err)),
                hint=_REPAIR,
            )
        return tuple(ran.out.decode().split())

    def commits(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return commit objects."""
        return self._read(ids, _LARGEST, "commit")

    def children(self, folder: str) -> tuple[Child, ...]:
        """Return what is directly in a tree."""
        if folder not in self._trees:
            if len(self._trees) >= _MOST_TREES:
                self._trees.clear()
                self._rows.clear()
            content = self._read([folder], _LARGEST, "tree").get(folder, b"")
            try:
                self._trees[folder] = tree.children(content, len(folder) // 2, self._rows)
            except ValueError:
                raise _lost(folder) from None
        return self._trees[folder]

    def foresee(self, trees: Iterable[str]) -> None:
        """Read trees that will be asked for, in one go: asked one by one, each would cost a round trip."""
        wanted = [each for each in dict.fromkeys(trees) if each not in self._trees][: _MOST_TREES // 4]
        for each, content in self._read(wanted, _LARGEST, "tree").items():
            with suppress(ValueError):  # told when it is asked for
                self._trees[each] = tree.children(content, len(each) // 2, self._rows)

    def expect(self, blobs: Iterable[str]) -> None:
        """Read files that will be asked for, in one go. One that is lost is told when it is asked for."""
        with suppress(CatalogError):
            self._weigh(blobs)

    def find(self, folder: str, path: str) -> Child | None:
        """Return what is at a path below a tree."""
        name, _, rest = path.partition("/")
        child = next((each for each in self.children(folder) if each.name == name), None)
        if child is None or not rest:
            return child
        return self.find(child.id, rest) if child.is_folder else None

    def files(self, folder: str, path: str) -> Standing:
        """Return everything below a tree, which lies at `path`."""
        return Standing(self, lambda: self._listed(folder, path))

    def picked(self, found: Mapping[str, Child]) -> Standing:
        """Return some files, by their paths."""
        return Standing(self, lambda: self._sized(found))

    def blobs(self, ids: Sequence[str], limit: int = limits.FILE_BYTES) -> dict[str, bytes]:
        """Return contents by id; blobs of more than `limit` bytes are left out."""
        return self._read(ids, limit, "blob")

    def _listed(self, folder: str, path: str) -> tuple[FileEntry, ...]:
        """List everything below a tree; what is below a tree that was listed before at the same path is remembered."""
        if (folder, path) not in self._listings:
            if len(self._listings) >= _MOST_TREES:
                self._listings.clear()
            children = self.children(folder)
            own = self._sized({f"{path}/{each.name}": each for each in children if not each.is_folder})
            below = (self._listed(each.id, f"{path}/{each.name}") for each in children if each.is_folder)
            self._listings[folder, path] = tuple(chain(own, *below))
        return self._listings[folder, path]

    def _sized(self, found: Mapping[str, Child]) -> list[FileEntry]:
        """Return entries with their sizes, which git tells only together with the contents: those are kept for `taken`."""
        self._weigh(each.id for each in found.values() if each.mode != _SUBMODULE)
        try:
            entries = [each.entry(path, self._sizes.get(each.id, 0)) for path, each in found.items()]
        except ValueError:
            raise CatalogError(
                say("a tree of the clone has an entry of no kind that git writes"), hint=_REPAIR
            ) from None
        return [FileEntry(each.path, KINDS[each.mode], each.size, each.blob) for each in entries]

    def _weigh(self, blobs: Iterable[str]) -> None:
        unknown = [each for each in dict.fromkeys(blobs) if each not in self._sizes]
        fresh = self.blobs(unknown)
        self._contents.update(fresh)
        self._sizes.update({each: len(fresh[each]) if each in fresh else limits.FILE_BYTES + 1 for each in unknown})

    def taken(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return contents that came with the sizes, and let go of them."""
        found = {each: self._contents.pop(each) for each in ids if each in self._contents}
        return {**found, **self.blobs([each for each in ids if each not in found])}

    def _read(self, ids: Sequence[str], limit: int, kind: Kind) -> dict[str, bytes]:
        try:
            return self._objects.read(ids, limit, kind)
        except Damaged as damage:
            raise _lost(str(damage)) from None

    def _git(self, *arguments: str) -> command.Ran:
        try:
            return command.run(self._environment, *arguments, deadline=time.monotonic() + _LIMIT)
        except command.TimedOut:
            raise CatalogError(
                say("git {command} took longer than {seconds} s", command=arguments[0], seconds=f"{_LIMIT:.0f}")
            ) from None


class Standing:
    """Files of a clone as the reader takes them."""

    def __init__(self, clone: StandingClone, listed: Callable[[], Sequence[FileEntry]]) -> None:
        self._clone = clone
        self._listed = listed

    def entries(self) -> Sequence[FileEntry]:
        """Return every path. Raises CatalogError."""
        return self._listed()

    def read(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """Return content by blob id. Raises CatalogError."""
        return self._clone.taken(ids)


_SUBMODULE = tree.Mode.SUBMODULE.value
_REPAIR = say("the clone is damaged or partial: `git fsck` tells; a fresh clone has everything")


def _lost(what: str) -> CatalogError:
    return CatalogError(
        say("the object {object} is not in the clone, or is damaged there", object=what or "asked for"), hint=_REPAIR
    )


def _asked(folder: Path, *arguments: str) -> str:
    """Ask git where the clone is, with the person's own surroundings: whose clone may be used is theirs to say."""
    try:
        ran = subprocess.run(  # noqa: S603 - our own arguments, no shell
            [command.program(), "-C", str(folder), *arguments], capture_output=True, check=False, timeout=_LIMIT
        )
    except subprocess.TimeoutExpired:
        raise CatalogError(
            say("git {command} took longer than {seconds} s", command=arguments[0], seconds=f"{_LIMIT:.0f}")
        ) from None
    if ran.returncode:
        raise CatalogError(say("{folder} is not in a git clone", folder=folder), hint=say("give one with --repository"))
    return ran.stdout.decode().strip()


def _last(said: str) -> str:
    return " ".join(said.split())[-200:] or say("git says nothing")
