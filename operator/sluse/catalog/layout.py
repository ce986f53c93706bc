"""What a path says: whose file it is, what it is, and of a record also what it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel

from sluse.catalog import limits
from sluse.model.names import ClientKey, Environment
from sluse.model.statement import StatementType
from sluse.model.tree import KeyFile
from sluse.model.value import SLUG
from sluse.rules.shown import REPLACEMENT, printable
from sluse.words.said import say

OF_ORGANISATION = "_organisation"
"""The folder of decisions on the organisation itself; no integration can have this name."""

_SLUG = re.compile(SLUG)
_KEY_SUFFIX = ".jwks.json"
_ENVIRONMENTS = frozenset(Environment)
_DIGEST_FILE = re.compile(r"[0-9a-f]{64}\.json")
_DECISIONS = frozenset(StatementType) - {StatementType.SUBMISSION}
_DECISION_FILE = re.compile(rf"(?P<step>[1-9][0-9]{{0,3}}-({'|'.join(sorted(_DECISIONS))}))\.yaml")


class Role(StrEnum):
    """What a file is for. `SKIPPED` belongs to editors; `ASIDE` is only looked at for secrets."""

    ORGANISATION = "organisation"
    DOCUMENT = "document"
    KEYS = "keys"
    ACCEPTANCE_TEST = "acceptance test"
    EVIDENCE = "evidence"
    DECISION = "decision"
    ACCEPTED = "accepted"
    POLICY = "policy"
    MANIFEST = "manifest"
    ASIDE = "aside"
    SKIPPED = "skipped"
    MISPLACED = "misplaced"


_JSON = frozenset({Role.KEYS, Role.EVIDENCE, Role.ACCEPTED, Role.MANIFEST})
_MENDED = frozenset({Role.ORGANISATION, Role.DOCUMENT})
_MOST_BYTES = {
    Role.ORGANISATION: limits.DOCUMENT_BYTES,
    Role.DOCUMENT: limits.DOCUMENT_BYTES,
    Role.ACCEPTANCE_TEST: limits.DOCUMENT_BYTES,
    Role.DECISION: limits.DECISION_BYTES,
}


@dataclass(frozen=True)
class Spot:
    """A path, understood. `organisation` is empty outside an organisation's folder.

    Of records: `name` is what the path calls the record (of evidence: the AcceptanceTest's name), `about` is
    `<organisation>` or `<organisation>.<integration>` where the path alone tells it, `part` is the name of an
    evidence file or the digest that names an accepted one. `model` is what the file is read as, where its place
    alone decides that (`policies/`).
    """

    path: str
    role: Role
    organisation: str = ""
    key_file: KeyFile | None = None
    name: str = ""
    about: str = ""
    part: str = ""
    fault: str = ""
    model: type[BaseModel] | None = None

    @property
    def is_json(self) -> bool:
        """Whether the file is JSON and not YAML."""
        return self.role in _JSON

    @property
    def most_bytes(self) -> int:
        """How large a file may be here."""
        return _MOST_BYTES.get(self.role, limits.FILE_BYTES)

    @property
    def is_mended(self) -> bool:
        """Whether a program may edit the file: no record, no key, and nothing that roots have signed."""
        return self.role in _MENDED and names_one_file(self.path)

    @property
    def holds(self) -> str:
        """Who is held back by a problem here, as far as the path alone can tell."""
        if self.key_file is not None:
            return str(self.key_file.client.integration_key)
        return self.organisation if self.role is Role.ORGANISATION else self.about


SCHEMAS = ("schema.json", "schema.nb.json")
"""For editors, in two languages."""


def spot(path: str, under: str) -> Spot:
    """Return what `path`, which lies below `under`, is. What cannot be printed of the path is replaced."""
    path = printable(path)
    inner = path.removeprefix(f"{under}/")
    if inner.startswith(".") or "/." in inner:
        return Spot(path, Role.SKIPPED)
    parts = inner.split("/")
    if parts[-1] == "README.md":
        return Spot(path, Role.ASIDE, _organisation(parts))
    if len(parts) == 1:
        role = Role.SKIPPED if parts[0] in SCHEMAS else Role.MISPLACED
        return Spot(path, role, fault=say("The file lies outside every organisation's folder"))
    return _in_organisation(path, parts)


def names_one_file(path: str) -> bool:
    """Tell whether the path of a spot is its file's own: where something was replaced, it may be another file's."""
    return REPLACEMENT not in path


def _in_organisation(path: str, parts: list[str]) -> Spot:
    organisation = _organisation(parts)
    if not organisation:
        fault = say("The folder's name is not an organisation's: lower-case letters, digits and hyphens, at most 40")
        return Spot(path, Role.MISPLACED, fault=fault)
    if parts[1] in _FOLDERS:
        return _FOLDERS[parts[1]](path, organisation, parts[2:])
    if len(parts) == 2 and parts[1].endswith(".yaml"):
        role = Role.ORGANISATION if parts[1] == "organisation.yaml" else Role.DOCUMENT
        return Spot(path, role, organisation)
    if len(parts) == 2 and parts[1].endswith(".yml"):
        return _misplaced(path, organisation, say("The file's name ends in .yml, and only .yaml is read"))
    return _misplaced(path, organisation, say("Nothing of this name belongs in an organisation's folder"))


def _key_file(path: str, organisation: str, parts: list[str]) -> Spot:
    if len(parts) != 2 or not parts[1].endswith(_KEY_SUFFIX):
        return _misplaced(path, organisation, say("A key file is named otherwise"))
    client, _, environment = parts[1].removesuffix(_KEY_SUFFIX).rpartition(".")
    if not _SLUG.match(parts[0]) or not _SLUG.match(client):
        return _misplaced(path, organisation, say("The key file's path does not name an integration and a client"))
    if environment not in _ENVIRONMENTS:
        return _misplaced(path, organisation, say("The key file is neither for test nor for production"))
    key = ClientKey(organisation, parts[0], client)
    return Spot(path, Role.KEYS, organisation, KeyFile(key, Environment(environment)))


def _acceptance(path: str, organisation: str, parts: list[str]) -> Spot:
    if len(parts) != 2 or not _SLUG.match(parts[0]):
        return _misplaced(path, organisation, say("An acceptance test is a folder, and its name is the test's"))
    if parts[1] == "acceptance-test.yaml":
        return Spot(path, Role.ACCEPTANCE_TEST, organisation, name=parts[0])
    if parts[1].endswith(".json") and _SLUG.match(parts[1].removesuffix(".json")):
        return Spot(path, Role.EVIDENCE, organisation, name=parts[0], part=parts[1])
    return _misplaced(path, organisation, say("Beside acceptance-test.yaml lie its evidence files, and nothing else"))


def _decision(path: str, organisation: str, parts: list[str]) -> Spot:
    subject = parts[0]
    about = organisation
    if len(parts) == 2 and _SLUG.match(subject):
        about = f"{organisation}.{subject}"
    elif len(parts) != 2 or subject != OF_ORGANISATION:
        return _misplaced(path, organisation, say("The folder does not say what the decision is about"), about)
    named = _DECISION_FILE.fullmatch(parts[1])
    if named is None:
        return _misplaced(path, organisation, say("The file's name does not say which decision it is"), about)
    return Spot(path, Role.DECISION, organisation, name=f"{subject.removeprefix('_')}-{named['step']}", about=about)


def _accepted(path: str, organisation: str, parts: list[str]) -> Spot:
    if len(parts) != 1 or not _DIGEST_FILE.fullmatch(parts[0]):
        return _misplaced(path, organisation, say("An accepted file is named by its SHA-256"))
    return Spot(path, Role.ACCEPTED, organisation, part=parts[0].removesuffix(".json"))


def _misplaced(path: str, organisation: str, fault: str, about: str = "") -> Spot:
    return Spot(path, Role.MISPLACED, organisation, about=about, fault=fault)


def _organisation(parts: list[str]) -> str:
    return parts[0] if len(parts) > 1 and _SLUG.match(parts[0]) else ""


_FOLDERS: Mapping[str, Callable[[str, str, list[str]], Spot]] = {
    "keys": _key_file,
    "acceptance": _acceptance,
    "decisions": _decision,
    "accepted": _accepted,
}
