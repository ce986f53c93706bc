"""Objects, mostly blobs, through one long-lived `git cat-file --batch`.

GitPython reads them one object at a time through its own wrapper, about ten times slower. Ids go out in small
batches and the answers are read between them: sent all at once, both pipes fill up and both sides wait for ever.
What comes back must hash to its id: a cache on disk that rots is noticed here, and nowhere else in git's reading.
"""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import IO, Literal

from sluse.catalog.git import command
from sluse.errors import CatalogError
from sluse.words.said import say

_BATCH = 128  # ids of at most 65 bytes: far below the smallest pipe
_CHUNK = 1024 * 1024
_ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

Kind = Literal["blob", "tree", "commit"]


class Damaged(Exception):
    """The local copy lacks an object, or has it wrong."""


class Missing(Damaged):
    """The local copy lacks an object: it is damaged, or never had it."""


class Objects:
    """The process, started when first needed. Not safe for threads: `Source` has the lock."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, ids: Sequence[str], limit: int, kind: Kind = "blob") -> dict[str, bytes]:
        """Return the contents of at most `limit` bytes. Raises Damaged; a process that died is started again once."""
        wanted = list(dict.fromkeys(ids))
        for each in wanted:
            if not _ID.fullmatch(each):
                raise CatalogError(say("{id} is not the id of a {kind}", id=repr(each), kind=kind))
        found: dict[str, bytes] = {}
        try:
            self._read(wanted, limit, kind, found)
        except (EOFError, OSError):
            self.close()
            try:
                self._read(wanted, limit, kind, found)
            except (EOFError, OSError) as error:
                self.close()
                raise Damaged from error
        return found

    def close(self) -> None:
        """End the process; it starts again when next needed."""
        process, self._process = self._process, None
        if process is None:
            return
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be sent to a dead process
                    pipe.close()
        command.end(process)

    def _read(self, wanted: Sequence[str], limit: int, kind: Kind, found: dict[str, bytes]) -> None:
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            for batch in _batches([each for each in wanted if each not in found]):
                process.stdin.write("".join(f"{each}\n" for each in batch).encode())
                process.stdin.flush()
                for each in batch:
                    content = _content(process.stdout, each, limit, kind)
                    if content is not None:
                        found[each] = content
        except (Damaged, CatalogError):
            self.close()  # answers to the rest of the batch are still in the pipe
            raise

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
                [command.program(), "cat-file", "--batch"],
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=_CHUNK,
                start_new_session=True,
            )
        return self._process


def _batches(blobs: Sequence[str]) -> Iterator[Sequence[str]]:
    return (blobs[start : start + _BATCH] for start in range(0, len(blobs), _BATCH))


def _content(answers: IO[bytes], wanted: str, limit: int, kind: Kind) -> bytes | None:
    head = answers.readline().split()
    if not head:
        raise EOFError
    if head[-1] == b"missing":
        raise Missing(wanted)
    if head[1].decode() != kind:
        raise CatalogError(
            say(
                "{wanted} is a {found}, not a {kind}",
                wanted=wanted,
                found=head[1].decode(),
                kind="file" if kind == "blob" else kind,
            )
        )
    size = int(head[2])
    if size > limit:
        _skip(answers, size + 1)
        return None
    content = answers.read(size + 1)
    if len(content) != size + 1:
        raise EOFError
    if _digest(wanted, kind, content[:-1]) != wanted:
        raise Damaged(wanted)
    return content[:-1]


def _skip(answers: IO[bytes], size: int) -> None:
    while size:
        read = len(answers.read(min(size, _CHUNK)))
        if not read:
            raise EOFError
        size -= read


def _digest(wanted: str, kind: Kind, content: bytes) -> str:
    made = hashlib.sha1(usedforsecurity=False) if len(wanted) == 40 else hashlib.sha256()
    made.update(b"%b %d\0" % (kind.encode(), len(content)))
    made.update(content)
    return made.hexdigest()
