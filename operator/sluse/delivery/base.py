"""Where a new branch begins: at the remote's main branch, as it was fetched last, not at whatever is checked out.

What is judged is then the tree of that commit too: an organisation may have its file there and not here, or the other way round.
"""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sluse.catalog.files import INTEGRATIONS
from sluse.catalog.git import command
from sluse.catalog.policies import FOLDER
from sluse.delivery.checkout import Checkout
from sluse.errors import CatalogError
from sluse.words.said import say

_JUDGED = (INTEGRATIONS, FOLDER)


@dataclass(frozen=True)
class Base:
    """A remote's branch, such as `origin/main`, and the commit it was at when it was fetched last."""

    name: str
    commit: str

    @property
    def told(self) -> str:
        """The base in words."""
        return say("{name} as it was fetched last ({commit})", name=self.name, commit=self.commit[:7])


def begins_at(checkout: Checkout) -> Base | None:
    """Return the remote's main branch; None without a remote, or where nothing of it was fetched: then HEAD is meant."""
    remotes = _git(checkout.root, "remote").decode().split()
    remote = "origin" if "origin" in remotes or not remotes else remotes[0]
    head = _git(checkout.root, "rev-parse", "--abbrev-ref", f"{remote}/HEAD").decode().strip()
    for name in dict.fromkeys((head, f"{remote}/main", f"{remote}/master")):
        commit = (
            _git(checkout.root, "rev-parse", "--verify", "--quiet", f"refs/remotes/{name}^{{commit}}").decode().strip()
        )
        if commit:
            return Base(name, commit)
    return None


@contextmanager
def tree_of(checkout: Checkout, base: Base | None) -> Iterator[Path]:
    """Yield a folder with what is judged at the base: the working tree where it has the same."""
    if base is None or _is_same(checkout.root, base):
        yield checkout.root
        return
    with tempfile.TemporaryDirectory(prefix="sluse-base-") as made:
        folder = Path(made)
        (folder / INTEGRATIONS).mkdir()
        there = _demanded(checkout.root, "ls-tree", "--name-only", base.commit, *_JUDGED).decode().split()
        if there:
            with tarfile.open(fileobj=io.BytesIO(_demanded(checkout.root, "archive", base.commit, *there))) as packed:
                packed.extractall(folder, filter=_unlinked)  # noqa: S202 - filtered by `data_filter`
        yield folder


def _is_same(root: Path, base: Base) -> bool:
    changed = _demanded(root, "diff", "--name-only", base.commit, "--", *_JUDGED)
    return not (changed or _demanded(root, "ls-files", "--others", "--exclude-standard", "--", *_JUDGED))


def _unlinked(member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo | None:
    """Leave links out: no reader follows one, and where one leads out of the folder `tarfile` would make nothing at all."""
    return None if member.issym() else tarfile.data_filter(member, folder)


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git prints; nothing where it fails, as in a folder that is no clone."""
    return _ran(root, *arguments).stdout


def _demanded(root: Path, *arguments: str) -> bytes:
    """Return what git prints. CatalogError with its own words where it fails, as in a clone that lost a file."""
    done = _ran(root, *arguments)
    if done.returncode:
        said = " ".join(done.stderr.decode(errors="replace").split())
        raise CatalogError(
            say("git does not tell where the order would begin: {said}", said=said),
            hint=say("fetch again, or give --no-branch"),
        )
    return done.stdout


def _ran(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    words = [command.program(), "-C", str(root), *arguments]
    return subprocess.run(words, capture_output=True, check=False)  # noqa: S603 - our own arguments, no shell
