"""The fuse of production: many changes that nobody decided are held, and told. Pure.

An upgrade of the operator or a change of a catalogue may alter what is registered for every client at once. What a new
decision or a vouched key set asks for is no such change, and neither is a creation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sluse.delivery.compiled import OrganisationCompiled, Part
from sluse.model.held import OrganisationLedger
from sluse.model.names import IntegrationKey
from sluse.model.policy.rules import Fuse


@dataclass(frozen=True)
class _Counted:
    """What one organisation adds, and what it was counted of."""

    part: OrganisationCompiled | None
    ledger: OrganisationLedger
    held: int
    unasked: tuple[Part, ...]


@dataclass
class Unasked:
    """Counts commit after commit, and anew only where an organisation's part or its ledger is another."""

    _counted: Mapping[str, _Counted] = field(default_factory=dict)

    def of(
        self,
        organisations: Mapping[str, OrganisationCompiled],
        ledgers: Mapping[str, OrganisationLedger],
        fuse: Fuse,
    ) -> frozenset[Part]:
        """Return what to hold: all that would change without a decision where they are too many, else none."""
        before = self._counted
        self._counted = {
            slug: known
            if (known := before.get(slug)) is not None
            and known.ledger is ledger
            and known.part is organisations.get(slug)
            else _counted(organisations.get(slug), ledger)
            for slug, ledger in ledgers.items()
        }
        held = sum(each.held for each in self._counted.values())
        found = frozenset[Part]().union(*(each.unasked for each in self._counted.values()))
        return found if len(found) > max(fuse.count, held * fuse.percent / 100) else frozenset()


def _counted(part: OrganisationCompiled | None, ledger: OrganisationLedger) -> _Counted:
    held = sum(not each.retired for entry in ledger.integrations.values() for each in entry.parts.values())
    return _Counted(part, ledger, held, tuple(_of(part, ledger)) if part is not None else ())


def _of(part: OrganisationCompiled, ledger: OrganisationLedger) -> Iterator[Part]:
    for key, spec in part.clients.items():
        held = ledger.client(key.integration, key.client)
        if spec.registration is None or held.digest is None or spec.registration.digest == held.digest:
            continue
        if not _decided(key.integration_key, part, ledger) and spec.registration.keys == held.keys:
            yield key
    for provider, wanted in part.federations.specs.items():
        before = ledger.federation(provider.name).digest
        changed = wanted.federation is not None and before is not None and wanted.federation.digest != before
        if changed and not _decided(provider, part, ledger):
            yield provider


def _decided(key: IntegrationKey, part: OrganisationCompiled, ledger: OrganisationLedger) -> bool:
    """Tell whether a decision that production does not hold yet asks for the change."""
    entry, summary = ledger.integration(key), part.summaries.get(key)
    goal = summary.answer.goal if summary is not None and summary.answer is not None else None
    return goal is not None and (entry is None or entry.snapshot is None or entry.snapshot.decision != goal.decision)
