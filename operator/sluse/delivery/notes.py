"""What a sync tells the ledger of an organisation: what its files say now, and what holds them back. Pure.

Returns the same object where nothing changed, so that nothing is written.
"""

from __future__ import annotations

from datetime import datetime

from sluse.delivery.compiled import OrganisationCompiled, Summary
from sluse.model.held import HeldIntegration, OrganisationLedger, WaitingOn
from sluse.model.outcome import Party
from sluse.model.problem import Problem

SOURCE_INVALID = "SourceInvalid"


def noted(ledger: OrganisationLedger, share: OrganisationCompiled, *, engine: str, now: datetime) -> OrganisationLedger:
    """Return the ledger with title, path and digest T of every integration at HEAD, and its problems as waiting."""
    moment = now.replace(microsecond=0)
    entries = dict(ledger.integrations)
    for key, summary in share.summaries.items():
        before = entries.get(key.name)
        entries[key.name] = _entry(before, summary, moment)
    after = ledger.model_copy(update={"integrations": entries, "engine": engine})
    return ledger if after == ledger else after


def declared(ledger: OrganisationLedger, digest: str, commit: str) -> OrganisationLedger:
    """Return the ledger with what its stack last declared; the commit moves only together with the digest."""
    if ledger.declared == digest:
        return ledger
    return ledger.model_copy(update={"declared": digest, "commit": commit})


def _entry(before: HeldIntegration | None, summary: Summary, now: datetime) -> HeldIntegration:
    entry = before or HeldIntegration(title=summary.title, since=now)
    kept = tuple(waiting for waiting in entry.waiting if waiting.reason != SOURCE_INVALID)
    invalid = (_invalid(entry, summary.held_back, now),) if summary.held_back else ()
    return entry.model_copy(
        update={"title": summary.title, "path": summary.path, "tested": summary.tested, "waiting": (*invalid, *kept)}
    )


def _invalid(entry: HeldIntegration, problems: tuple[Problem, ...], now: datetime) -> WaitingOn:
    since = next((waiting.since for waiting in entry.waiting if waiting.reason == SOURCE_INVALID), now)
    message = "; ".join(f"{problem.place}: {problem.message}" for problem in problems)[:2000]
    return WaitingOn(on=Party.SUPPLIER.value, reason=SOURCE_INVALID, message=message, since=since)
