"""A ledger that could not be read back is never written: one such would stop everybody's next start."""

from __future__ import annotations

from datetime import datetime

import pytest

from sluse.errors import LedgerError
from sluse.ledger.journal import ClusterJournal
from sluse.model.held import HeldClient, HeldIntegration, OrganisationLedger
from worlds.journal import KEY, Start, intended

MANY = HeldIntegration(title="Many")
TOO_MANY = [
    {"integrations": {f"service-{number}": MANY for number in range(501)}},
    {"seen": {f"{number:064x}": datetime.fromisoformat("2027-01-01T00:00:00Z") for number in range(2001)}},
    {
        "integrations": {
            "one": MANY.model_copy(update={"clients": {f"client-{number}": HeldClient() for number in range(41)}})
        }
    },
]


@pytest.mark.parametrize("update", TOO_MANY, ids=["integrations", "seen", "clients"])
async def test_more_than_can_be_read_back_is_refused_and_others_go_on(
    journal: ClusterJournal, start: Start, now: datetime, update: dict[str, object]
) -> None:
    def grown(ledger: OrganisationLedger) -> OrganisationLedger:
        return ledger.model_copy(update=update)

    with pytest.raises(LedgerError, match="the ledger of many cannot hold"):
        journal.note("many", grown)
    with pytest.raises(LedgerError, match="the ledger of many cannot hold"):
        await journal.change("many", grown)
    await journal.record(KEY, intended(1, now))
    again = start()
    assert set(await again.load()) == {KEY.organisation}
