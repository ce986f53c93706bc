"""IntegrationRepository: a git source of integrations and how its last sync went."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from sluse.model.resources.status import Status
from sluse.model.value import Count, Flag, Line, Slug, Unique, Value

_Duration = Annotated[str, StringConstraints(min_length=2, max_length=10, pattern=r"^[0-9]+(s|m|h)$")]
_Folder = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")
]
_Remote = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^(https|file)://[^\s@]+$")]


class IntegrationRepositorySpec(Value):
    """The one custom resource a person writes: where to read, how often, and for whom it may speak."""

    url: _Remote = Field(description="The git remote; credentials are in the operator's settings, never here.")
    branch: Line = "main"
    path: _Folder = "integrations"
    interval: _Duration = "1m"
    suspend: Flag = False
    organisations: Annotated[tuple[Slug, ...], Unique] = Field(
        (), max_length=2000, description="Organisations it may speak for; none listed means all."
    )


class IntegrationRepositoryStatus(Status):
    """How the last sync that changed anything went."""

    commit: Annotated[str, StringConstraints(max_length=40)] | None = None
    organisations: Count | None = None
    integrations: Count | None = None
    problems: Count | None = None
