"""Where a person's caches lie (XDG Base Directory Specification)."""

from __future__ import annotations

import os
from pathlib import Path


def folder() -> Path | None:
    """Return the folder of ours in the user's cache, which may not exist; None where the user has no home."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    if named.is_absolute():
        return named / "sluse"
    try:
        return Path.home() / ".cache" / "sluse"
    except RuntimeError:
        return None


def is_ours_alone() -> bool:
    """Tell whether the cache is one person's; on a CI server (which sets `CI`) it may be that of anybody who runs there."""
    return not os.environ.get("CI")
