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
    branch: Line = Field("main", description="The branch that is followed.")
    path: _Folder = Field("integrations", description="Folder of the integrations in it.")
    interval: _Duration = Field("1m", description="Time between two looks.")
    suspend: Flag = Field(False, description="True: nothing is read and nothing declared; what stands keeps working.")
    organisations: Annotated[tuple[Slug, ...], Unique] = Field(
        (), max_length=2000, description="Organisations it may speak for; none listed means all."
    )


class IntegrationRepositoryStatus(Status):
    """How the last sync that changed anything went."""

    commit: Annotated[str, StringConstraints(max_length=40)] | None = Field(
        None, description="Commit that is in force."
    )
    organisations: Count | None = Field(None, description="How many organisations it has.")
    integrations: Count | None = Field(None, description="How many integrations it has.")
    problems: Count | None = Field(None, description="How many errors its files have; `sluse check` prints them.")
