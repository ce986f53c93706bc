"""A file written into a tree that others can push to: never through a link, and never outside.

A clone may hold a link where a file or a folder is to be, pointing anywhere, also at what is not there yet: written
through it, the content would land outside of the clone. Reading never follows links either.
"""

from __future__ import annotations

import contextlib
import os
import stat
from pathlib import Path, PurePosixPath

from sluse.errors import CatalogError
from sluse.words.said import say


def demand_inside(root: Path, path: str) -> Path:
    """Return where a path below `root` is. CatalogError where it leads out, or a link stands on the way or in its place."""
    parts = PurePosixPath(path).parts
    if not parts or ".." in parts or PurePosixPath(path).is_absolute():
        raise CatalogError(say("{path} does not lie in {root}", path=path, root=root))
    here = root
    for part in parts:
        here /= part
        if here.is_symlink():
            inner = here.relative_to(root).as_posix()
            raise CatalogError(
                say("{path} is a link, and nothing is written through one", path=inner), hint=say("remove the link")
            )
    return here


def write_whole(root: Path, path: str, content: bytes) -> None:
    """Write a file below `root` whole or not at all, its folders too; one that was there keeps its mode.

    Raises OSError, and CatalogError where `demand_inside` does.
    """
    file = demand_inside(root, path)
    file.parent.mkdir(parents=True, exist_ok=True)
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else None
    beside = file.with_name(f".{file.name}.new")  # a dotfile: no reader takes it for a document
    beside.unlink(missing_ok=True)  # of a run that was interrupted, or somebody's link
    try:
        with beside.open("xb") as opened:
            if mode is not None:
                os.fchmod(opened.fileno(), mode)
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
