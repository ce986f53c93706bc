"""A tree of files -> `Tree`: every document that can be read, every problem of those that cannot.

What came of a folder is remembered by its id where the files know one (git has a tree for each), and of a file by path
and blob id: so a sync lists only folders, and reads only files, that changed. What is no longer in the tree is forgotten.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

from sluse.catalog.document import Reading, aside, read, refused
from sluse.catalog.excerpts import excerpt
from sluse.catalog.files import FileEntry, FileKind, Files, Foldered, Listed
from sluse.catalog.layout import Role, Spot, spot
from sluse.model.client_installation import ClientInstallation
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.problem import Place, Problem
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.model.tree import Sourced, Tree, whole
from sluse.model.user_organisation import UserOrganisation
from sluse.rules import reading
from sluse.rules.shown import shown
from sluse.words.said import say


@dataclass(frozen=True)
class _Folder:
    """One folder as it was read last: what came of each file, and all of it as a tree. `id` as the files gave it."""

    id: str
    readings: Mapping[FileEntry, Reading]
    tree: Tree


_NOT_READ = _Folder("", {}, Tree({}, {}, {}, ()))


class Reader:
    """Reads trees, one after the other, and remembers the last. May be called from any thread."""

    def __init__(self) -> None:
        self._under = ""
        self._folders: Mapping[str, _Folder] = {}
        self._one = threading.Lock()

    def another(self) -> Reader:
        """Return a reader that remembers what this one does, to go its own way from here."""
        found = Reader()
        with self._one:
            found._under, found._folders = self._under, self._folders
        return found

    def tree(self, files: Files | Foldered, under: str = "integrations") -> Tree:
        """Return what the files below `under` say. Raises CatalogError where they cannot be had at all.

        Of a folder that is as it was, it is the very object of before.
        """
        with self._one:
            return self._read(files, under.rstrip("/"))

    def _read(self, files: Files | Foldered, under: str) -> Tree:
        foldered = files if isinstance(files, Foldered) else Listed(files, under)
        ids = foldered.folders()
        before = self._folders if self._under == under else {}
        known = {name: folder for name in ids if (folder := before.get(name, _NOT_READ)).id == ids[name] != ""}
        changed = [name for name in ids if name not in known]
        fresh = _fresh(foldered, under, {name: before.get(name, _NOT_READ) for name in changed}, ids)
        order = sorted(ids, key=lambda name: f"{name}/" if name else "")  # as paths are sorted
        self._under, self._folders = under, {name: known.get(name) or fresh[name] for name in order}
        return whole({name: folder.tree for name, folder in self._folders.items()})


def _fresh(files: Foldered, under: str, before: Mapping[str, _Folder], ids: Mapping[str, str]) -> Mapping[str, _Folder]:
    """Return folders as they are now: read is each file that is new in its folder."""
    listed = files.within(before.keys())
    spots = {
        entry: spot(entry.path, under)
        for name, entries in listed.items()
        for entry in entries
        if entry not in before[name].readings
    }
    wanted = {entry for entry, place in spots.items() if _is_read(entry, place)}
    contents = files.read([entry.id for entry in wanted])

    def reading(entry: FileEntry, last: _Folder) -> Reading:
        if entry in last.readings:
            return last.readings[entry]
        return read(spots[entry], contents[entry.id]) if entry in wanted else _unread(entry, spots[entry])

    return {name: _folder(ids[name], entries, before[name], reading) for name, entries in listed.items()}


def _folder(
    new: str, entries: Sequence[FileEntry], last: _Folder, reading: Callable[[FileEntry, _Folder], Reading]
) -> _Folder:
    if last is not _NOT_READ and last.readings.keys() == set(entries):
        return replace(last, id=new)
    readings = {entry: reading(entry, last) for entry in sorted(entries, key=attrgetter("path"))}
    return _Folder(new, readings, _tree(list(readings.values())))


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
    """Return one folder as a tree. Nothing of it can have the name of something in another: names begin with a folder's."""
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
        kinds.get(ServiceIntegration, _NONE),
        {place.key_file: document for place, document in placed[Role.KEYS] if place.key_file is not None},
        problems,
        frozenset(unreadable),
        providers=kinds.get(IdentityProvider, _NONE),
        installations=kinds.get(ClientInstallation, _NONE),
        user_organisations=kinds.get(UserOrganisation, _NONE),
        acceptance_tests=kinds.get(AcceptanceTest, _NONE),
        decisions=kinds.get(Decision, _NONE),
        accepted={
            (place.organisation, document.content.digest): document.content for place, document in placed[Role.ACCEPTED]
        }
        or _NONE,
        evidence={
            (IntegrationKey(place.organisation, place.name), place.part): document.content
            for place, document in placed[Role.EVIDENCE]
        }
        or _NONE,
    )


_NONE: Mapping[Any, Any] = {}
"""Shared by all folders that have nothing of a kind."""


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
