"""At the start of an operator: load the ledger, rebuild what the cluster lost from the status branch, or refuse.

An organisation that the branch has and the cluster has not was lost, whether all were or only this one: ledger
objects are never deleted. With neither object nor genesis nothing may be written, for an empty ledger on a live
authority would register everything a second time.

A branch is believed only where this operator's own key signed it: what is held stays open, with the keys that are
held, so a ledger that anybody could push would let anybody in.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from sluse.ledger.book import Change
from sluse.ledger.branch.bare import Unreachable
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.journal import ClusterJournal
from sluse.ledger.shown import machine_file, machine_path
from sluse.ledger.text import ledger_of
from sluse.model.held import OrganisationLedger

_log = logging.getLogger(__name__)


async def load(journal: ClusterJournal, branch: StatusBranch) -> Mapping[str, OrganisationLedger]:
    """Load the journal; return the ledgers that are published exactly as they are now: of those nothing is news.

    Raises LedgerMissing where there is neither a cluster object nor a genesis, and any LedgerError of reading. A
    remote that does not answer is an error only where the cluster has nothing; else all is news until it does.
    """
    held = await journal.load()
    try:
        published = await branch.fetch()
    except Unreachable as error:
        if not held:
            raise
        _log.warning("the status branch is not compared with the cluster: %s", error.message)
        return {}
    if published is None:
        if held:
            return {}
        raise branch.missing
    files = await branch.machine_files()
    ledgers = [ledger_of(text, f"{path} of the status branch") for path, text in files.items()]
    lost = [ledger for ledger in ledgers if ledger.organisation not in held]
    if lost or not held:
        await branch.demand_own()
    for ledger in lost:
        await journal.change(ledger.organisation, _replaced_by(ledger))
        _log.warning("the ledger of %s was rebuilt from the status branch", ledger.organisation)
    return {
        organisation: ledger
        for organisation, ledger in journal.all().items()
        if files.get(machine_path(organisation)) == machine_file(ledger)
    }


def _replaced_by(lost: OrganisationLedger) -> Change:
    return lambda _: lost
