"""What the next publications will ask of the clone, read together: asked one by one, every object costs a round trip.

Only speed: what is not read ahead is read when it is asked for, and what is lost is told then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import chain

from sluse.catalog.git.standing import StandingClone
from sluse.delivery.verifying.difference import difference
from sluse.errors import CatalogError
from sluse.ledger.branch.history import Publication
from sluse.ledger.text import ledger_of
from sluse.model.held import OrganisationLedger

_LARGEST = 8 * 1024 * 1024  # bytes of a file of the branch
_MOST_KEPT = 32 * 1024 * 1024  # bytes of contents, beyond which the oldest are let go


class Ahead:
    """A status branch's objects. `WINDOW` publications are read together."""

    WINDOW = 250

    def __init__(self, clone: StandingClone) -> None:
        self._clone = clone
        self._changed: dict[tuple[str | None, str], Mapping[str, str | None]] = {}
        self._contents: dict[str, bytes | None] = {}
        self._bytes = 0

    def look(self, before: str | None, publications: Sequence[Publication]) -> None:
        """Read what the publications after the tree `before` changed."""
        self._changed.clear()
        with suppress(CatalogError):
            trees = [each.tree for each in publications]
            self._clone.foresee(trees)
            fresh = dict.fromkeys(chain.from_iterable(map(self._clone.children, trees)))
            self._clone.foresee(each.id for each in fresh if each.is_folder)
            for tree in trees:
                self._changed[before, tree] = difference(self._clone, before, tree)
                before = tree
            self._fetch(blob for changed in self._changed.values() for blob in changed.values() if blob is not None)

    def expect(self, blobs: Iterable[str]) -> None:
        """Read files that will be asked for."""
        with suppress(CatalogError):
            self._fetch(blobs)

    def changed(self, before: str | None, after: str) -> Mapping[str, str | None]:
        """Return the blob that is now at each path that changed; None where nothing is."""
        found = self._changed.get((before, after))
        return difference(self._clone, before, after) if found is None else found

    def content(self, blob: str | None) -> bytes | None:
        """Return a file; None where there is none, or it is larger than any that the operator writes."""
        if not blob:
            return None
        if blob not in self._contents:
            self._fetch([blob])
        return self._contents[blob]

    def ledger(self, blob: str, path: str) -> OrganisationLedger:
        """Return the ledger in a file. Raises LedgerError."""
        return ledger_of(self.content(blob) or b"", path)

    def _fetch(self, blobs: Iterable[str]) -> None:
        unknown = [each for each in dict.fromkeys(blobs) if each not in self._contents]
        while self._bytes > _MOST_KEPT:
            self._bytes -= len(self._contents.pop(next(iter(self._contents))) or b"")
        came = self._clone.blobs(unknown, _LARGEST)
        for each in unknown:
            self._contents[each] = came.get(each)
            self._bytes += len(came.get(each, b""))
