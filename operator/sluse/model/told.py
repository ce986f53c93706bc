"""What was told of an integration by mail: enough to tell nobody the same twice, and nothing that anybody said.

Times are part of it: what came back after it was gone is news again, and its mail is another one.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from sluse.model.value import Line, Value


class ToldWaiting(Value):
    """Who was told that they are waited for, and for what. `client` is empty where the whole integration waits."""

    on: Line
    reason: Line
    since: datetime
    client: str = Field("", max_length=40)


class Told(Value):
    """The rung that was told last, and of those who are waited for now the ones that know."""

    stage: Line | None = None
    since: datetime | None = None
    waiting: tuple[ToldWaiting, ...] = Field((), max_length=40)
