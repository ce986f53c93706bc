"""What differs between two trees: only what is not the same object is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sluse.catalog.git.standing import StandingClone
from sluse.catalog.git.tree import Child


def difference(clone: StandingClone, before: str | None, after: str, path: str = "") -> dict[str, str | None]:
    """Return the blob that is now at each path that changed; None where nothing is."""
    return dict(_walked(clone, before, after, path))


def _walked(clone: StandingClone, before: str | None, after: str | None, path: str) -> Iterator[tuple[str, str | None]]:
    was, now = _changed(*(clone.children(each) if each else () for each in (before, after)))
    for name in sorted(was.keys() | now.keys()):
        old, new = was.get(name), now.get(name)
        inner = f"{path}/{name}" if path else name
        folders = _folder(old), _folder(new)
        if any(folders):
            yield from _walked(clone, *folders, inner)
        if old is not None and not old.is_folder and (new is None or new.is_folder):
            yield inner, None
        if new is not None and not new.is_folder:
            yield inner, new.id


def _changed(had: Sequence[Child], has: Sequence[Child]) -> tuple[dict[str, Child], dict[str, Child]]:
    """Return the rows that only the one tree has, and those that only the other has, by name."""
    if len(had) == len(has):  # nearly always the same names, and the same rows but for one
        pairs = [(old, new) for old, new in zip(had, has, strict=True) if old is not new]
        if all(old.name == new.name for old, new in pairs):
            return {old.name: old for old, new in pairs if old != new}, {
                new.name: new for old, new in pairs if old != new
            }
    known, there = set(had), set(has)
    return {each.name: each for each in known - there}, {each.name: each for each in there - known}


def _folder(child: Child | None) -> str | None:
    return child.id if child is not None and child.is_folder else None
