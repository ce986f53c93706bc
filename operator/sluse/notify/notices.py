"""A ledger -> whom to tell what. Pure.

It compares states, not events: what came and went unsaid is never told. Only what everybody can read by now is told:
a mail sends its reader to the status branch.

Told is whoever must act, at a function mailbox: the organisation whose integration it is, or NHN's reviewers. The
authority and the cluster's operators are not: what waits for them is transient, or on their own screens. Nor is an
identity provider told of a service that waits for it: its own entry tells it the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sluse.ledger.stages import Stage
from sluse.model.held import HeldIntegration, OrganisationLedger, WaitingOn
from sluse.model.names import ClientId, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.told import Told, ToldWaiting

REVIEWERS = "NHN"
"""Addressee: NHN's reviewers. Any other addressee is the slug of an organisation, and slugs are lower case."""

_OWNERS = {"IdentityProvider": Party.IDENTITY_PROVIDER, "UserOrganisation": Party.USER_ORGANISATION}
_TO_REVIEWERS = frozenset({Stage.SUBMITTED})
_TO_OWNER = frozenset(Stage) - _TO_REVIEWERS - {Stage.ORDERED}
_SAID_BY_STAGE = frozenset({"NotDecided"})
"""Reasons that stand from the first day on, and that a reviewer can do something about once it is submitted."""


@dataclass(frozen=True)
class Notice:
    """What one addressee is told of one integration. `waiting`: new rows, each on the addressee.

    `moved`: its rung is news to the addressee; else it only says where the integration is.
    """

    to: str
    key: IntegrationKey
    kind: str
    title: str
    stage: str
    moved: bool
    told: Told
    waiting: tuple[WaitingOn, ...] = ()
    clients: tuple[tuple[str, ClientId], ...] = ()


def notices(ledger: OrganisationLedger, published: OrganisationLedger) -> tuple[Notice, ...]:
    """Return what is to be told of an organisation's integrations, by name: what is so now, and everybody can read."""
    found: list[Notice] = []
    for name, entry in sorted(ledger.integrations.items()):
        known = published.integrations.get(name)
        if known is not None:
            found.extend(_of(IntegrationKey(ledger.organisation, name), entry, known))
    return tuple(found)


def noted(ledger: OrganisationLedger, said: Iterable[Notice]) -> OrganisationLedger:
    """Return the ledger that remembers what was said; of those who are waited for no more it forgets it."""
    entries = dict(ledger.integrations)
    for notice in said:
        entry = entries.get(notice.key.name)
        if entry is not None:
            entries[notice.key.name] = entry.model_copy(update={"told": _joined(entry, notice)})
    return ledger.model_copy(update={"integrations": entries})


def begun(ledger: OrganisationLedger) -> OrganisationLedger:
    """Return the ledger from which on news are told: what is so already is old. The same object where it has begun."""
    if ledger.telling:
        return ledger
    entries = {
        name: entry.model_copy(
            update={"told": Told(stage=entry.stage, since=entry.since, waiting=tuple(map(_row, entry.waiting)))}
        )
        for name, entry in ledger.integrations.items()
    }
    return ledger.model_copy(update={"telling": True, "integrations": entries})


def by_addressee(found: Iterable[Notice]) -> Mapping[str, tuple[Notice, ...]]:
    """Return notices by whom they are for."""
    sorted_out: dict[str, tuple[Notice, ...]] = {}
    for notice in found:
        sorted_out[notice.to] = (*sorted_out.get(notice.to, ()), notice)
    return sorted_out


def _of(key: IntegrationKey, entry: HeldIntegration, published: HeldIntegration) -> Iterator[Notice]:
    told = _told(entry)
    rung = (entry.stage, entry.since)
    news = (told.stage, told.since) != rung == (published.stage, published.since)
    readable = frozenset(map(_row, published.waiting)) - frozenset(told.waiting)
    for to, party in ((key.organisation, _OWNERS.get(entry.kind, Party.SUPPLIER)), (REVIEWERS, Party.REVIEWER)):
        moved = news and to == _stage_is_for(entry.stage, key)
        rows = tuple(
            row
            for row in entry.waiting
            if row.on == party and row.reason not in _SAID_BY_STAGE and _row(row) in readable
        )
        if moved or rows:
            yield Notice(
                to=to,
                key=key,
                kind=entry.kind,
                title=entry.title,
                stage=entry.stage,
                moved=moved,
                told=_news(entry, rows, moved=moved),
                waiting=rows,
                clients=_clients(entry) if moved else (),
            )


def _stage_is_for(stage: str, key: IntegrationKey) -> str | None:
    if stage in _TO_REVIEWERS:
        return REVIEWERS
    return key.organisation if stage in _TO_OWNER else None


def _news(entry: HeldIntegration, rows: tuple[WaitingOn, ...], *, moved: bool) -> Told:
    waiting = tuple(map(_row, rows))
    return Told(stage=entry.stage, since=entry.since, waiting=waiting) if moved else Told(waiting=waiting)


def _joined(entry: HeldIntegration, notice: Notice) -> Told:
    before = _told(entry)
    wanted = frozenset(map(_row, entry.waiting))
    waiting = tuple(row for row in dict.fromkeys((*before.waiting, *notice.told.waiting)) if row in wanted)
    latest = notice.told if notice.moved else before
    return Told(stage=latest.stage, since=latest.since, waiting=waiting)


def _told(entry: HeldIntegration) -> Told:
    return Told() if entry.told is None else entry.told


def _row(row: WaitingOn) -> ToldWaiting:
    return ToldWaiting(on=row.on, reason=row.reason, since=row.since, client=row.client)


def _clients(entry: HeldIntegration) -> tuple[tuple[str, ClientId], ...]:
    return tuple(
        (name, held.anchor.client_id)
        for name, held in sorted(entry.clients.items())
        if held.anchor is not None and not held.retired
    )
