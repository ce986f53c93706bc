"""What the tests of a start have in common: how it recalls, and what the branch was told before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.journal import ClusterJournal
from sluse.ledger.page import pages
from sluse.ledger.restore import Recall
from sluse.model.names import ClientKey, Environment

Opened = Callable[..., StatusBranch]

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OTHER = ClientKey("hav-omsorg", "plan", "m2m")


def recall(journal: ClusterJournal, branch: StatusBranch, **changes: Any) -> Recall:
    return Recall(journal, branch, **{"now": lambda: NOW, **changes})


async def publish(journal: ClusterJournal, branch: StatusBranch, now: datetime) -> None:
    files = pages(journal.all(), environment=Environment.TEST, issuer="https://authority.example")
    await branch.publish(files, "", now)
