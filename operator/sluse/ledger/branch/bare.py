"""Our bare copy of the status branch: git with nothing of the user's, on a folder that may be lost at any time.

Plumbing only, and a fixed number of git processes per publication however many pages there are: blobs through one
`fast-import`, the tree through one `update-index` on an index that stays on disk.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from sluse.catalog.files import blob_id
from sluse.catalog.git import command, refusals
from sluse.errors import LedgerError
from sluse.leadership.fence import Fence
from sluse.ledger.branch.history import publication
from sluse.trust.keys import PublicKey

REF = "refs/sluse/status"
"""What is known to be published, and was found to go on from what was known before."""

_FETCHED = "refs/sluse/fetched"

_DEEP = 100
"""So many commits are looked through for our last one: nobody pushes by mistake as often."""
_SAID_OF_BLOB = 3
"""Words ahead of each blob: its id, its type and its size. Of one that is missing there are two."""
_INDEX = "status-index"
_ABSENT = "0" * 40
_PLAIN, _REPOSITORY = "100644", "160000"


class GitFailed(Exception):
    """Git ended with an error. `said` is its own English."""

    def __init__(self, out: str, said: str) -> None:
        super().__init__(said)
        self.out = out
        self.said = said


class Damaged(GitFailed):
    """Our copy is no use: what it should hold is missing or broken, or git finds no repository there."""


class TimedOut(GitFailed):
    """Git took longer than the time limit, and was ended."""


class Unreachable(LedgerError):
    """The remote of the status branch does not answer; another try may do."""


class Bare:
    """The repository at `path`. Every method blocks, and raises one of three errors.

    Damaged where what is stored here is at fault, Unreachable where the remote does not answer, else GitFailed.
    """

    def __init__(self, path: Path, environment: Mapping[str, str], *, timeout: float, fence: Fence) -> None:
        self.path = path
        self._given = environment
        self._fence = fence
        self._environment = {
            **command.surroundings(path, environment),
            "GIT_INDEX_FILE": str(path / _INDEX),
            "SSH_ASKPASS_REQUIRE": "never",  # a signing key with a passphrase fails; nobody is there to type it
        }
        self._timeout = timeout

    def prepare(self) -> None:
        """Make the repository if it is not there."""
        if not (self.path / "HEAD").exists():
            self.discard()
            self.path.mkdir(parents=True, mode=0o700)
            self.run("init", "--quiet", "--bare", "--template=", str(self.path))

    def discard(self) -> None:
        """Remove the repository."""
        shutil.rmtree(self.path, ignore_errors=True)

    def beside(self) -> Bare:
        """Make an empty repository beside this one, in the place of another that came to nothing."""
        new = Bare(self.path.with_name(f"{self.path.name}.new"), self._given, timeout=self._timeout, fence=self._fence)
        new.discard()
        new.prepare()
        return new

    def take(self, new: Bare) -> None:
        """Have a repository from beside this one in its place."""
        self.discard()
        new.path.rename(self.path)

    def fetch(self, url: str, branch: str) -> str | None:
        """Bring the remote's branch, its newest commit only; return the commit, None where there is no such branch."""
        try:
            self._fetch(url, branch, depth=1)
        except TimedOut:
            raise
        except GitFailed as failure:
            if "couldn't find remote ref" in failure.said:
                return None
            raise Damaged(failure.out, failure.said) from None
        return self._commit_of(_FETCHED)

    def deepen(self, url: str, branch: str, commit: str) -> None:
        """Bring the newest commits of the remote's branch, `commit` the newest of them: GitFailed where it has moved on."""
        self._fetch(url, branch, depth=_DEEP)
        if self._commit_of(_FETCHED) != commit:
            raise GitFailed("[rejected]", "it has moved on")

    def history(self, commit: str) -> list[str]:
        """Return the commits that are here, from this one back; each after those that follow it."""
        return self._stored("rev-list", "--topo-order", f"--max-count={_DEEP}", commit).decode().split()

    def push(self, url: str, commit: str, branch: str) -> None:
        """Move the remote's branch forward to a commit; a GitFailed with `!` in `out` where the remote refused.

        What the fence does not let through is not begun.
        """
        self._fence()
        self._remote(url, "push", "--porcelain", "--no-verify", url, f"{commit}:refs/heads/{branch}")
        self.run("update-ref", REF, commit)

    def tip(self) -> str | None:
        """Return the commit that is known to be published."""
        return self._commit_of(REF)

    def know(self, commit: str) -> None:
        """Have a commit that was fetched be the one that is known to be published, also to the next process."""
        self._stored("update-ref", REF, commit)

    def load(self, commit: str) -> dict[str, str]:
        """Take a commit's tree as the index; return its blobs' ids by path."""
        for name in (_INDEX, f"{_INDEX}.lock"):  # what a killed process left counts for nothing
            (self.path / name).unlink(missing_ok=True)
        self._stored("read-tree", commit)
        return self.blobs(commit)

    def blobs(self, commit: str) -> dict[str, str]:
        """Return a commit's blobs' ids by path. A stranger may have named a file in no encoding: such names are kept.

        What is no plain file goes by an id that no content has, so that it always differs from what we publish: see `blob_of`.
        """
        listed = self._stored("ls-tree", "-r", "-z", commit).decode(errors="surrogateescape").split("\0")
        rows = ((meta.split(), path) for meta, _, path in (line.partition("\t") for line in listed if line))
        return {path: each if mode == _PLAIN else f"{each} {mode}" for (mode, _, each), path in rows}

    def read(self, ids: Sequence[str]) -> dict[str, bytes]:
        """Return blobs by id, through one process."""
        out = self._stored("cat-file", "--batch", stdin="".join(f"{each}\n" for each in ids).encode())
        found: dict[str, bytes] = {}
        position = 0
        for each in ids:
            end = out.index(b"\n", position)
            said = out[position:end].split()
            if len(said) != _SAID_OF_BLOB:
                raise Damaged("", f"{each} is missing")
            size = int(said[2])
            found[each] = out[end + 1 : end + 1 + size]
            position = end + 1 + size + 1
        return found

    def write(self, files: Mapping[str, bytes | None]) -> str:
        """Write the blobs, change the index by path (None removes), return the tree's id."""
        blobs = {content for content in files.values() if content is not None}
        stream = b"".join(b"blob\ndata %d\n%b\n" % (len(content), content) for content in sorted(blobs))
        self._stored("fast-import", "--quiet", "--done", stdin=stream + b"done\n")
        lines = (
            f"0 {_ABSENT}\t{path}\0" if content is None else f"{_PLAIN} {blob_id(content)}\t{path}\0"
            # What goes makes room for what comes: a file where a folder was, or the other way round.
            for path, content in sorted(files.items(), key=lambda file: file[1] is not None)
        )
        self._stored("update-index", "-z", "--index-info", stdin="".join(lines).encode(errors="surrogateescape"))
        return self._stored("write-tree").decode().strip()

    def commit(self, tree: str, parent: str | None, message: str, key: Path, environment: Mapping[str, str]) -> str:
        """Make a commit, signed with the SSH key in `key`; return its id."""
        signing = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={key}")
        parents = ("-p", parent) if parent else ()
        made = self.run(
            *signing, "commit-tree", "-S", *parents, tree, stdin=message.encode(), environment=environment
        )  # fmt: skip
        return made.decode().strip()

    def signer(self, commit: str) -> PublicKey:
        """Return the key that signed a commit. Raises BadSignature."""
        return publication(commit, self._stored("cat-file", "commit", commit)).signer()

    def run(self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
        """Run git and return what it printed; GitFailed also where it takes longer than the time limit."""
        process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
            [command.program(), "-c", "gc.autoDetach=false", *arguments],
            env={**self._environment, **(environment or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        with process:
            try:
                out, err = process.communicate(stdin, timeout=self._timeout)
            except subprocess.TimeoutExpired:
                command.end(process)
                raise TimedOut("", "it timed out") from None
        if process.returncode:
            raise GitFailed(out.decode(errors="replace"), err.decode(errors="replace").strip())
        return out

    def _stored(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Run git on what is here, where it can fail of nothing else than what is here."""
        try:
            return self.run(*arguments, stdin=stdin)
        except TimedOut:
            raise
        except GitFailed as failure:
            raise Damaged(failure.out, failure.said) from None

    def _commit_of(self, name: str) -> str | None:
        try:
            return self.run("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").decode().strip()
        except TimedOut:
            raise
        except GitFailed:
            return None

    def _fetch(self, url: str, branch: str, *, depth: int) -> None:
        self._remote(url, "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", f"--depth={depth}", url, f"+refs/heads/{branch}:{_FETCHED}")  # fmt: skip

    def _remote(self, url: str, *arguments: str) -> None:
        try:
            self.run(*arguments)
        except GitFailed as failure:
            gone = refusals.refusal(url, failure.said) if "!" not in failure.out else None
            if gone is None:
                raise
            raise Unreachable(gone.message, hint=gone.hint) from None


def blob_of(each: str) -> str:
    """Return the blob of what goes by an id of `Bare.blobs`; nothing where it has none, as a repository within this one."""
    blob, _, mode = each.partition(" ")
    return "" if mode == _REPOSITORY else blob


def differs(ids: Mapping[str, str], path: str, content: bytes | None) -> bool:
    """Tell whether a tree with these blobs does not have this content at a path; None is for no such file."""
    return (path in ids) if content is None else ids.get(path) != blob_id(content)


def changed_ids(ids: Mapping[str, str], files: Mapping[str, bytes | None]) -> dict[str, str]:
    """Return a tree's blobs once these files are in it; None is for one that is gone."""
    written = {path: blob_id(content) for path, content in files.items() if content is not None}
    return {path: each for path, each in {**ids, **written}.items() if files.get(path, b"") is not None}
