"""The bare copy on disk, of which the last fetched commit is one ref.

It lives in a folder of its own below the given cache, named by a digest of address and branch: a copy that is
damaged is thrown away whole, and that must never hit a folder which somebody else filled.
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import git
from git.exc import GitError

from sluse.catalog.git import command, refusals
from sluse.catalog.git.objects import Damaged

REF = "refs/sluse/fetched"
_LOCAL = 30.0  # seconds for a command that only touches the disk

_SETTINGS = """\
[core]
\trepositoryFormatVersion = 0
\tbare = true
[gc]
\t# In the foreground: garbage collected behind our back would pull packs away under a reader.
\tautoDetach = false
\tpruneExpire = 1.day.ago
[fetch]
\trecurseSubmodules = false
[http]
\t# The token would follow to wherever an answer points.
\tfollowRedirects = false
"""


@dataclass(frozen=True)
class Tip:
    """The commit that the ref names. `at` is its committer's time, in UTC."""

    id: str
    at: datetime


class Clone:
    """One copy; not safe for threads."""

    def __init__(self, url: str, branch: str, cache: Path, environment: Mapping[str, str]) -> None:
        name = hashlib.sha256(f"{refusals.plain(url)}\n{branch}".encode()).hexdigest()[:16]
        self._cache = cache
        self.path = cache.absolute() / f"{name}.git"
        given = {**environment, **_remote(url, environment)}
        self.environment = command.surroundings(self.path, given)

    def open(self) -> None:
        """Make sure that a usable repository is there; what is there and unusable is thrown away."""
        if self._usable():
            return
        self.discard()
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            done = self.local("init", "--quiet", "--bare", "--template=", str(self.path))
            (self.path / "config").write_text(_SETTINGS, encoding="utf-8")
        except OSError as error:
            raise Damaged(str(error)) from error
        if done.code:
            raise Damaged(done.err)

    def discard(self) -> None:
        """Throw the copy away."""
        shutil.rmtree(self.path, ignore_errors=True)

    def tip(self) -> Tip | None:
        """Return the commit fetched last, None before the first. Raises Damaged."""
        try:
            with git.Repo(self.path, expand_vars=False) as repository:
                repository.git.update_environment(**self.environment)
                reference = git.Reference(repository, REF)
                if not reference.is_valid():
                    return None
                commit = repository.commit(reference.path)
                return Tip(commit.hexsha, commit.committed_datetime.astimezone(UTC))
        except (GitError, OSError, ValueError, AssertionError) as error:
            raise Damaged(str(self.path)) from error

    def descends(self, commit: str, ancestor: str) -> bool:
        """Tell whether the copy shows that `commit` has this ancestor."""
        return self.local("merge-base", "--is-ancestor", ancestor, commit).code == 0

    def complete(self) -> bool:
        """Tell whether every object of the fetched commit is there."""
        return self.local("rev-list", "--objects", "--quiet", "--max-count=1", REF).code == 0

    def local(self, *arguments: str) -> command.Ran:
        """Run git on the disk alone."""
        return command.run(self.environment, *arguments, deadline=time.monotonic() + _LOCAL)

    def _usable(self) -> bool:
        if not (self.path / "HEAD").is_file() or self.local("rev-parse", "--is-bare-repository").out != b"true\n":
            return False
        fetched = self.local("rev-parse", "--verify", "--quiet", REF)
        return bool(fetched.code) or self.local("cat-file", "-e", f"{REF}^{{tree}}").code == 0


def _remote(url: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Name the remote `source` by configuration in the environment, after what the caller configures there."""
    number = int(environment.get("GIT_CONFIG_COUNT", "0"))
    return {
        "GIT_CONFIG_COUNT": str(number + 1),
        f"GIT_CONFIG_KEY_{number}": "remote.source.url",
        f"GIT_CONFIG_VALUE_{number}": url,
    }
