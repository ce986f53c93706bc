"""The form of a rule: what it is about, why it exists, where that comes from, and how sure we are of it.

A rule of reading has no check of its own: it is found while the file is read, by whom the bytes pass. It stands in
the same table, so that every problem anybody ever sees can be looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Generic, TypeVar

from sluse.model.change import Change
from sluse.model.envelope import Document
from sluse.model.keys import Jwks
from sluse.model.policy.files import PolicyFiles
from sluse.model.problem import Place, Problem, Severity
from sluse.rules.request import Manifest, Request
from sluse.rules.survey import Source, Survey

Judged = TypeVar("Judged", bound=Document)


class Subject(StrEnum):
    """What a rule looks at."""

    FILE = "file"
    DOCUMENT = "document"
    KEYS = "keys"
    TREE = "tree"
    POLICIES = "policies"
    RESOURCE = "resource"
    REQUEST = "request"
    ADDRESS = "address"


class Certainty(StrEnum):
    """How the requirement is known. `OWN` is a convention of Sluse's own files, which nobody else can confirm."""

    VERIFIED = "V"
    PARTLY = "V-part"
    ASSUMED = "assumed"
    OWN = "own"


@dataclass(frozen=True)
class Finding:
    """What a check found. `path` is the field inside the document, as `spec.clients[0].name`.

    `change` mends it; only where there is one way to, and it cannot be wrong.
    """

    path: str
    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    change: Change | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One requirement. `hint` is the remedy where a finding has none of its own."""

    subject: ClassVar[Subject]
    id: str
    why: str
    source: str
    certainty: Certainty
    hint: str

    def problem(
        self,
        place: Place,
        message: str,
        *,
        hint: str = "",
        severity: Severity = Severity.ERROR,
        holds: str = "",
        path: str = "",
        excerpt: str = "",
        change: Change | None = None,
    ) -> Problem:
        """Return a problem of this rule."""
        return Problem(place, self.id, message, hint or self.hint, severity, holds, path, excerpt, change)


@dataclass(frozen=True, kw_only=True)
class ReadingRule(Rule):
    """Found by the catalogue while it reads a file."""

    subject = Subject.FILE


@dataclass(frozen=True, kw_only=True)
class LiveRule(Rule):
    """Found by who asks the addresses that documents name."""

    subject = Subject.ADDRESS


@dataclass(frozen=True, kw_only=True)
class DocumentRule(Rule, Generic[Judged]):
    """Judges one document of certain kinds by itself."""

    subject = Subject.DOCUMENT
    judges: tuple[type[Judged], ...]
    check: Callable[[Judged], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class KeysRule(Rule):
    """Judges one key file by itself."""

    subject = Subject.KEYS
    check: Callable[[Jwks], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class TreeRule(Rule):
    """Judges documents against each other."""

    subject = Subject.TREE
    check: Callable[[Survey], Iterable[tuple[Source, Finding]]]


@dataclass(frozen=True, kw_only=True)
class PolicyRule(Rule):
    """Judges the data of `policies/`."""

    subject = Subject.POLICIES
    check: Callable[[PolicyFiles], Iterable[tuple[Source, Finding]]]


@dataclass(frozen=True, kw_only=True)
class ResourceRule(Rule):
    """Judges one object of a cluster by itself, as whoever declares it and the API server see it.

    `cel` is the same check for an API server: true where `check` finds nothing. It may use `variables.text`, which is
    what `sluse.rules.request.text` returns of the object. A law holds the two equal.
    """

    subject = Subject.RESOURCE
    check: Callable[[Manifest], Iterable[Finding]]
    cel: str


@dataclass(frozen=True, kw_only=True)
class RequestRule(Rule):
    """Judges one write of a cluster: who writes what where.

    `concerns` are the resources in question, by their plural. `cel` is the same check for an API server: true where
    `check` finds nothing. It may use `object`, `oldObject`, `request`, `namespaceObject` and the variables that
    `sluse_policies` defines. A law holds the two equal.
    """

    subject = Subject.REQUEST
    concerns: frozenset[str]
    check: Callable[[Request], Iterable[Finding]]
    cel: str
