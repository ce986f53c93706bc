"""What the statuses of our kinds share: conditions as Kubernetes and Flux write them, and Kopf's memory."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StringConstraints, ValidationError

from sluse.model.value import Line, Text, Value

Reason = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z][A-Za-z0-9]*$")]


class ConditionStatus(StrEnum):
    """As metav1.Condition."""

    TRUE = "True"
    FALSE = "False"
    UNKNOWN = "Unknown"


class Condition(Value):
    """metav1.Condition. `Ready` always stands; `Stalled` and `Reconciling` stand only while they are True."""

    type: Reason
    status: ConditionStatus
    reason: Reason
    message: Annotated[str, StringConstraints(max_length=2000)] = ""
    last_transition_time: datetime
    observed_generation: int = Field(0, ge=0)


class WaitingFor(Value):
    """Who must act, for what, since when."""

    on: Line = Field(description="Who must act.")
    reason: Reason = Field(description="For what, in one word; the message of the condition Ready says more.")
    since: datetime = Field(description="Since when.")


class Handled(Value):
    """Kopf's diffbase, kept small: the generation and the control annotations that were last handled."""

    generation: int = Field(0, ge=0)
    annotations: dict[Annotated[str, StringConstraints(max_length=100)], Text] = Field(
        default_factory=dict, max_length=5
    )


class Status(Value):
    """The part every kind has."""

    conditions: tuple[Condition, ...] = Field((), max_length=10)
    observed_generation: int | None = Field(None, ge=0)
    handled: Handled | None = None

    @classmethod
    def of(cls, wire: object) -> Self:
        """Read an object's status. One that cannot be read, since another release wrote it or a hand, says nothing.

        So the object is dealt with as a new one, and its status written as this release knows it.
        """
        try:
            return cls.model_validate(wire or {})
        except ValidationError:
            return cls()
