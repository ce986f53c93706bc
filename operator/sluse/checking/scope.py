"""Which tree is judged, and which part of it."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sluse.catalog.files import INTEGRATIONS
from sluse.errors import CatalogError
from sluse.model.problem import Problem, Severity
from sluse.rules.shown import printable
from sluse.words.said import say

_NAME_ANOTHER = say("Name another path.")


@dataclass(frozen=True)
class Scope:
    """`paths` are relative to `root`; none means all of the tree, which is the folder `under`."""

    root: Path
    under: str
    paths: tuple[str, ...]

    @property
    def organisations(self) -> frozenset[str] | None:
        """Folders that are read whole; None for all."""
        parts = [path.split("/") for path in self.paths]
        return None if any(len(each) < 2 for each in parts) or not parts else frozenset(each[1] for each in parts)

    def of_interest(self, problems: Iterable[Problem]) -> Sequence[Problem]:
        """Return the problems in the paths, and those that hold back a whole organisation of theirs."""
        if not self.paths:
            return list(problems)
        return [
            problem
            for problem in problems
            if self.contains(problem.place.path)
            or (problem.severity is Severity.ERROR and problem.holds in (self.organisations or ()))
        ]

    def contains(self, file: str) -> bool:
        """Tell whether a file is one of those that were asked for."""
        shown = [printable(path) for path in self.paths]  # as the paths of problems are
        return not shown or any(file == path or file.startswith(f"{path}/") for path in shown)


def scope(paths: Sequence[Path]) -> Scope:
    """Return what the paths mean; none means the integrations of the folder where one is. Raises CatalogError."""
    if not paths:
        here = Path.cwd()
        for folder in (here, *here.parents):
            if (folder / INTEGRATIONS).is_dir():
                return Scope(folder, INTEGRATIONS, ())
            if (folder / ".git").exists():
                break
        raise CatalogError(
            say("There is no folder {folder} here", folder=INTEGRATIONS), hint=say("Name it: sluse check PATH.")
        )
    places = [_place(path) for path in paths]
    if len({(root, under) for root, under, _ in places}) > 1:
        raise CatalogError(say("The paths belong to different trees"), hint=say("Check one tree at a time."))
    for each in places:
        _demand_read(*each)
    root, under, _ = places[0]
    narrowed = () if any(path == under for _, _, path in places) else tuple(path for _, _, path in places)
    return Scope(root, under, narrowed)


def _place(path: Path) -> tuple[Path, str, str]:
    """Return root, folder and path from the root, without following links."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - Path.resolve would follow links
    if not os.path.lexists(absolute):  # a name too long for the system is absent too; Path would raise
        raise CatalogError(say("There is no {path}", path=path))
    for folder in (absolute, *absolute.parents):
        if folder.name == INTEGRATIONS:
            return folder.parent, INTEGRATIONS, absolute.relative_to(folder.parent).as_posix()
    if (absolute / INTEGRATIONS).is_dir():
        return absolute, INTEGRATIONS, INTEGRATIONS
    if absolute.is_dir():
        return absolute.parent, absolute.name, absolute.name
    raise CatalogError(
        say("{path} lies in no folder {folder}", path=path, folder=INTEGRATIONS),
        hint=say("Name a file or folder of the integrations."),
    )


def _demand_read(root: Path, under: str, path: str) -> None:
    """Raise CatalogError where nothing reads the path: of what was not judged nobody must think that it is fine."""
    parts = path.removeprefix(under).strip("/").split("/")
    hidden = next((part for part in parts if part.startswith(".")), None)
    if hidden is not None:
        raise _unread(path, say("{part} begins with a dot", part=hidden), _NAME_ANOTHER)
    for depth in range(len(parts)):
        folder = "/".join([under, *parts[:depth]])
        if path != folder and (root / folder).is_symlink():
            raise _unread(path, say("{folder} is a link", folder=folder), say("Name the path without the link."))
        if path != folder and depth and os.path.lexists(root / folder / ".git"):
            raise _unread(path, say("{folder} is a repository of its own", folder=folder), say("Check it by itself."))
    file = root / path
    if not (file.is_symlink() or file.is_file() or file.is_dir()):
        raise _unread(path, say("it is neither a file nor a folder"), _NAME_ANOTHER)


def _unread(path: str, why: str, hint: str) -> CatalogError:
    return CatalogError(say("{path} is not checked: {why}", path=path, why=why), hint=hint)
