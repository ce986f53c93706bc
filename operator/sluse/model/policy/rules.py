"""What the gate asks for: `policies/gate.yaml` and `policies/existing-providers.yaml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sluse.model.evidence import Witness
from sluse.model.policy.people import Role
from sluse.model.statement import StatementType
from sluse.model.value import Count, Days, Line, Slug, Unique, Value


class RequiredTerms(Value):
    """Terms an organisation must have accepted; with `provider`, only where a client offers that identity provider."""

    name: Slug
    version: Line
    provider: Slug | None = None


class RequiredCase(Value):
    """A mandatory case and who at least must have seen it."""

    case: Slug
    witness: Witness


class RequiredSuite(Value):
    """The suite for one kind of document."""

    kind: Line
    suite: Slug
    version: Count
    cases: tuple[RequiredCase, ...] = Field(min_length=1, max_length=100)


class Deciders(Value):
    """Who may decide a type, and how many different persons it takes."""

    type: StatementType
    roles: Annotated[tuple[Role, ...], Unique] = Field(min_length=1, max_length=4)
    persons: Count = 1


class Fuse(Value):
    """A sync is held that would delete, or update without a new decision, more than the larger of the two."""

    count: Count = 5
    percent: Count = 20


class GatePolicy(Value):
    """`policies/gate.yaml`."""

    terms: tuple[RequiredTerms, ...] = Field((), max_length=50)
    suites: tuple[RequiredSuite, ...] = Field((), max_length=10)
    deciders: tuple[Deciders, ...] = Field(min_length=1, max_length=20)
    evidence_days: Days = Field(90, description="How old evidence may be when it is decided on.")
    first_seen_hours: Count = Field(24, description="A statement first seen later than this after it was made is void.")
    fuse: Fuse = Fuse()


class ExistingProviders(Value):
    """`policies/existing-providers.yaml`: identity providers that are live at the authority already."""

    providers: Annotated[tuple[Slug, ...], Unique] = Field((), max_length=50)
