"""One branch of one remote, as the operator reads it.

The first fetch brings one commit, the later ones all that is new since: so a shallow copy still shows whether the
branch moved forward. (A fixed depth would not tell; `--shallow-since` takes a merge of an older branch for a rewrite,
because git cuts all parents of a commit that has one beyond the line.) The price is the history of a branch that was
rewritten, so that gets half the time only: beyond it the commit comes alone, and counts as forced.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from sluse.catalog.git import command, refusals, tree
from sluse.catalog.git.clone import REF, Clone, Tip
from sluse.catalog.git.objects import Damaged, Kind, Missing, Objects
from sluse.errors import CatalogError, RemoteUnavailable
from sluse.words.said import say

Found = TypeVar("Found")

_FEW, _WORDS = 200, 64 * 1024  # paths, and letters of them, that are named to git; beyond, it lists all
_LARGEST = 64 * 1024 * 1024  # bytes of a tree or a commit

# Git's own words.
_NO_DEPTH = "does not support shallow"
_NO_BRANCH = "couldn't find remote ref"


@dataclass(frozen=True)
class Commit:
    """What the branch points to. `at` is the committer's time, in UTC.

    `forced`: this commit was not shown to descend from the one fetched last, be it by an earlier process on the cache.
    """

    id: str
    at: datetime
    forced: bool


class Source:
    """A remote's branch. Every method blocks and may be called from any thread; one lock orders them.

    `environment` is all that git gets from outside (a token belongs there, see `GIT_CONFIG_COUNT`); nothing is
    inherited. `cache` may hold several sources, but belongs to one process. `timeout` is in seconds, for one fetch.
    A CatalogError for a URL with a password in it or a name that no branch can have.
    """

    def __init__(
        self, url: str, branch: str, cache: Path, environment: Mapping[str, str], *, timeout: float = 60.0
    ) -> None:
        refusals.check(url, branch)
        self.url = url
        self.branch = branch
        self._environment = environment
        self._timeout = timeout
        self._clone = Clone(url, branch, cache, environment)
        self._objects = Objects(self._clone.environment)
        self._last: Tip | None = None
        self._lock = threading.RLock()

    def __repr__(self) -> str:
        return f"Source({refusals.plain(self.url)!r}, {self.branch!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the reading process; the source stays usable and starts another when needed."""
        with self._lock:
            self._objects.close()

    def fetch(self) -> Commit:
        """Bring the branch's present commit. Raises RemoteUnavailable; a damaged cache is made anew."""
        with self._lock:
            try:
                return self._fetch()
            except Damaged:
                self._discard()
            try:
                return self._fetch()
            except Damaged as error:
                raise CatalogError(
                    say(
                        "the copy of {branch} cannot be kept in {folder}",
                        branch=self._name,
                        folder=self._clone.path.parent,
                    ),
                    hint=say("check the disk: space, and the right to write there"),
                ) from error

    def entries(self, commit: str, under: str, only: Collection[str] | None = None) -> tuple[tree.Entry, ...]:
        """Return what lies under a folder (all, where it is empty) of a fetched commit, sorted by path.

        `only`: of that what goes by these names directly in the folder. A CatalogError for a commit that the copy does
        not have.
        """
        return self._whole(lambda: self._entries(commit, under, only))

    def children(self, commit: str, under: str) -> tuple[tree.Child, ...]:
        """Return what is directly in a folder of a fetched commit; nothing where there is no such folder.

        A CatalogError for a commit that the copy does not have.
        """
        return self._whole(lambda: self._children(commit, under))

    def read(self, blobs: Sequence[str], limit: int) -> dict[str, bytes]:
        """Return the contents by id. Blobs of more than `limit` bytes are left out.

        A CatalogError for an id that the copy does not have, or that is no blob.
        """
        return self._whole(lambda: self._objects.read(blobs, limit))

    def _whole(self, ask: Callable[[], Found]) -> Found:
        """Return what is asked of the copy; one that turns out to be damaged is made anew, and asked once more."""
        with self._lock:
            try:
                return ask()
            except Damaged as damage:
                self._restore(str(damage), certain=not isinstance(damage, Missing))
                with suppress(Damaged):
                    return ask()
                raise self._unknown(str(damage)) from None

    @property
    def _name(self) -> str:
        return say("branch {branch} of {url}", branch=self.branch, url=refusals.plain(self.url))

    def _unknown(self, what: str) -> CatalogError:
        return CatalogError(
            say("{what} is not in the copy of {branch}", what=what, branch=self._name),
            hint=say("fetch, and read what was fetched"),
        )

    def _entries(self, commit: str, under: str, only: Collection[str] | None) -> tuple[tree.Entry, ...]:
        folder = under.rstrip("/")
        wanted = [f"{folder}/{name}" for name in only or ()]
        few = 0 < len(wanted) <= _FEW and sum(map(len, wanted)) < _WORDS
        where = ("--", *(wanted if few else [folder])) if folder else ()
        listed = self._clone.local("ls-tree", "-r", "-z", "--long", "--end-of-options", commit, *where)
        if listed.code:
            raise Missing(say("commit {commit}", commit=commit))
        try:
            return tree.parse(listed.out)
        except ValueError:  # git prints BAD for the size of an object that is lost, and goes on
            raise Missing(say("commit {commit}", commit=commit)) from None

    def _children(self, commit: str, under: str) -> tuple[tree.Child, ...]:
        folder = self._object(commit, "commit").split(b"\n", 1)[0].removeprefix(b"tree ").decode()
        rows = self._rows(folder)
        for name in filter(None, under.split("/")):
            found = [row for row in rows if row.name == name]
            if len(found) != 1 or not found[0].is_folder:
                return ()
            rows = self._rows(found[0].id)
        return rows

    def _rows(self, folder: str) -> tuple[tree.Child, ...]:
        try:
            return tree.children(self._object(folder, "tree"), len(folder) // 2, {})
        except ValueError:
            raise Damaged(folder) from None

    def _object(self, name: str, kind: Kind) -> bytes:
        found = self._objects.read([name], _LARGEST, kind)
        if name not in found:
            raise CatalogError(say("{object} has more than {limit} bytes", object=name, limit=_LARGEST))
        return found[name]

    def _restore(self, what: str, *, certain: bool = False) -> None:
        """Make a damaged copy anew; one that is whole lacks `what` for another reason, and that is an error."""
        if not certain and self._last is not None and self._clone.complete():
            raise self._unknown(what) from None
        self._discard()
        self.fetch()

    def _discard(self) -> None:
        self._objects.close()
        self._clone.discard()

    def _fetch(self) -> Commit:
        deadline = time.monotonic() + self._timeout
        self._clone.open()
        before = self._clone.tip()
        last = before or self._last
        try:
            # Where there is a copy, the transfer itself tells what is new: asking first would cost a second connection.
            alone = before is None and (last is None or self._listed(deadline) == last.id)
            self._transfer(alone=alone, deadline=deadline)
        except command.TimedOut:
            raise RemoteUnavailable(
                say(
                    "{branch} did not answer within {seconds} seconds", branch=self._name, seconds=f"{self._timeout:g}"
                ),
                hint=say("it is asked again at the next sync; check the network, or allow more time"),
            ) from None
        now = self._clone.tip()
        if now is None:
            raise Damaged
        self._last = now
        forced = last is not None and last.id != now.id and not self._clone.descends(now.id, last.id)
        return Commit(now.id, now.at, forced)

    def _listed(self, deadline: float) -> str:
        """Return the id at the branch, as the remote lists it."""
        wanted = f"refs/heads/{self.branch}"
        for line in self._remote("ls-remote", "--quiet", "source", wanted, deadline=deadline).splitlines():
            commit, _, ref = line.partition("\t")
            if ref == wanted:
                return commit
        if self._remote("ls-remote", "--quiet", "--heads", "source", deadline=deadline):
            raise self._absent()
        raise RemoteUnavailable(
            say("{url} is empty", url=refusals.plain(self.url)),
            hint=say("push a first commit to {branch}", branch=self.branch),
        )

    def _absent(self) -> RemoteUnavailable:
        return RemoteUnavailable(
            say("{url} has no branch {branch}", url=refusals.plain(self.url), branch=self.branch),
            hint=say("push the branch again, or correct its name in the settings"),
        )

    def _remote(self, *arguments: str, deadline: float) -> str:
        ran = command.run(self._clone.environment, *arguments, deadline=deadline)
        if ran.code:
            raise refusals.refusal(self.url, ran.err) or refusals.unexplained(self.url, ran.err, self._environment)
        return ran.out.decode(errors="replace")

    def _transfer(self, *, alone: bool, deadline: float) -> None:
        """Fetch the commit alone, or all that is new; and all from a server that knows no depth."""
        if alone:
            ran = self._fetched("--depth=1", deadline)
        else:
            try:
                ran = self._fetched(None, (time.monotonic() + deadline) / 2)
            except command.TimedOut:
                ran = self._fetched("--depth=1", deadline)
        if ran.code and _NO_DEPTH in ran.err:
            ran = self._fetched(None, deadline)
        if ran.code:
            self._listed(deadline)  # it says more precisely what is missing: the remote, the right to read, the branch
        if _NO_BRANCH in ran.err:
            raise self._absent()
        if ran.code:
            raise refusals.refusal(self.url, ran.err) or Damaged(ran.err)

    def _fetched(self, depth: str | None, deadline: float) -> command.Ran:
        options = ("--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--update-shallow")
        refs = f"+refs/heads/{self.branch}:{REF}"
        return command.run(
            self._clone.environment, "fetch", *options, *([depth] if depth else []), "source", refs, deadline=deadline
        )
