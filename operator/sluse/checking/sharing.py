"""Folders judged on several cores at a time, in two rounds: first what each declares, then what all of them answer.

The verdict is the same on one core as on many, since each folder's part of it follows from the folder and the answers alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, cast

from sluse.checking.judging import Judging
from sluse.checking.remembered import Remembered, packed, unpacked
from sluse.cores.forked import SILENT, forked, parts, received
from sluse.rules.world import Declared, World

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Pipe = Connection[object, object]

FEW = 2_000
"""Files, below which another process costs more than it saves."""


class Shared:
    """Some folders, a part of them in each process. A part that no process answers for is done here."""

    def __init__(self, judging: Judging, own: Sequence[str], others: Sequence[tuple[Sequence[str], Pipe]]) -> None:
        self._judging = judging
        self._own = own
        self._others = others

    def declared(self) -> Mapping[str, Declared]:
        """Return what each folder declares."""
        found = {folder: self._judging.declared(folder) for folder in self._own}
        for folders, pipe in self._others:
            said = received(pipe)
            found.update(said if isinstance(said, dict) else {each: self._judging.declared(each) for each in folders})
        return found

    def judged(self, world: World) -> Mapping[str, Remembered]:
        """Return each folder's part of the verdict."""
        for _, pipe in self._others:
            _sent(pipe, world)
        found = {folder: self._judging.judged(folder, world) for folder in self._own}
        for folders, pipe in self._others:
            said = received(pipe)
            texts = cast("Mapping[str, bytes]", said) if isinstance(said, dict) else {}
            for folder in folders:
                came = unpacked(texts[folder]) if folder in texts else None
                found[folder] = came if came is not None else self._judging.judged(folder, world)
        return found


@contextmanager
def shared(judging: Judging, folders: Collection[str], processes: int) -> Iterator[Shared]:
    """Share folders among so many processes, this one among them."""
    own, *others = parts(list(folders), processes)
    with forked([_Part(judging, each) for each in others]) as pipes:
        yield Shared(judging, own, list(zip(others, pipes, strict=True)))


class _Part:
    """What another process does."""

    def __init__(self, judging: Judging, folders: Sequence[str]) -> None:
        self._judging = judging
        self._folders = folders

    def __call__(self, pipe: Pipe) -> None:
        pipe.send({folder: self._judging.declared(folder) for folder in self._folders})
        world = cast("World", pipe.recv())
        pipe.send({folder: packed(self._judging.judged(folder, world)) for folder in self._folders})


def _sent(pipe: Pipe, what: object) -> None:
    with suppress(*SILENT):  # noted when nothing comes
        pipe.send(what)
