"""Folders read and judged on several cores at a time, in rounds: what is written in each, what it declares, then the verdicts.

The verdict is the same on one core as on many, since each folder's part of it follows from the folder and the answers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

from sluse.checking.judging import Judging
from sluse.checking.remembered import Remembered
from sluse.cores.forked import SILENT, forked, parts, received
from sluse.rules.world import Declared, World

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    Pipe = Connection[object, object]

FEW = 40
"""Folders, below which another process costs more than it saves."""

Make = Callable[[Collection[str]], Judging]
"""Reads folders, and judges them."""

Answer = TypeVar("Answer")
Ask = Callable[[Judging], Mapping[str, Answer]]
"""Something that is asked of every part, and answered by folder; a function that another process can be sent."""


class Shared:
    """Some folders, a part of them in each process."""

    def __init__(self, own: Judging, others: Sequence[_Elsewhere]) -> None:
        self._own = own
        self._others = others

    def written(self) -> Mapping[str, bytes]:
        """Return a digest of what each folder has. It is another one where a part had to be read again meanwhile."""
        return self._all(_written)

    def declared(self, folders: Collection[str]) -> Mapping[str, Declared]:
        """Return what each of some folders declares."""
        return self._all(partial(Judging.declared, folders=folders))

    def judged(self, folders: Collection[str], world: World) -> Mapping[str, Remembered]:
        """Return the part of the verdict of each of some folders."""
        return self._all(partial(Judging.judged, folders=folders, world=world))

    def _all(self, ask: Ask[Answer]) -> Mapping[str, Answer]:
        for each in self._others:
            each.ask(ask)
        found = dict(ask(self._own))
        for each in self._others:
            found.update(each.answer(ask))
        return found


class _Elsewhere:
    """Some folders in a process of their own; here, and from their files on, once it has not answered."""

    def __init__(self, make: Make, folders: Collection[str], pipe: Pipe) -> None:
        self._make = make
        self._folders = folders
        self._pipe = pipe
        self._here: Judging | None = None

    def ask(self, ask: Ask[Answer]) -> None:
        if self._here is None:
            with suppress(*SILENT):  # noted when nothing comes
                self._pipe.send(ask)

    def answer(self, ask: Ask[Answer]) -> Mapping[str, Answer]:
        said = received(self._pipe) if self._here is None else None
        if isinstance(said, dict):
            return cast("Mapping[str, Answer]", said)
        self._here = self._here or self._make(self._folders)
        return ask(self._here)


@contextmanager
def shared(make: Make, folders: Collection[str], processes: int) -> Iterator[Shared]:
    """Share folders among so many processes, this one among them. Raises CatalogError."""
    own, *others = parts(list(folders), processes)
    with forked([partial(_answering, make, each) for each in others]) as pipes:
        elsewhere = [_Elsewhere(make, each, pipe) for each, pipe in zip(others, pipes, strict=True)]
        yield Shared(make(own), elsewhere)


def _answering(make: Make, folders: Collection[str], pipe: Pipe) -> None:
    """Answer what is asked, until nothing is any more: what another process does."""
    judging = make(folders)
    while (ask := received(pipe)) is not None:
        pipe.send(cast("Ask[object]", ask)(judging))


def _written(judging: Judging) -> Mapping[str, bytes]:
    return judging.written
