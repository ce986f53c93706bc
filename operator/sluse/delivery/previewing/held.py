"""What an operator holds once it has done all that the base asks for: what a change is measured against.

The published ledger may be behind the base, or not be in the clone at all; a preview is of the change, not of what
was merged before it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sluse.delivery.compiled import Compiled, OrganisationCompiled
from sluse.delivery.previewing.side import Side
from sluse.model.held import HeldClient, HeldFederation, HeldIntegration, OrganisationLedger
from sluse.model.names import IntegrationKey
from sluse.model.registration import Use

Ledgers = Mapping[str, OrganisationLedger]


def caught_up(ledgers: Ledgers, compiled: Compiled, at: datetime) -> Ledgers:
    """Return the ledgers as they are once what was compiled has come about; the same object where nothing is to do."""
    found = dict(ledgers)
    for slug, part in compiled.organisations.items():
        before = ledgers.get(slug) or OrganisationLedger(organisation=slug)
        after = _organisation(before, part, compiled, at)
        found[slug] = before if after == before else after
    return found


def as_seen(side: Side, ledgers: Ledgers) -> Ledgers:
    """Return ledgers that saw every statement of a side when it was issued: nobody knows better where none is published."""
    seen: dict[str, dict[str, datetime]] = {}
    for source in side.statements():
        statement = source.content.spec.statement
        seen.setdefault(source.content.metadata.organisation, {})[statement.id] = statement.issued_at
    return {
        slug: (ledgers.get(slug) or OrganisationLedger(organisation=slug)).model_copy(
            update={"seen": seen.get(slug, {})}
        )
        for slug in {*ledgers, *seen}
    }


def _organisation(
    before: OrganisationLedger, part: OrganisationCompiled, compiled: Compiled, at: datetime
) -> OrganisationLedger:
    entries = dict(before.integrations)
    for key, summary in part.summaries.items():
        entry = entries.get(key.name) or HeldIntegration(kind=summary.kind, title=summary.title)
        said = {"path": summary.path, "tested": summary.tested, "kind": summary.kind, "title": summary.title}
        entries[key.name] = entry.model_copy(update=said)
    for client, spec in part.clients.items():
        entry = entries.get(client.integration) or HeldIntegration(title=client.integration)
        entries[client.integration] = entry.model_copy(
            update={"clients": {**entry.clients, client.client: _client(entry.clients.get(client.client), spec, at)}}
        )
    for key, login in part.federations.specs.items():
        entry = entries.get(key.name) or HeldIntegration(kind="IdentityProvider", title=key.name)
        digest = login.federation.digest if login.federation is not None else None
        update: dict[str, Any] = {"digest": digest, "use": login.use, "retired": login.use is Use.RETIRED}
        held = (entry.federation or HeldFederation(since=at)).model_copy(update=update)
        entries[key.name] = entry.model_copy(update={"federation": held})
    for name, entry in entries.items():
        goal = compiled.goal(IntegrationKey(before.organisation, name), at)
        if goal is not None and (entry.snapshot is None or entry.snapshot.use is not goal[0].use or entry.snapshot.production != goal[0].production or entry.snapshot.tested != goal[0].tested):  # fmt: skip
            entries[name] = entry.model_copy(update={"snapshot": goal[0]})
    openings = dict(part.openings.noted)
    return before.model_copy(update={"integrations": entries, "openings": openings})


def _client(held: HeldClient | None, spec: Any, at: datetime) -> HeldClient:
    registration = spec.registration
    update: dict[str, Any] = {"use": spec.use, "retired": spec.use is Use.RETIRED}
    if registration is not None:
        update |= {"digest": registration.digest, "keys": registration.keys}
    return (held or HeldClient(since=at)).model_copy(update=update)
