"""Who may sign what: `policies/reviewers.yaml` and `policies/operators.yaml`. Persons are aliases, never names."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from sluse.model.names import Environment
from sluse.model.value import Moment, Slug, SshPublicKey, Unique, Value


class Role(StrEnum):
    """What a reviewer may do."""

    ONBOARDING = "onboarding"
    SECURITY = "security"
    TESTER = "tester"
    DUTY = "duty"


class SigningKey(Value):
    """A key and when it counts. `retired`: no new statements from then on. `revoked`: void from then on."""

    key: SshPublicKey
    valid_from: Moment
    valid_until: Moment | None = None
    retired: Moment | None = None
    revoked_since: Moment | None = None


class Reviewer(Value):
    """A person at NHN."""

    person: Slug
    roles: Annotated[tuple[Role, ...], Unique] = Field(min_length=1, max_length=4)
    keys: tuple[SigningKey, ...] = Field(min_length=1, max_length=10)


class Reviewers(Value):
    """`policies/reviewers.yaml`."""

    reviewers: tuple[Reviewer, ...] = Field((), max_length=200)


class OperatorKeys(Value):
    """Keys that sign the status branch of one environment."""

    environment: Environment
    keys: tuple[SigningKey, ...] = Field(min_length=1, max_length=10)


class Operators(Value):
    """`policies/operators.yaml`."""

    operators: tuple[OperatorKeys, ...] = Field((), max_length=10)
