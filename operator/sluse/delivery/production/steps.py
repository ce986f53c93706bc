"""One integration's step in production -> what is wanted of its clients, and what holds once they are there. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sluse.delivery.compiled import Goal
from sluse.delivery.production.accepted import Bodies, NotVouched, Production, production
from sluse.delivery.specs import client_spec
from sluse.desired.accepted import Body
from sluse.gate.verdict import Keep, Move, Reason, Retire, Step, Suspend
from sluse.model.held import HeldIntegration, HeldSnapshot
from sluse.model.keys import PublicJwk
from sluse.model.names import ClientKey, Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.words.said import say, short


@dataclass(frozen=True)
class ServiceStand:
    """Where an integration stands when its step is taken: what is held, its key files, and what the tree has accepted.

    `not_vouched` is the gate's word on new keys; `stored` gives an accepted file's content.
    """

    key: IntegrationKey
    entry: HeldIntegration
    keys: Mapping[str, tuple[PublicJwk, ...]]
    not_vouched: NotVouched
    stored: Callable[[str], Body | None]

    def client(self, name: str) -> ClientKey:
        return ClientKey(self.key.organisation, self.key.name, name)

    @property
    def held(self) -> tuple[str, ...]:
        """Clients that the authority may hold."""
        return tuple(sorted(name for name, held in self.entry.clients.items() if not held.retired))


@dataclass(frozen=True)
class Wanted:
    """Held clients that are not among `clients` are left exactly as they are. `goal` is reached when all are there."""

    clients: Mapping[ClientKey, HelseIDClientSpec] = field(default_factory=dict)
    goal: Goal | None = None
    reasons: tuple[Reason, ...] = ()
    wake: datetime | None = None


def wanted(step: Step, stand: ServiceStand) -> Wanted:
    """Return what a step makes wanted."""
    match step:
        case Move():
            return _moved(step, stand)
        case Retire(use=Use.RETIRED):
            return _ended(step, stand)
        case Retire() | Suspend():
            return _kept(stand, step.reasons, step.wake, use=Use.WITHHELD, decision=step.decision)
        case Keep():
            return _kept(stand, step.reasons, step.wake)
        case _:
            return Wanted(reasons=step.reasons, wake=step.wake)


def _ended(step: Retire, stand: ServiceStand) -> Wanted:
    """Return the end of every client; none of the accepted bytes is needed for it."""
    clients = {stand.client(name): client_spec(stand.client(name), Use.RETIRED) for name in stand.held}
    held = stand.entry.snapshot
    goal = None
    if held is not None:
        goal = Goal(
            Digest(held.tested), Digest(held.production), step.decision, Use.RETIRED, tuple(stand.entry.clients)
        )
    return Wanted(clients, goal, step.reasons, step.wake)


def _moved(step: Move, stand: ServiceStand) -> Wanted:
    snapshot = step.snapshot
    bodies = Bodies(snapshot.tested_body, snapshot.production_body)
    found = _production(bodies, stand)
    if isinstance(found, Reason):
        return Wanted(reasons=(*step.reasons, found), wake=step.wake)
    clients = {key: client_spec(key, step.use, registration) for key, registration in found.registrations.items()}
    if step.use is Use.OPEN:
        clients.update(_dropped(found, stand))
    names = tuple(sorted({key.client for key in found.registrations} | set(found.without_keys)))
    goal = Goal(snapshot.tested, snapshot.production, step.decision, step.use, names)
    return Wanted(clients, goal, (*step.reasons, *found.reasons), step.wake)


def _dropped(found: Production, stand: ServiceStand) -> Iterator[tuple[ClientKey, HelseIDClientSpec]]:
    """Yield the end of clients that the newly accepted snapshot has no more: the decision on it says so."""
    accepted = {key.client for key in found.registrations} | set(found.without_keys)
    for name in stand.held:
        if name not in accepted:
            yield stand.client(name), client_spec(stand.client(name), Use.RETIRED)


def _kept(
    stand: ServiceStand,
    reasons: tuple[Reason, ...],
    wake: datetime | None,
    *,
    use: Use | None = None,
    decision: Digest | None = None,
) -> Wanted:
    """Return what is held, again: by the accepted bytes, so that a key may be rotated meanwhile; else as it is.

    Without `use` each client keeps the one it has: what a step had begun to open is never torn down.
    """
    snapshot = stand.entry.snapshot
    if snapshot is None:
        return Wanted(reasons=reasons, wake=wake)
    bodies = stored_bodies(snapshot, stand.stored)
    found = bodies if isinstance(bodies, Reason) else _production(bodies, stand)
    if isinstance(found, Reason):
        return Wanted(reasons=(*reasons, found), wake=wake)
    clients = {
        key: client_spec(key, use or stand.entry.clients[key.client].use or Use.WITHHELD, registration)
        for key, registration in found.registrations.items()
        if key.client in stand.held
    }
    goal = None
    if use is not None and decision is not None:
        goal = Goal(
            Digest(snapshot.tested), Digest(snapshot.production), decision, use, tuple(key.client for key in clients)
        )
    return Wanted(clients, goal, (*reasons, *found.reasons), wake)


def stored_bodies(snapshot: HeldSnapshot, stored: Callable[[str], Body | None]) -> Bodies | Reason:
    """Return the accepted bytes of what is held, or that HEAD has lost them."""
    tested, values = stored(snapshot.tested), stored(snapshot.production)
    if tested is None or values is None:
        lost = snapshot.tested if tested is None else snapshot.production
        message = say(
            "accepted/{digest}.json, which production holds, is lost at HEAD: restore it; production stays as it is",
            digest=lost,
        )
        return Reason("AcceptedFileLost", message, Party.REVIEWER)
    return Bodies(tested, values)


def _production(bodies: Bodies, stand: ServiceStand) -> Production | Reason:
    try:
        return production(stand.key, bodies, stand.entry, stand.keys, stand.not_vouched)
    except ValueError as error:
        return Reason(
            "AcceptedFormUnknown",
            short(say("what was accepted cannot be read: {error}", error=str(error)), 500),
            Party.CLUSTER_OPERATOR,
        )
