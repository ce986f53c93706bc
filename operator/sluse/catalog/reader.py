"""A tree of files -> `Tree`: every document that can be read, every problem of those that cannot.

What came of a file is remembered by path and blob id, so a sync reads only what changed; what is no longer in the
tree is forgotten.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from sluse.catalog.document import Reading, aside, read, refused
from sluse.catalog.excerpts import excerpt
from sluse.catalog.files import FileEntry, FileKind, Files
from sluse.catalog.layout import Role, Spot, spot
from sluse.model.keys import Jwks
from sluse.model.names import IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.problem import Place, Problem
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import KeyFile, Sourced, Tree
from sluse.rules import reading
from sluse.rules.shown import shown

Memory = MutableMapping[tuple[str, FileEntry], Reading]
"""What came of each file of each folder."""


class Reader:
    """Reads trees, one after the other, and remembers the last."""

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory: Memory = {} if memory is None else memory

    def tree(self, files: Files, under: str = "integrations") -> Tree:
        """Return what the files below `under` say. Raises CatalogError where they cannot be had at all."""
        under = under.rstrip("/")
        entries = sorted(files.entries(), key=lambda entry: entry.path)
        spots = {entry: spot(entry.path, under) for entry in entries if (under, entry) not in self._memory}
        wanted = {entry for entry, place in spots.items() if _is_read(entry, place)}
        contents = files.read([entry.id for entry in wanted])
        for entry, place in spots.items():
            came = read(place, contents[entry.id]) if entry in wanted else _unread(entry, place)
            self._memory[under, entry] = came
        present = {(under, entry) for entry in entries}
        for gone in self._memory.keys() - present:
            del self._memory[gone]
        return _tree([self._memory[under, entry] for entry in entries])


def _is_read(entry: FileEntry, place: Spot) -> bool:
    return entry.kind is FileKind.FILE and place.role is not Role.SKIPPED and entry.size <= place.most_bytes


def _unread(entry: FileEntry, place: Spot) -> Reading:
    if place.role is Role.SKIPPED:
        return Reading(place)
    if entry.kind is not FileKind.FILE:
        problem = reading.NOT_A_FILE.problem(
            Place(place.path), f"This is a {entry.kind}, not a file", holds=place.holds
        )
        return refused(place, [problem])
    if place.role is Role.MISPLACED:
        return aside(place)
    message = f"The file has {entry.size} bytes, and at most {place.most_bytes} are read"
    return refused(place, [reading.TOO_LARGE.problem(Place(place.path), message, holds=place.holds)])


def _tree(readings: Sequence[Reading]) -> Tree:
    organisations: dict[str, Sourced[Organisation]] = {}
    keys: dict[KeyFile, Sourced[Jwks]] = {}
    for each in readings:
        if each.document is not None and each.spot.role is Role.ORGANISATION:
            organisations[each.spot.organisation] = each.document
        elif each.document is not None and each.spot.key_file is not None:
            keys[each.spot.key_file] = each.document
    integrations, taken = _integrations(readings, organisations)
    problems = (*(problem for each in readings for problem in each.problems), *taken)
    unreadable = {slug for each in readings for slug in each.claims} | {
        problem.holds.split(".")[0] for problem in taken
    }
    return Tree(organisations, integrations, keys, problems, frozenset(unreadable))


def _integrations(
    readings: Sequence[Reading], organisations: Mapping[str, Sourced[Organisation]]
) -> tuple[dict[IntegrationKey, Sourced[ServiceIntegration]], list[Problem]]:
    """Return the integrations whose name is theirs alone; of two that share one neither is believed."""
    first: dict[IntegrationKey, Sourced[Any]] = {document.content.key: document for document in organisations.values()}
    integrations: dict[IntegrationKey, Sourced[ServiceIntegration]] = {}
    taken: list[Problem] = []
    for each in readings:
        if each.document is None or each.spot.role is not Role.INTEGRATION:
            continue
        key: IntegrationKey = each.document.content.key
        if key in first:
            integrations.pop(key, None)
            taken.append(_taken(key, each.document, first[key]))
        else:
            first[key] = integrations[key] = each.document
    return integrations, taken


def _taken(key: IntegrationKey, second: Sourced[Any], first: Sourced[Any]) -> Problem:
    field = "metadata.name"
    place = second.locate(field)
    message = f"The name {shown(key.name)} is taken by {first.locate(field)}"
    return reading.NAME_TAKEN.problem(place, message, holds=str(key), path=field, excerpt=excerpt(second, place))
