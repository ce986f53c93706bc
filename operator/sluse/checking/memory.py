"""What earlier checks found, in the user's cache: a convenience of `sluse check`, never anything that decides.

Everything is by the digest of all that it follows from, so nothing in it is ever out of date, only unused. It is plain
JSON: a cache that was tampered with can make its own user's check lie, and nothing run. A row is believed if its digest
is right; a file or folder that is damaged, somebody else's, or open to others is as if it were not there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

_FILE = "verdicts.sqlite"
_ROWS = 20_000
_BYTES = 64 << 20
_PATIENCE = 0.2
"""Seconds for another check that writes; after them this one does without."""


class Memory:
    """A bounded table of text by key; the oldest rows go first."""

    def __init__(self, folder: Path, rows: int = _ROWS) -> None:
        self._folder = folder
        self._rows = rows

    def recall(self, keys: Sequence[bytes]) -> Mapping[bytes, bytes]:
        """Return what is known of the keys; whatever is wrong with the cache, nothing."""
        with contextlib.suppress(sqlite3.Error, OSError), self._opened(write=False) as table:
            found = {}
            for key in keys:
                row = table.execute("SELECT digest, text FROM verdict WHERE key = ?", (key,)).fetchone()
                if row is not None and isinstance(row[1], bytes) and row[0] == _digest(key, row[1]):
                    found[key] = row[1]
            return found
        return {}

    def keep(self, known: Mapping[bytes, bytes]) -> None:
        """Remember texts by key, if that can be done."""
        try:
            self._write(known)
        except sqlite3.DatabaseError as error:
            at_work = isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR
            if not at_work:  # no other check, nor a full disk: it is no database, or has another table
                with contextlib.suppress(OSError, sqlite3.Error):
                    (self._folder / _FILE).unlink()
                    self._write(known)
        except OSError:
            pass

    def _write(self, known: Mapping[bytes, bytes]) -> None:
        with self._opened(write=True) as table, table:
            table.execute("CREATE TABLE IF NOT EXISTS verdict (key BLOB PRIMARY KEY, digest BLOB, text BLOB)")
            rows = [(key, _digest(key, text), text) for key, text in known.items()]
            table.executemany("INSERT OR REPLACE INTO verdict VALUES (?, ?, ?)", rows)
            (pages,) = table.execute("PRAGMA page_count").fetchone()
            (size,) = table.execute("PRAGMA page_size").fetchone()
            most = self._rows if pages * size <= _BYTES else self._rows // 4
            table.execute(
                "DELETE FROM verdict WHERE rowid <= (SELECT max(rowid) FROM verdict) - ?"
                " AND rowid NOT IN (SELECT rowid FROM verdict ORDER BY rowid DESC LIMIT ?)",
                (most, most),
            )

    @contextlib.contextmanager
    def _opened(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        if write:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self._folder / _FILE
        _ours(self._folder, stat.S_ISDIR)
        if write:
            os.close(os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600))
        _ours(file, stat.S_ISREG)
        with contextlib.closing(sqlite3.connect(file, timeout=_PATIENCE)) as table:
            table.execute("PRAGMA synchronous = OFF")  # what is torn by a power cut is not believed
            yield table


def memory_in(folder: Path | None, root: Path) -> Memory | None:
    """Return the memory in a cache folder, for a check of `root`.

    None where there is no folder, or where it lies in `root` or in the repository that has it: what is checked could
    have brought its own verdicts along.
    """
    if folder is None:
        return None
    try:
        place, here = folder.resolve(), root.resolve()
    except (OSError, RuntimeError):  # links in a circle
        return None
    top = next((each for each in (here, *here.parents) if os.path.lexists(each / ".git")), here)
    return None if place.is_relative_to(here) or place.is_relative_to(top) else Memory(folder)


def _ours(path: Path, is_kind: Callable[[int], bool]) -> None:
    """Raise OSError unless the path is of that kind, ours, and nobody else's to write or read."""
    found = path.lstat()
    if not is_kind(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(path)


def _digest(key: bytes, text: bytes) -> bytes:
    return hashlib.blake2b(text, key=key[:64], digest_size=16).digest()
