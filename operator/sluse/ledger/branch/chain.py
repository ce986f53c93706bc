"""The two files that make the branch a chain: `genesis.json`, written once, and `head.json`, which names its predecessor.

Git's own parents say the same, but only while nobody rewrites them; a person who remembers one head's digest can tell
from the files alone, in a shallow clone, that nothing before it was exchanged.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Self, TypeVar

from pydantic import Field, ValidationError

from sluse.errors import LedgerError
from sluse.model.digests import canonical
from sluse.model.names import Environment
from sluse.model.value import First, Line, Sha256, Value

GENESIS = "genesis.json"
HEAD = "head.json"


class Genesis(Value):
    """That this branch is meant to be here. `repository_id` is the integrations' repository's own."""

    version: First = 1
    repository_id: Line
    environment: Environment
    issued_at: datetime


class Head(Value):
    """One publication. `previous` is the SHA-256 of the head before it, absent in the first."""

    version: First = 1
    environment: Environment
    sequence: int = Field(ge=0)
    previous: Sha256 | None = None
    source_commit: str = Field("", max_length=64, description="Commit of the integrations that was declared.")
    issued_at: datetime

    @property
    def digest(self) -> str:
        """What the next head names it by, and what `sluse verify` prints of the last."""
        return hashlib.sha256(text_of(self)).hexdigest()

    def next(self, source_commit: str, at: datetime) -> Self:
        """Return the head that follows this one."""
        return self.model_copy(
            update={
                "sequence": self.sequence + 1,
                "previous": self.digest,
                "source_commit": source_commit,
                "issued_at": whole_seconds(at),
            }
        )


_File = TypeVar("_File", Genesis, Head)


def text_of(file: Value) -> bytes:
    """Return the file's bytes: canonical JSON with every field written out, so that a reader needs no defaults."""
    return canonical(file.model_dump(mode="json", by_alias=True, exclude_none=True))


def read(kind: type[_File], text: bytes, where: str) -> _File:
    """Read a file of the chain; LedgerError names `where`."""
    try:
        return kind.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise LedgerError(f"{where} cannot be read: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def whole_seconds(moment: datetime) -> datetime:
    """Return the moment in UTC without fractions, as it is written."""
    return moment.astimezone(UTC).replace(microsecond=0)
