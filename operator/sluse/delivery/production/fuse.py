"""The fuse of production: many changes that nobody decided are held, and told. Pure.

An upgrade of the operator or a change of a catalogue may alter what is registered for every client at once. What a new
decision or a vouched key set asks for is no such change, and neither is a creation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sluse.delivery.compiled import OrganisationCompiled
from sluse.model.held import OrganisationLedger
from sluse.model.names import ClientKey
from sluse.model.policy.rules import Fuse


def unasked(
    organisations: Mapping[str, OrganisationCompiled], ledgers: Mapping[str, OrganisationLedger], fuse: Fuse
) -> frozenset[ClientKey]:
    """Return the clients to hold: all that would change without a decision where they are too many, else none."""
    held = sum(
        not client.retired
        for ledger in ledgers.values()
        for entry in ledger.integrations.values()
        for client in entry.clients.values()
    )
    found = frozenset(
        key for slug, part in organisations.items() if slug in ledgers for key in _of(part, ledgers[slug])
    )
    return found if len(found) > max(fuse.count, held * fuse.percent / 100) else frozenset()


def _of(part: OrganisationCompiled, ledger: OrganisationLedger) -> Iterator[ClientKey]:
    for key, spec in part.clients.items():
        held = ledger.client(key.integration, key.client)
        if spec.registration is None or held.digest is None or spec.registration.digest == held.digest:
            continue
        entry = ledger.integration(key.integration_key)
        summary = part.summaries.get(key.integration_key)
        goal = summary.verdict.goal if summary is not None and summary.verdict is not None else None
        decided = goal is not None and (
            entry is None or entry.snapshot is None or entry.snapshot.decision != goal.decision
        )
        if not decided and spec.registration.keys == held.keys:
            yield key
