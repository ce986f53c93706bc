"""Two releases' CustomResourceDefinitions -> every change that breaks objects or clients of the older one. Pure.

Versions are converted by renaming only (no webhook), so a version that is new is held to every version it stands beside:
what is stored by the one is read by the other. Printer columns, short names, categories and labels are free: people
read them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sluse.desired.evolution import schemas
from sluse.desired.evolution.breaking import Breaking
from sluse.desired.stack import Manifest

_NAMES = ("kind", "listKind", "plural", "singular")


def breaking(old: Iterable[Manifest], new: Iterable[Manifest]) -> tuple[Breaking, ...]:
    """Return every breaking change, sorted; a path begins with the plural name and the version."""
    left = {crd["metadata"]["name"]: crd for crd in new}
    found: list[Breaking] = []
    for crd in old:
        name = crd["metadata"]["name"]
        if name in left:
            found += _definition(crd["spec"], left[name]["spec"])
        else:
            found.append(Breaking(name, "DefinitionRemoved", "the definition is gone, and all its objects with it"))
    return tuple(sorted(found))


def _definition(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Breaking]:
    plural = old["names"]["plural"]
    named = (("group", old["group"], new["group"]), ("scope", old["scope"], new["scope"]))
    for what, before, after in (*named, *((each, old["names"].get(each), new["names"].get(each)) for each in _NAMES)):
        if before != after:
            yield Breaking(plural, "NameChanged", f"{what} {before} became {after}")
    before, after = _served(old), _served(new)
    yield from _storage(plural, old, new, before)
    for name, version in before.items():
        if name not in after:
            yield Breaking(f"{plural}/{name}", "VersionRemoved", "the version is served no more")
            continue
        yield from _subresources(f"{plural}/{name}", version, after[name])
        yield from _schema(f"{plural}/{name}", version, after[name])
    for name in after.keys() - before.keys():
        for beside, version in before.items():
            yield from _schema(f"{plural}/{beside} as {name}", version, after[name])


def _served(spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {version["name"]: version for version in spec["versions"] if version["served"]}


def _storage(
    plural: str, old: Mapping[str, Any], new: Mapping[str, Any], before: Mapping[str, Any]
) -> Iterator[Breaking]:
    """A release that is rolled back must still be able to read what the next one stored."""
    stored = {spec["name"] for spec in new["versions"] if spec["storage"]}
    was = {spec["name"] for spec in old["versions"] if spec["storage"]}
    for name in sorted(stored - was - before.keys()):
        yield Breaking(plural, "StorageMoved", f"objects would be stored as {name}, which the release before lacks")
    for name in sorted(was - {spec["name"] for spec in new["versions"]}):
        yield Breaking(f"{plural}/{name}", "VersionRemoved", "objects are stored in a version that is gone")


def _subresources(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Breaking]:
    for name in sorted(old.get("subresources", {}).keys() - new.get("subresources", {}).keys()):
        yield Breaking(path, "SubresourceRemoved", f"{name} is gone")
    selected = [field["jsonPath"] for field in new.get("selectableFields", ())]
    for field in old.get("selectableFields", ()):
        if field["jsonPath"] not in selected:
            yield Breaking(path, "FieldRemoved", f"{field['jsonPath']} can no more be selected by")


def _schema(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Breaking]:
    for each in schemas.breaking(old["schema"]["openAPIV3Schema"], new["schema"]["openAPIV3Schema"]):
        yield Breaking(f"{path} {each.path}".rstrip(), each.reason, each.message)
