"""What one commit (or working tree) of the integrations says, read and placed: the catalogue's result.

A document that cannot be read has no identity, so it appears only as a problem and in `unreadable`: while a
file of an organisation is unreadable, nothing of that organisation counts as deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from itertools import chain
from typing import Any, Generic, TypeVar

from sluse.model.client_installation import ClientInstallation
from sluse.model.evidence import Evidence
from sluse.model.identity_provider import IdentityProvider
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Digest, Environment, IntegrationKey
from sluse.model.organisation import Organisation
from sluse.model.problem import Place, Problem, Severity
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.service_integration import ServiceIntegration
from sluse.model.user_organisation import UserOrganisation

Authored = ServiceIntegration | IdentityProvider | ClientInstallation | UserOrganisation
Content_co = TypeVar("Content_co", covariant=True)
Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Sourced(Generic[Content_co]):
    """A model and the file it came from. `locate` turns a field path (`spec.clients[0].name`) into its place."""

    content: Content_co
    path: str
    locate: Callable[[str], Place] = field(compare=False, repr=False)


@dataclass(frozen=True)
class KeyFile:
    """Which key file: of a client, in an environment."""

    client: ClientKey
    environment: Environment


@dataclass(frozen=True)
class AcceptedFile:
    """`accepted/<digest>.json`. Its bytes hash to its name, or it is not here at all."""

    organisation: str
    digest: Digest
    body: Mapping[str, object]


@dataclass(frozen=True)
class EvidenceContent:
    """One file of evidence, and the SHA-256 of its bytes."""

    digest: Digest
    evidence: Evidence


@dataclass(frozen=True)
class Tree:
    """All readable documents and every problem of reading. `unreadable`: organisation slugs with an unreadable file.

    Records (acceptance tests, decisions) are by identity; `accepted` by organisation and digest; `evidence` by the
    AcceptanceTest it belongs to and the file's name.
    """

    organisations: Mapping[str, Sourced[Organisation]]
    integrations: Mapping[IntegrationKey, Sourced[ServiceIntegration]]
    keys: Mapping[KeyFile, Sourced[Jwks]]
    problems: tuple[Problem, ...]
    unreadable: frozenset[str] = frozenset()
    providers: Mapping[IntegrationKey, Sourced[IdentityProvider]] = field(default_factory=dict)
    installations: Mapping[IntegrationKey, Sourced[ClientInstallation]] = field(default_factory=dict)
    user_organisations: Mapping[IntegrationKey, Sourced[UserOrganisation]] = field(default_factory=dict)
    acceptance_tests: Mapping[IntegrationKey, Sourced[AcceptanceTest]] = field(default_factory=dict)
    decisions: Mapping[IntegrationKey, Sourced[Decision]] = field(default_factory=dict)
    accepted: Mapping[tuple[str, Digest], AcceptedFile] = field(default_factory=dict)
    evidence: Mapping[tuple[IntegrationKey, str], EvidenceContent] = field(default_factory=dict)
    folders: Mapping[str, Tree] = field(default_factory=dict, compare=False, repr=False)
    """The same by folder, where it was put together of folders: who looks at one tree after the other compares these.
    See `parts`."""

    @property
    def parts(self) -> Mapping[str, Tree]:
        """The trees of which this one is made, by any name: its folders, or it alone. No organisation is in two of them."""
        return self.folders or {"": self}

    @property
    def documents(self) -> Mapping[IntegrationKey, Sourced[Authored]]:
        """Everything that has a name of its own and is no record."""
        return {**self.integrations, **self.providers, **self.installations, **self.user_organisations}

    @property
    def readable(self) -> int:
        """How many files could be read."""
        return sum(len(getattr(self, group)) for group in _GROUPS)


_GROUPS = tuple(each.name for each in fields(Tree) if each.name not in {"problems", "unreadable", "folders"})
"""The fields that have a model, or a body, for each file."""


def whole(folders: Mapping[str, Tree]) -> Tree:
    """Return the tree that these folders are together. Nothing that has a name may be in two of them."""
    parts = folders.values()
    groups: dict[str, Any] = {name: _together(getattr(each, name) for each in parts) for name in _GROUPS}
    problems = tuple(chain.from_iterable(each.problems for each in parts))
    unreadable = frozenset[str]().union(*(each.unreadable for each in parts))
    return Tree(**groups, problems=problems, unreadable=unreadable, folders=folders)


def _together(groups: Iterable[Mapping[Key, Value]]) -> Mapping[Key, Value]:
    """Return all of them as one: by `update`, which hashes no key of a dict again."""
    found: dict[Key, Value] = {}
    for each in groups:
        if each:
            found.update(each)
    return found


def errors(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Return the problems that hold a document back."""
    return tuple(problem for problem in problems if problem.severity is Severity.ERROR)
