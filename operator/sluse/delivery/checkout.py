"""A person's working tree: where it is, files written to it, and a commit of exactly those.

Git runs in the person's own surroundings here, as in `ledger.branch.clone`: name, signing and hooks are theirs.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from sluse.catalog.git import command
from sluse.catalog.written import demand_inside, write_whole
from sluse.delivery.record_commit import WRITTEN, begin_branch, commit_files, head, undo_branch, unstage, where
from sluse.errors import CatalogError
from sluse.words.said import say


def clone_around(folder: Path, holds: str = "integrations") -> Path | None:
    """Return the nearest folder, this one or above it, that has `holds`; None without one."""
    here = folder.absolute()
    return next((each for each in (here, *here.parents) if (each / holds).is_dir()), None)


class Checkout:
    """The tree that `folder` lies in: the nearest folder above it that has `holds`."""

    def __init__(self, folder: Path, holds: str = "integrations") -> None:
        found = clone_around(folder, holds)
        if found is None:
            raise CatalogError(
                say("there is no folder {folder} here or above", folder=holds),
                hint=say("give the clone with --repository"),
            )
        self.root = found

    def names(self, folder: str) -> tuple[str, ...]:
        """Return the names in a folder, none where it is not there."""
        found = self.root / folder
        return tuple(each.name for each in found.iterdir()) if found.is_dir() else ()

    def inside(self, path: Path) -> str:
        """Return a path as it is from the root. CatalogError where it lies elsewhere."""
        try:
            return path.absolute().relative_to(self.root).as_posix()
        except ValueError:
            raise CatalogError(say("{path} does not lie in {root}", path=path, root=self.root)) from None

    def holds(self, path: Path) -> bool:
        """Whether a path lies in the tree, or in any repository: links and `..` are followed first."""
        real = path.resolve()
        return real.is_relative_to(self.root.resolve()) or any(
            (each / ".git").exists() for each in (real, *real.parents)
        )

    def branch(self, name: str, commit: str | None = None) -> Callable[[], None]:
        """Begin a branch at a commit, else where HEAD is, and go to it; return what undoes that while it has no commit.

        CatalogError where there is one of that name, or no clone.
        """
        before = where(self.root)
        begin_branch(self.root, name, commit)
        return partial(undo_branch, self.root, name, before)

    def write(self, files: Mapping[str, bytes], *, replacing: Collection[str] = ()) -> tuple[str, ...]:
        """Write files, and return the paths of those that were not there as they are. CatalogError writes none.

        A file that is there with other content is never written over, unless it is in `replacing`; nothing is written
        through a link.
        """
        places = {path: demand_inside(self.root, path) for path in files}
        wanted = {path: content for path, content in files.items() if not self._is(path, content)}
        taken = [path for path in wanted if path not in replacing and places[path].exists()]
        if taken:
            raise CatalogError(
                say("{path} is there already with other content", path=taken[0]), hint=say("it is never written over")
            )
        for path, content in wanted.items():
            try:
                write_whole(self.root, path, content)
            except OSError as error:
                raise CatalogError(
                    say("{path} cannot be written: {reason}", path=path, reason=error.strerror)
                ) from None
        return tuple(wanted)

    @property
    def head(self) -> str:
        """The commit of HEAD; nothing where there is none."""
        return head(self.root)

    def unwritten(self, paths: Collection[str]) -> Callable[[], None]:
        """Return what takes away again those of the files, and of their folders, that are not there yet."""
        places = [self.root / path for path in paths if not os.path.lexists(self.root / path)]
        folders = {each for place in places for each in place.parents if each.is_relative_to(self.root)}
        made = sorted((each for each in folders if not each.exists()), key=lambda each: -len(each.parts))

        def take_away() -> None:
            unstage(self.root, [place.relative_to(self.root).as_posix() for place in places])
            for place in places:
                place.unlink(missing_ok=True)
            for folder in made:
                with suppress(OSError):  # somebody put something there
                    folder.rmdir()

        return take_away

    def commit(self, paths: Collection[str], message: str, failing: str = WRITTEN) -> str:
        """Commit these files and nothing else, whatever is staged; return the commit's short id.

        Raises CatalogError, which begins with `failing`.
        """
        commit_files(self.root, [self.root / path for path in paths], message, failing)
        asked = [command.program(), "-C", str(self.root), "rev-parse", "--short", "HEAD"]
        return subprocess.run(asked, capture_output=True, check=True, text=True).stdout.strip()  # noqa: S603 - our own arguments, no shell

    def _is(self, path: str, content: bytes) -> bool:
        file = self.root / path
        return file.is_file() and file.read_bytes() == content
