"""Publish to `sluse/<environment>`: one signed commit per call with all changed files, pushed forward only, never forced.

What is published is known by its blobs' ids, read once from the branch itself, so a restart publishes nothing that
is there. Files that could not be pushed are kept and go out with the next call. After a push without an answer the
branch is looked at again; a commit on it that is neither the old one nor ours means that somebody else pushes here.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from sluse.catalog.git import refusals
from sluse.errors import LedgerError, LedgerMissing
from sluse.leadership.fence import Fence, unfenced
from sluse.ledger.branch import chain
from sluse.ledger.branch.author import Author
from sluse.ledger.branch.bare import Bare, Damaged, GitFailed, Unreachable, blob_of, changed_ids, differs
from sluse.ledger.branch.chain import GENESIS, HEAD, Genesis, Head
from sluse.ledger.branch.published import Published, head_of, moved, not_begun, published
from sluse.ledger.branch.undoing import last_of, undoing
from sluse.ledger.front import Front
from sluse.ledger.shown import is_machine
from sluse.model.names import Environment
from sluse.words.said import say

_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)


class StatusBranch:
    """One environment's status branch. `cache` is a folder of its own; it may be lost at any time.

    `environment_variables` is all that git gets from outside (token and CA belong there). `signing_key` is an SSH
    private key that only its owner may read. The async methods run in a thread; one lock orders them; pushes pass `fence`.
    """

    def __init__(
        self,
        url: str,
        cache: Path,
        environment: Environment,
        environment_variables: Mapping[str, str],
        signing_key: Path,
        author: str,
        *,
        timeout: float = 60.0,
        fence: Fence = unfenced,
    ) -> None:
        refusals.check(url, environment.status_branch)
        self._url = url
        self._environment = environment
        copy = cache / f"status-{environment.value}.git"
        self._bare = Bare(copy, environment_variables, timeout=timeout, fence=fence)
        self._author = Author(self._bare, environment, author, signing_key)
        self._lock = threading.Lock()
        self._known: Published | None = None
        self._undone: Published | None = None
        self._attempted: str | None = None
        self._sure = False
        self._waiting: dict[str, bytes | None] = {}

    @property
    def missing(self) -> LedgerMissing:
        """The error of a remote without a genesis."""
        return not_begun(self._environment, self._name)

    @property
    def head(self) -> str | None:
        """The digest of the head as fetched or pushed last; None before either, or without a branch."""
        return self._known.head.digest if self._known is not None else None

    async def fetch(self) -> Published | None:
        """Look at the branch; None where it does not exist. Unreachable (a LedgerError) where the remote does not answer."""
        return await self._threaded(self._look)

    async def machine_files(self) -> dict[str, bytes]:
        """Return the files that ledgers are rebuilt from, as fetched last."""
        return await self._threaded(self._machine_files)

    async def demand_own(self) -> None:
        """Raise LedgerError unless this operator's key signed what was fetched last, for this environment."""
        await self._threaded(self._demand_own)

    async def undo(self) -> tuple[str, ...] | None:
        """Have the next publication undo what others did since our last one; return the paths.

        None, and nothing is undone, where none of the newest commits is ours: after a change of keys, or after very many.
        """
        return await self._threaded(self._undo)

    async def genesis(self, repository_id: str, at: datetime) -> str | None:
        """Begin the branch; return the commit, None where it was begun for this repository already."""
        return await self._threaded(lambda: self._begin(repository_id, at))

    async def publish(self, pages: Mapping[str, bytes | None], source_commit: str, at: datetime) -> str | None:
        """Publish what differs (None removes a file); return the commit, None where nothing does.

        Raises LedgerMissing without a genesis, Unreachable where the remote does not answer (the files are kept), and
        LedgerError where it refuses or somebody else has pushed.
        """
        return await self._threaded(lambda: self._publish(pages, source_commit, at))

    async def idle(self, within: float) -> bool:
        """Wait until nothing is under way, at most so many seconds; return whether that came."""
        free = await asyncio.to_thread(self._lock.acquire, timeout=within)
        if free:
            self._lock.release()
        return free

    async def _threaded(self, work: Callable[[], _Result]) -> _Result:
        def locked() -> _Result:
            with self._lock:
                try:
                    return self._whole(work)
                except GitFailed as failure:
                    raise self._failed(failure) from None

        return await asyncio.to_thread(locked)

    def _whole(self, work: Callable[[], _Result]) -> _Result:
        """Do it; once more with a new copy where this one turns out to be damaged. What was known of the branch stays known."""
        try:
            return work()
        except Damaged as damage:
            _log.warning("the copy of the status branch is made anew: %s", _last(damage.said))
            self._renew()
            return work()

    def _renew(self) -> None:
        """Fetch into a new copy. The damaged one, which still tells what an earlier process saw, goes only for one that is good."""
        try:
            before = self._remembered()
        except Damaged:
            before = None
        new = self._bare.beside()
        self._fetched(new, before)
        self._bare.take(new)

    def _look(self) -> Published | None:
        """Fetch. What does not go on from what was seen before is an error now and, as long as our copy is there, later."""
        self._bare.prepare()
        return self._fetched(self._bare, self._remembered())

    def _fetched(self, bare: Bare, before: Published | None) -> Published | None:
        commit = bare.fetch(self._url, self._environment.status_branch)
        found = self._read(bare, commit) if commit else None
        if wrong := moved(before, found, ours=None if self._known is None else {self._known.commit, self._attempted}):
            raise self._rewritten(wrong)
        if found is not None:
            bare.know(found.commit)
        self._known, self._attempted, self._sure = found, None, True
        return found

    def _remembered(self) -> Published | None:
        """Return what was on the branch when last seen, by this or an earlier process."""
        if self._known is not None:
            return self._known
        commit = self._bare.tip()
        return self._read(self._bare, commit) if commit else None

    def _rewritten(self, why: str) -> LedgerError:
        return LedgerError(
            say("{branch} is not as this operator left it: {why}", branch=self._name, why=why),
            hint=say(
                "find out who may push there; to go on from the branch, where what others did since is undone, stop the operator, remove {copy} and start it again",
                copy=self._bare.path,
            ),
        )

    def _read(self, bare: Bare, commit: str) -> Published:
        """Read a commit; of one that is being undone, with the head of our own last one."""
        found = published(bare, commit, self._name)
        undone = self._undone
        return replace(found, head=undone.head) if undone is not None and undone.commit == commit else found

    def _machine_files(self) -> dict[str, bytes]:
        if self._known is None:
            return {}
        ids = {path: blob for path, each in self._known.ids.items() if is_machine(path) and (blob := blob_of(each))}
        texts = self._bare.read(sorted(set(ids.values())))
        return {path: texts[each] for path, each in ids.items()}

    def _demand_own(self) -> None:
        if self._known is None:
            raise self.missing
        begun_for = self._known.genesis.environment
        if begun_for is not self._environment:
            raise LedgerError(f"{self._name} was begun for {begun_for.value}")
        if (why := self._author.disowns(self._known)) is not None:
            raise LedgerError(
                f"no ledger is rebuilt from {self._name}, which this operator did not sign: {why}",
                hint="find out who pushed there; after a change of keys, start once with the key that signed it",
            )

    def _undo(self) -> tuple[str, ...] | None:
        if (known := self._known) is None:
            raise self.missing
        self._bare.deepen(self._url, self._environment.status_branch, known.commit)
        ours = last_of(self._bare, known.commit, self._author.public_key(known))
        if ours is None:
            return None
        undone = undoing(self._bare, known.ids, ours)
        self._waiting = {**undone, **self._waiting}
        self._known = self._undone = replace(known, head=head_of(self._bare, ours, self._name))
        return tuple(sorted(undone))

    def _begin(self, repository_id: str, at: datetime) -> str | None:
        found = self._look()
        if found is not None:
            if found.genesis.repository_id != repository_id:
                raise LedgerError(
                    say(
                        "{branch} was begun for the repository {theirs}, not for {ours}",
                        branch=self._name,
                        theirs=found.genesis.repository_id,
                        ours=repository_id,
                    ),
                    hint=say("set repositoryId in the settings to the one, or use another remote"),
                )
            return None
        moment = chain.whole_seconds(at)
        genesis = Genesis(repository_id=repository_id, environment=self._environment, issued_at=moment)
        head = Head(environment=self._environment, sequence=0, issued_at=moment)
        files: dict[str, bytes | None] = {GENESIS: chain.text_of(genesis), **Front(self._environment).files()}
        return self._push(None, files, head, f"Begin the status of {self._environment.value}", genesis, at)

    def _publish(self, pages: Mapping[str, bytes | None], source_commit: str, at: datetime) -> str | None:
        self._waiting.update(pages)
        if self._known is None or not self._sure:
            self._look()
        known = self._known
        if known is None:
            raise self.missing
        changed = {path: content for path, content in self._waiting.items() if differs(known.ids, path, content)}
        commit = None
        if changed:
            message = f"Publish {len(changed)} file{'s' if len(changed) > 1 else ''}"
            if source_commit:
                message += f"\n\nSource commit: {source_commit}"
            commit = self._push(known, changed, known.head.next(source_commit, at), message, known.genesis, at)
        self._waiting.clear()
        return commit

    def _push(
        self,
        parent: Published | None,
        changed: Mapping[str, bytes | None],
        head: Head,
        message: str,
        genesis: Genesis,
        at: datetime,
    ) -> str:
        files = {**changed, HEAD: chain.text_of(head)}
        self._sure = False  # until an answer: what is on the remote, and in our index, is not certain
        tree = self._bare.write(files)
        try:
            commit = self._author.commit(tree, parent.commit if parent else None, message, at)
        except GitFailed as failure:
            raise LedgerError(
                say("the status cannot be signed with {key}: {said}", key=self._author.key, said=_last(failure.said)),
                hint=say("it must be an SSH private key without a passphrase that only its owner may read (mode 0600)"),
            ) from None
        self._attempted = commit
        self._bare.push(self._url, commit, self._environment.status_branch)
        self._attempted, self._sure = None, True
        self._known = Published(commit, genesis, head, changed_ids(parent.ids if parent else {}, files))
        _log.info("published %d files as %s", len(files), commit[:12])
        return commit

    def _failed(self, failure: GitFailed) -> LedgerError:
        if "[rejected]" in failure.out:
            return self._rewritten(say("somebody else has pushed to it"))
        said = _last(failure.said.replace(self._url, refusals.plain(self._url)))
        if "[remote rejected]" in failure.out:
            return LedgerError(
                say("the remote refuses a push to {branch}: {said}", branch=self._name, said=said),
                hint=say("the operator's token must be allowed to push to this branch"),
            )
        return Unreachable(say("{branch} cannot be reached or kept: git says: {said}", branch=self._name, said=said))

    @property
    def _name(self) -> str:
        return say("{branch} of {url}", branch=self._environment.status_branch, url=refusals.plain(self._url))


def _last(said: str) -> str:
    """Return the end of git's words on one line."""
    return " ".join(said.split())[-300:] or "nothing"
