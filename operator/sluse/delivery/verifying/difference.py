"""What differs between two trees: only what is not the same object is looked at."""

from __future__ import annotations

from collections.abc import Iterator

from sluse.catalog.git.standing import StandingClone
from sluse.catalog.git.tree import Child


def difference(clone: StandingClone, before: str | None, after: str, path: str = "") -> dict[str, str | None]:
    """Return the blob that is now at each path that changed; None where nothing is."""
    return dict(_walked(clone, before, after, path))


def _walked(clone: StandingClone, before: str | None, after: str | None, path: str) -> Iterator[tuple[str, str | None]]:
    had, has = (set(clone.children(each)) if each else set() for each in (before, after))
    was, now = ({each.name: each for each in only} for only in (had - has, has - had))
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


def _folder(child: Child | None) -> str | None:
    return child.id if child is not None and child.is_folder else None
