"""AcceptanceTest and Decision: signed records, written by commands, never edited or deleted afterwards."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from sluse.model.envelope import Document, Metadata
from sluse.model.statement import Statement
from sluse.model.value import Armoured, Value

RecordName = Annotated[
    str, StringConstraints(min_length=1, max_length=63, pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
]


class SignedSpec(Value):
    """A statement and its signatures. The first is by the statement's `signer`; more where policy asks for several."""

    statement: Statement
    signatures: tuple[Armoured, ...] = Field(min_length=1, max_length=5, description="Armoured SSH signatures.")


class DecisionMetadata(Metadata):
    """A decision's name holds the whole of its subject's, so it may be longer than other names."""

    name: RecordName = Field(description="`<subject>-<n>-<type>`, as the path says.")


class AcceptanceTest(Document):
    """`integrations/<organisation>/acceptance/<name>/acceptance-test.yaml`, with its evidence beside it."""

    kind: Literal["AcceptanceTest"] = Field(description="Kind of document.")
    spec: SignedSpec


class Decision(Document):
    """`integrations/<organisation>/decisions/<subject>/<n>-<type>.yaml`; its name is `<subject>-<n>-<type>`."""

    kind: Literal["Decision"] = Field(description="Kind of document.")
    metadata: DecisionMetadata
    spec: SignedSpec
