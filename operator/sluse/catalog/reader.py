"""A tree of files -> `Tree`: every document that can be read, every problem of those that cannot.

What came of a file is remembered by path and blob id, so a sync reads only what changed; what is no longer in the
tree is forgotten.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any

from sluse.catalog.document import Reading, aside, read, refused
from sluse.catalog.excerpts import excerpt
from sluse.catalog.files import FileEntry, FileKind, Files
from sluse.catalog.layout import Role, Spot, spot
from sluse.model.client_installation import ClientInstallation
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.problem import Place, Problem
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced, Tree
from sluse.model.user_organisation import UserOrganisation
from sluse.rules import reading
from sluse.rules.shown import shown
from sluse.words.said import say

Memory = MutableMapping[tuple[str, FileEntry], Reading]
"""What came of each file of each folder."""


class Reader:
    """Reads trees, one after the other, and remembers the last. May be called from any thread."""

    def __init__(self, memory: Memory | None = None) -> None:
        self._memory: Memory = {} if memory is None else memory
        self._one = threading.Lock()

    def another(self) -> Reader:
        """Return a reader that remembers what this one does, to go its own way from here."""
        with self._one:
            return Reader(dict(self._memory))

    def tree(self, files: Files, under: str = "integrations") -> Tree:
        """Return what the files below `under` say. Raises CatalogError where they cannot be had at all."""
        with self._one:
            return self._read(files, under)

    def _read(self, files: Files, under: str) -> Tree:
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


_NO_FILE = {
    FileKind.SYMLINK: say("This is a symbolic link, not a file"),
    FileKind.SUBMODULE: say("This is a submodule, not a file"),
}


def _unread(entry: FileEntry, place: Spot) -> Reading:
    if place.role is Role.SKIPPED:
        return Reading(place)
    if entry.kind is not FileKind.FILE:
        problem = reading.NOT_A_FILE.problem(Place(place.path), _NO_FILE[entry.kind], holds=place.holds)
        return refused(place, [problem])
    if place.role is Role.MISPLACED:
        return aside(place)
    message = say(
        "The file has {size} bytes, and at most {most_bytes} are read", size=entry.size, most_bytes=place.most_bytes
    )
    return refused(place, [reading.TOO_LARGE.problem(Place(place.path), message, holds=place.holds)])


def _tree(readings: Sequence[Reading]) -> Tree:
    placed: dict[Role, list[tuple[Spot, Sourced[Any]]]] = defaultdict(list)
    for each in readings:
        if each.document is not None:
            placed[each.spot.role].append((each.spot, each.document))
    organisations = {place.organisation: document for place, document in placed[Role.ORGANISATION]}
    named, taken = _named(readings, organisations)
    problems = (*(problem for each in readings for problem in each.problems), *taken)
    kinds: dict[type, dict[IntegrationKey, Sourced[Any]]] = defaultdict(dict)
    for key, found in named.items():
        kinds[type(found.content)][key] = found
    unreadable = {slug for each in readings for slug in each.claims} | {
        problem.holds.split(".")[0] for problem in taken
    }
    return Tree(
        organisations,
        kinds[ServiceIntegration],
        {place.key_file: document for place, document in placed[Role.KEYS] if place.key_file is not None},
        problems,
        frozenset(unreadable),
        providers=kinds[IdentityProvider],
        installations=kinds[ClientInstallation],
        user_organisations=kinds[UserOrganisation],
        acceptance_tests=kinds[AcceptanceTest],
        decisions=kinds[Decision],
        accepted={
            (place.organisation, document.content.digest): document.content for place, document in placed[Role.ACCEPTED]
        },
        evidence={
            (IntegrationKey(place.organisation, place.name), place.part): document.content
            for place, document in placed[Role.EVIDENCE]
        },
    )


def _named(
    readings: Sequence[Reading], organisations: Mapping[str, Sourced[Organisation]]
) -> tuple[dict[IntegrationKey, Sourced[Any]], list[Problem]]:
    """Return the documents whose name is theirs alone; of two that share one neither is believed."""
    first: dict[IntegrationKey, tuple[Role, Sourced[Any]]] = {
        document.content.key: (Role.ORGANISATION, document) for document in organisations.values()
    }
    named: dict[IntegrationKey, Sourced[Any]] = {}
    taken: list[Problem] = []
    for each in readings:
        role, document = each.spot.role, each.document
        if document is None or role not in _NAMED:
            continue
        key: IntegrationKey = document.content.key
        if key in first:
            named.pop(key, None)
            taken.append(_taken(key, (role, document), first[key]))
        else:
            first[key] = role, document
            named[key] = document
    return named, taken


_NAMED = frozenset({Role.DOCUMENT, Role.ACCEPTANCE_TEST, Role.DECISION})


def _taken(key: IntegrationKey, second: tuple[Role, Sourced[Any]], first: tuple[Role, Sourced[Any]]) -> Problem:
    field = "metadata.name"
    place = second[1].locate(field)
    message = say("The name {name} is taken by {locate}", name=shown(key.name), locate=first[1].locate(field))
    # Of a decision that is not believed nobody knows what it would have stopped: it holds all that it may be about.
    holds = key.organisation if Role.DECISION in {first[0], second[0]} else str(key)
    return reading.NAME_TAKEN.problem(place, message, holds=holds, path=field, excerpt=excerpt(second[1], place))
