"""Where a new branch begins: at the remote's main branch, as it was fetched last, not at whatever is checked out.

What is judged is then the tree of that commit too: an organisation may have its file there and not here, or the other way round.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sluse.catalog.files import INTEGRATIONS, FileKind
from sluse.catalog.git import command
from sluse.catalog.git.standing import StandingClone
from sluse.catalog.policies import FOLDER
from sluse.catalog.written import demand_inside
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
        try:
            with StandingClone(checkout.root) as clone:
                for part in _JUDGED:
                    _write(clone, base.commit, part, folder)
        except CatalogError as error:
            raise _untold(error.message) from error
        yield folder


def _write(clone: StandingClone, commit: str, part: str, into: Path) -> None:
    """Write the files of a part of a commit; links are left out, which no reader follows."""
    found = clone.find(clone.root(commit), part)
    if found is None or not found.is_folder:
        return
    files = clone.files(found.id, part)
    entries = [each for each in files.entries() if each.kind is FileKind.FILE]
    contents = files.read([each.id for each in entries])
    for each in entries:
        file = demand_inside(into, each.path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contents.get(each.id, b""))  # none of one that is too large, which no reader reads


def _is_same(root: Path, base: Base) -> bool:
    changed = _demanded(root, "diff", "--name-only", base.commit, "--", *_JUDGED)
    return not (changed or _demanded(root, "ls-files", "--others", "--exclude-standard", "--", *_JUDGED))


def _git(root: Path, *arguments: str) -> bytes:
    """Return what git prints; nothing where it fails, as in a folder that is no clone."""
    return _ran(root, *arguments).stdout


def _demanded(root: Path, *arguments: str) -> bytes:
    """Return what git prints. CatalogError with its own words where it fails, as in a clone that lost a file."""
    done = _ran(root, *arguments)
    if done.returncode:
        raise _untold(" ".join(done.stderr.decode(errors="replace").split()))
    return done.stdout


def _untold(said: str) -> CatalogError:
    return CatalogError(
        say("git does not tell where the order would begin: {said}", said=said),
        hint=say("fetch again, or give --no-branch"),
    )


def _ran(root: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    words = [command.program(), "-C", str(root), *arguments]
    return subprocess.run(words, capture_output=True, check=False)  # noqa: S603 - our own arguments, no shell
