"""HEAD as it was fetched, read and checked; a commit that was read already is not read again while its `policies/` are no rollback.

A commit without the folder is an error: git keeps no empty ones, and a mistyped path must not read as "everything is deleted".
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from sluse.catalog import policies
from sluse.catalog.git.source import Source
from sluse.catalog.reader import Reader
from sluse.catalog.trees import GitTree
from sluse.delivery import authority
from sluse.delivery.declaring import Books
from sluse.delivery.head import Head
from sluse.delivery.network_catalogue import unsigned
from sluse.delivery.policy import Untrusted, seen, trusted
from sluse.errors import CatalogError
from sluse.model.policy.authority import AuthorityProfile
from sluse.model.policy.bundle import Policy, Roots
from sluse.model.problem import Problem
from sluse.model.tree import Tree

log = logging.getLogger(__name__)


class Checking(Protocol):
    """Says what is wrong with a tree, by what is known of the authority."""

    def __call__(self, tree: Tree, *, known: AuthorityProfile) -> tuple[Problem, ...]: ...


@dataclass
class Reading:
    """One environment's. `roots`: the keys that sign the manifest of `policies/`; None in test.

    There two files of it are read unsigned: what is known of the authority, and the network's catalogue.
    """

    source: Source
    reader: Reader
    check: Checking
    books: Books
    roots: Roots | None = None
    last: Head | None = None

    async def head(self, path: str) -> Head:
        """Return HEAD with the integrations of the folder `path`. CatalogError where it cannot be had or read."""
        fetched = await asyncio.to_thread(self.source.fetch)
        if fetched.forced:
            log.warning("the branch was rewritten; HEAD %s does not descend from what was read last", fetched.id)
        last = self.last
        if last is None or (last.commit, last.path) != (fetched.id, path) or self._is_overtaken(last.policy):
            last = self.last = await asyncio.to_thread(self._read, fetched.id, path)
        return last

    def _is_overtaken(self, policy: Policy | Untrusted) -> bool:
        """Tell whether a ledger knows by now of another manifest, no older than the one that counted when it was read."""
        version, digest = seen(self.books.all().values())
        return (
            isinstance(policy, Policy)
            and version >= policy.version
            and (version, digest) != (policy.version, policy.digest)
        )

    def _read(self, commit: str, path: str) -> Head:
        files = GitTree(self.source, commit, path)
        if not files.folders():
            raise CatalogError(
                f"commit {commit[:12]} has no folder {path}",
                hint="correct spec.path, or put the folder back; until then everything stays as it is",
            )
        tree = self.reader.tree(files, under=path)
        contents = policies.contents(GitTree(self.source, commit, policies.FOLDER))
        policy = self._policy(contents)
        if self.roots is not None:
            return Head(commit, path, tree, self.check(tree, known=authority.signed(policy)), policy)
        known = authority.unsigned(contents)
        return Head(commit, path, tree, self.check(tree, known=known), policy, unsigned(contents))

    def _policy(self, contents: Mapping[str, bytes]) -> Policy | Untrusted:
        version, digest = seen(self.books.all().values())
        return trusted(contents, self.roots, least_version=version, least_digest=digest)
