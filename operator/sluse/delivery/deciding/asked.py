"""What somebody asked for, as they typed it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sluse.model.statement import StatementType, Verdict


@dataclass(frozen=True)
class Asked:
    """`type` None: work it out. Each of the rest is for one or two types; empty means the ordinary."""

    subject: str
    type: StatementType | None = None
    verdict: Verdict = Verdict.APPROVED
    findings: tuple[str, ...] = ()
    expires: datetime | None = None
    acceptance_test: str = ""
    not_before: datetime | None = None
    client: str = ""
    statement: str = ""
    text: str = ""
    delete_after_days: int = 30
