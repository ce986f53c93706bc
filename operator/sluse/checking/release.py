"""Which rules these are: the digest of everything that a verdict follows from beside the files."""

from __future__ import annotations

import hashlib
import sys
import sysconfig
from pathlib import Path

_ROOMS = ("catalog", "checking", "model", "rules", "words")
_HERE = Path(__file__).parents[1]


def release() -> bytes:
    """Return the digest of the code that reads and judges, and of the names and versions of what is installed beside it.

    Of the code itself and not of a version's number: whoever changes a rule sees the change.
    """
    found = hashlib.blake2b(digest_size=32)
    for room in _ROOMS:
        for file in sorted((_HERE / room).rglob("*.py")):
            content = file.read_bytes()
            found.update(f"{file.relative_to(_HERE).as_posix()} {len(content)}\n".encode())
            found.update(content)
    installed = Path(sysconfig.get_path("purelib"))
    found.update(repr((sys.version_info, sorted(each.name for each in installed.glob("*.dist-info")))).encode())
    return found.digest()
