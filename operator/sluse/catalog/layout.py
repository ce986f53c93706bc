"""What a path says: whose file it is, and what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from sluse.catalog import limits
from sluse.model.names import ClientKey, Environment
from sluse.model.tree import KeyFile
from sluse.model.value import SLUG
from sluse.rules.shown import printable

_SLUG = re.compile(SLUG)
_LATER = frozenset({"accepted", "acceptance", "decisions"})
_KEY_SUFFIX = ".jwks.json"


class Role(StrEnum):
    """What a file is for. `SKIPPED` belongs to a later release or to editors; `ASIDE` is only looked at for secrets."""

    ORGANISATION = "organisation"
    INTEGRATION = "integration"
    KEYS = "keys"
    ASIDE = "aside"
    SKIPPED = "skipped"
    MISPLACED = "misplaced"


@dataclass(frozen=True)
class Spot:
    """A path, understood. `organisation` is empty outside an organisation's folder."""

    path: str
    role: Role
    organisation: str = ""
    key_file: KeyFile | None = None
    fault: str = ""

    @property
    def most_bytes(self) -> int:
        """How large a file may be here."""
        return limits.DOCUMENT_BYTES if self.role in {Role.ORGANISATION, Role.INTEGRATION} else limits.KEY_FILE_BYTES

    @property
    def holds(self) -> str:
        """Who is held back by a problem here, as far as the path alone can tell."""
        if self.key_file is not None:
            return str(self.key_file.client.integration_key)
        return self.organisation if self.role is Role.ORGANISATION else ""


def spot(path: str, under: str) -> Spot:
    """Return what `path`, which lies below `under`, is. What cannot be printed of the path is replaced."""
    path = printable(path)
    parts = path.removeprefix(f"{under}/").split("/")
    if any(part.startswith(".") for part in parts):
        return Spot(path, Role.SKIPPED)
    if parts[-1] == "README.md":
        return Spot(path, Role.ASIDE, _organisation(parts))
    if len(parts) == 1:
        role = Role.SKIPPED if parts[0] == "schema.json" else Role.MISPLACED
        return Spot(path, role, fault="The file lies outside every organisation's folder")
    return _in_folder(path, parts)


def _in_folder(path: str, parts: list[str]) -> Spot:
    organisation = _organisation(parts)
    if not organisation:
        fault = "The folder's name is not an organisation's: lower-case letters, digits and hyphens, at most 40"
        return Spot(path, Role.MISPLACED, fault=fault)
    if parts[1] in _LATER:
        return Spot(path, Role.SKIPPED, organisation)
    if parts[1] == "keys":
        return _key_file(path, organisation, parts[2:])
    if len(parts) == 2 and parts[1].endswith(".yaml"):
        role = Role.ORGANISATION if parts[1] == "organisation.yaml" else Role.INTEGRATION
        return Spot(path, role, organisation)
    if len(parts) == 2 and parts[1].endswith(".yml"):
        return Spot(path, Role.MISPLACED, organisation, fault="The file's name ends in .yml, and only .yaml is read")
    return Spot(path, Role.MISPLACED, organisation, fault="Nothing of this name belongs in an organisation's folder")


def _key_file(path: str, organisation: str, parts: list[str]) -> Spot:
    if len(parts) != 2 or not parts[1].endswith(_KEY_SUFFIX):
        return Spot(path, Role.MISPLACED, organisation, fault="A key file is named otherwise")
    client, _, environment = parts[1].removesuffix(_KEY_SUFFIX).rpartition(".")
    if not _SLUG.match(parts[0]) or not _SLUG.match(client):
        fault = "The key file's path does not name an integration and a client"
        return Spot(path, Role.MISPLACED, organisation, fault=fault)
    if environment not in set(Environment):
        fault = "The key file is neither for test nor for production"
        return Spot(path, Role.MISPLACED, organisation, fault=fault)
    key = ClientKey(organisation, parts[0], client)
    return Spot(path, Role.KEYS, organisation, KeyFile(key, Environment(environment)))


def _organisation(parts: list[str]) -> str:
    return parts[0] if len(parts) > 1 and _SLUG.match(parts[0]) else ""
