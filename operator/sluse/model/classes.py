"""The class of every authored field, in one table: what an acceptance test binds, and what it leaves alone.

tested       in digest T: the shared part, the same in test and production
production   in digest P: what only production has, bound by the decision
test         runs in test, in no digest
operational  follows HEAD under its own rules; changing it reopens nothing
identity     in digest O: what an organisation owns and whose keys speak for it

A path covers everything below it; `[]` stands for each item of a list. `tests/model` holds that every leaf of
every kind is covered exactly once, so a new field cannot slip in unclassified.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum


class FieldClass(StrEnum):
    """See the module's docstring."""

    TESTED = "tested"
    PRODUCTION = "production"
    TEST = "test"
    OPERATIONAL = "operational"
    IDENTITY = "identity"


FIELD_CLASSES: Mapping[str, Mapping[str, FieldClass]] = {
    "ServiceIntegration": {
        "service.title": FieldClass.OPERATIONAL,
        "service.configurationOwner": FieldClass.TESTED,
        "service.users": FieldClass.OPERATIONAL,
        "service.platform": FieldClass.OPERATIONAL,
        "service.structure": FieldClass.TESTED,
        "plan": FieldClass.OPERATIONAL,
        "network": FieldClass.OPERATIONAL,
        "clients[].name": FieldClass.TESTED,
        "clients[].grants": FieldClass.TESTED,
        "clients[].scopes": FieldClass.TESTED,
        "clients[].tenancy": FieldClass.TESTED,
        "clients[].login": FieldClass.TESTED,
        "clients[].test": FieldClass.TEST,
        "clients[].production": FieldClass.PRODUCTION,
        "clients[].slots": FieldClass.TESTED,
    },
    "ClientInstallation": {
        "service": FieldClass.OPERATIONAL,
        "client": FieldClass.OPERATIONAL,
        "customer": FieldClass.OPERATIONAL,
        "notBefore": FieldClass.OPERATIONAL,
        "confirmedBy": FieldClass.OPERATIONAL,
        "test": FieldClass.TEST,
        "production": FieldClass.OPERATIONAL,
    },
    "IdentityProvider": {
        "title": FieldClass.OPERATIONAL,
        "plan": FieldClass.OPERATIONAL,
        "existing": FieldClass.OPERATIONAL,
        "protocol": FieldClass.TESTED,
        "claims": FieldClass.TESTED,
        "test": FieldClass.TEST,
        "production": FieldClass.PRODUCTION,
    },
    "UserOrganisation": {
        "title": FieldClass.OPERATIONAL,
        "services": FieldClass.OPERATIONAL,
        "zones": FieldClass.OPERATIONAL,
        "formats": FieldClass.OPERATIONAL,
        "noticeDays": FieldClass.OPERATIONAL,
    },
    "Organisation": {
        "title": FieldClass.OPERATIONAL,
        "numbers": FieldClass.IDENTITY,
        "domains": FieldClass.IDENTITY,
        "maintainers": FieldClass.IDENTITY,
        "contact": FieldClass.OPERATIONAL,
    },
}


def class_of(kind: str, path: str) -> FieldClass | None:
    """Return the class that covers `path` (below `spec`), or None where no row does."""
    for row, field_class in FIELD_CLASSES[kind].items():
        if path == row or path.startswith((f"{row}.", f"{row}[")):
            return field_class
    return None


def project(kind: str, spec: object, field_class: FieldClass) -> object:
    """Return the part of a JSON-able spec that is of one class; empty parts are left out.

    The name of a list's item stays with it where other fields of the item are kept, so that values of one
    client can never be read as another's.
    """
    return _project(FIELD_CLASSES[kind], spec, field_class, path="")


def _project(rows: Mapping[str, FieldClass], node: object, wanted: FieldClass, path: str) -> object:
    row = rows.get(path)
    if row is not None:
        return node if row is wanted else None
    if isinstance(node, Mapping):
        kept = {key: value for key, value in _members(rows, node, wanted, path) if value is not None}
        if kept and path.endswith("[]") and "name" in node:
            kept["name"] = node["name"]
        return kept or None
    if isinstance(node, list | tuple):
        items = [item for item in (_project(rows, item, wanted, f"{path}[]") for item in node) if item is not None]
        return items or None
    return None


def _members(
    rows: Mapping[str, FieldClass], node: Mapping[str, object], wanted: FieldClass, path: str
) -> Iterator[tuple[str, object]]:
    for key, value in node.items():
        yield key, _project(rows, value, wanted, f"{path}.{key}" if path else key)
