"""The bytes of `policies/` -> models with places, the manifest, and the digests that the manifest must have.

The same two ways of reading as for authored documents. Nothing here counts yet: `sluse.trust` says whether the
manifest is signed by enough roots, and whether the digests are the manifest's.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel

from sluse.catalog import limits
from sluse.catalog.document import Reading, read_file, refused
from sluse.catalog.files import POLICIES, FileKind, Files
from sluse.catalog.layout import Role, Spot
from sluse.catalog.work_tree import WorkTree
from sluse.model.names import Digest
from sluse.model.policy.authority import AuthorityProfile
from sluse.model.policy.bundle import Repository, SignedManifest
from sluse.model.policy.calendar import Calendar
from sluse.model.policy.files import PolicyFiles
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.policy.people import Operators, Reviewers
from sluse.model.policy.rules import ExistingProviders, GatePolicy
from sluse.model.problem import Place, Problem, Severity
from sluse.rules import reading
from sluse.words.said import say

FOLDER = POLICIES
MANIFEST = "manifest.json"
DATA: Mapping[str, tuple[str, type[BaseModel]]] = {
    "repository.yaml": ("repository", Repository),
    "reviewers.yaml": ("reviewers", Reviewers),
    "operators.yaml": ("operators", Operators),
    "calendar.yaml": ("calendar", Calendar),
    "gate.yaml": ("gate", GatePolicy),
    "existing-providers.yaml": ("existing", ExistingProviders),
    "network.yaml": ("network", NetworkCatalogue),
    "authority.yaml": ("authority", AuthorityProfile),
}
"""File -> field of `PolicyFiles`, and model. All else in the folder decides nothing, so no manifest covers it."""

_MAY_LACK = frozenset({"authority.yaml"})
"""Whoever has no such file, which older repositories have not, is judged by what is shipped."""
_HISTORY = re.compile(r"history/(0|[1-9][0-9]{0,8})\.json")


class PolicyReading(NamedTuple):
    """What came of the folder. `digests`: SHA-256 of the bytes of every known file that is there, by its path there."""

    models: PolicyFiles
    manifest: SignedManifest | None
    digests: Mapping[str, Digest]
    problems: tuple[Problem, ...]


def lacking(reading: PolicyReading) -> tuple[str, ...]:
    """Return the files that must be there and are not."""
    return tuple(name for name in DATA if name not in reading.digests and name not in _MAY_LACK)


def as_policy(models: PolicyFiles) -> dict[str, Any]:
    """Return what stands in the files that could be read, by its name in a `Policy`."""
    read_of = {field: getattr(models, field) for field, _ in DATA.values()}
    return {field: sourced.content for field, sourced in read_of.items() if sourced is not None}


def contents(files: Files) -> Mapping[str, bytes]:
    """Return what `read` takes: known regular files of bounded size, by path. Raises CatalogError.

    A link in the place of a file is as if there were none, which the manifest will not agree with.
    """
    wanted = [
        entry
        for entry in files.entries()
        if entry.kind is FileKind.FILE and entry.size <= limits.FILE_BYTES and _is_known(_name(entry.path))
    ]
    found = files.read([entry.id for entry in wanted])
    return {entry.path: found[entry.id] for entry in wanted}


def contents_in(root: Path) -> Mapping[str, bytes]:
    """Return the same of a working tree; nothing where it has no such folder."""
    return contents(WorkTree(root, FOLDER)) if (root / FOLDER).is_dir() else {}


def read(files: Mapping[str, bytes]) -> PolicyReading:
    """Return what files say, whose paths begin with `policies/`; those that are not known are left alone."""
    known = {_name(path): content for path, content in sorted(files.items()) if _is_known(_name(path))}
    readings = {name: _read(name, content) for name, content in known.items()}
    found: dict[str, Any] = {field: readings[name].document for name, (field, _) in DATA.items() if name in readings}
    history = {
        int(named[1]): each.document.content
        for name, each in readings.items()
        if (named := _HISTORY.fullmatch(name)) and each.document is not None
    }
    signed = readings[MANIFEST].document if MANIFEST in readings else None
    manifest = signed.content if signed is not None else None
    problems = [problem for each in readings.values() for problem in each.problems]
    digests = {name: Digest(hashlib.sha256(content).hexdigest()) for name, content in known.items()}
    return PolicyReading(
        PolicyFiles(**found, history=history),
        manifest,
        digests,
        (*problems, *_history(known, manifest, history), *(_outdated(found, digests, manifest) if manifest else ())),
    )


def read_alone(name: str, files: Mapping[str, bytes]) -> PolicyReading:
    """Return what one file of the folder says, whatever is wrong with the others; `files` as `read` takes them."""
    path = f"{FOLDER}/{name}"
    return read({path: files[path]} if path in files else {})


def _read(name: str, content: bytes) -> Reading:
    role, model = (Role.POLICY, DATA[name][1]) if name in DATA else (Role.MANIFEST, SignedManifest)
    spot = Spot(f"{FOLDER}/{name}", role, model=model)
    if len(content) > spot.most_bytes:
        message = say(
            "The file has {content} bytes, and at most {most_bytes} are read",
            content=len(content),
            most_bytes=spot.most_bytes,
        )
        return refused(spot, [reading.TOO_LARGE.problem(Place(spot.path), message)])
    return read_file(spot, content)


def _history(
    known: Mapping[str, bytes], manifest: SignedManifest | None, history: Mapping[int, SignedManifest]
) -> Iterator[Problem]:
    for version, kept in history.items():
        if kept.manifest.version != version:
            place = Place(f"{FOLDER}/history/{version}.json")
            yield reading.MANIFEST_HISTORY.problem(
                place, say("The manifest's version is {version}", version=kept.manifest.version)
            )
    if manifest is None:
        return
    copy = f"history/{manifest.manifest.version}.json"
    if copy not in known:
        place = Place(f"{FOLDER}/{MANIFEST}")
        yield reading.MANIFEST_HISTORY.problem(
            place, say("There is no copy of it at {folder}/{copy}", folder=FOLDER, copy=copy)
        )
    elif known[copy] != known[MANIFEST]:
        place = Place(f"{FOLDER}/{copy}")
        yield reading.MANIFEST_HISTORY.problem(place, say("It is not the same, byte for byte, as manifest.json"))


def _outdated(found: Mapping[str, Any], digests: Mapping[str, Digest], manifest: SignedManifest) -> Iterator[Problem]:
    """Yield a warning for each file that is not the signed one, as it has to be while a change waits for the roots.

    Of a file that cannot be read there is more to say first.
    """
    listed = manifest.manifest.files
    for name, (field, _) in DATA.items():
        if name in digests and (found[field] is None or listed.get(name) == digests[name]):
            continue
        if name in digests:
            place, message = name, say("It is not the file that the roots signed")
        elif name in listed:
            place, message = MANIFEST, say("The roots signed {name} too, and it is not here", name=name)
        else:
            continue
        yield reading.MANIFEST_OUTDATED.problem(Place(f"{FOLDER}/{place}"), message, severity=Severity.WARNING)


def _is_known(name: str) -> bool:
    return name in DATA or name == MANIFEST or _HISTORY.fullmatch(name) is not None


def _name(path: str) -> str:
    return path.removeprefix(f"{FOLDER}/")
