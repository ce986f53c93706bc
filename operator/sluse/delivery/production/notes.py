"""What a sync tells the ledger of an organisation in production: rungs, reasons, what was first seen when. Pure.

Returns the same object where nothing changed, so that nothing is written.
"""

from __future__ import annotations

from datetime import datetime

from sluse.delivery.compiled import Compiled, GateAnswer, OrganisationCompiled, Summary
from sluse.gate.verdict import Reason
from sluse.ledger.stages import reach
from sluse.ledger.waiting import waiting_on
from sluse.model.held import HeldIntegration, OrganisationLedger, WaitingOn
from sluse.model.names import IntegrationKey


def noted(
    ledger: OrganisationLedger, part: OrganisationCompiled, compiled: Compiled, *, engine: str, now: datetime
) -> OrganisationLedger:
    """Return the ledger with what the gate says of every integration, and the statements that are new."""
    moment = now.replace(microsecond=0)
    entries = dict(ledger.integrations)
    for key, summary in part.summaries.items():
        if summary.answer is not None:
            entries[key.name] = _entry(entries.get(key.name), key, summary, summary.answer, compiled, moment)
    seen: dict[str, datetime] = dict.fromkeys(sorted(part.seen), moment) | dict(ledger.seen)
    openings = dict(part.openings.noted)
    after = ledger.model_copy(
        update={"integrations": entries, "engine": ledger.engine or engine, "seen": seen, "openings": openings}
    )
    if after == ledger:
        return ledger
    # Rides on writes that are due anyway: a new manifest alone would rewrite every organisation's ledger.
    return witnessed(after, compiled)


def witnessed(ledger: OrganisationLedger, compiled: Compiled) -> OrganisationLedger:
    """Return the ledger with the manifest that counts now, if it remembers no newer one."""
    if compiled.policy_digest is None or compiled.policy_version < ledger.policy_version:
        return ledger
    now = {"policy_version": compiled.policy_version, "policy_digest": compiled.policy_digest}
    return ledger.model_copy(update=now)


def _entry(
    before: HeldIntegration | None,
    key: IntegrationKey,
    summary: Summary,
    answer: GateAnswer,
    compiled: Compiled,
    now: datetime,
) -> HeldIntegration:
    entry = before or HeldIntegration(kind=summary.kind, title=summary.title, since=now)
    # A client that was opened since this was said has moved the rung; what was said before must not take it back.
    stage = answer.stage if entry.snapshot == answer.held else entry.stage
    said = {
        "kind": summary.kind,
        "title": summary.title,
        "path": summary.path,
        "tested": summary.tested,
        "stage": stage,
        "since": entry.since if entry.stage == stage else now,
        "pending_change": answer.pending,
        "waiting": _waiting(entry, answer.reasons, now),
    }
    after = entry.model_copy(update=said)
    goal = compiled.goal(key, now)
    return reach(after, *goal) if goal is not None else after


def _waiting(entry: HeldIntegration, reasons: tuple[Reason, ...], now: datetime) -> tuple[WaitingOn, ...]:
    """Return the gate's reasons before what clients wait for; `since` stands while party and reason do."""
    since = {(row.on, row.reason): row.since for row in entry.waiting if not row.client}
    gate = tuple(
        waiting_on(
            entry.waiting,
            reason.on.value,
            reason.check,
            reason.message,
            since.get((reason.on.value, reason.check), now),
        )
        for reason in reasons
    )
    return (*gate, *(row for row in entry.waiting if row.client))[:40]
