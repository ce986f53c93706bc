"""One identity provider's step in production -> what is wanted of its federation, and what holds once it is there. Pure.

As with the clients of a service: from the accepted bytes alone, and what no step touches stays as it is held.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sluse.delivery.compiled import Goal
from sluse.delivery.federations import federation_spec
from sluse.delivery.production.accepted import Bodies
from sluse.delivery.production.steps import stored_bodies
from sluse.desired.accepted import Body
from sluse.desired.accepted_provider import accepted_provider
from sluse.gate.verdict import Keep, Move, Reason, Retire, Step, Suspend
from sluse.model.federation import Federation
from sluse.model.held import FEDERATION, HeldIntegration
from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.words.said import say, short


@dataclass(frozen=True)
class ProviderStand:
    """Where an identity provider stands when its step is taken. `stored` gives an accepted file's content."""

    key: IntegrationKey
    entry: HeldIntegration
    stored: Callable[[str], Body | None]

    @property
    def use(self) -> Use | None:
        """The use it has at the authority; None where nothing is there."""
        held = self.entry.federation
        return None if held is None or held.retired else held.use or Use.WITHHELD


@dataclass(frozen=True)
class WantedFederation:
    """No `spec`: what is held is left exactly as it is. `goal` is reached when the federation is there."""

    spec: IdentityFederationSpec | None = None
    goal: Goal | None = None
    reasons: tuple[Reason, ...] = ()
    wake: datetime | None = None


def wanted_federation(step: Step, stand: ProviderStand) -> WantedFederation:
    """Return what a step makes wanted."""
    match step:
        case Move():
            return _moved(step, stand)
        case Retire(use=Use.RETIRED):
            spec = federation_spec(stand.key, Use.RETIRED) if stand.use is not None else None
            return WantedFederation(spec, _goal(stand, step.decision, Use.RETIRED), step.reasons, step.wake)
        case Retire() | Suspend():
            kept = _kept(stand, Use.WITHHELD)
            goal = _goal(stand, step.decision, Use.WITHHELD) if isinstance(kept, IdentityFederationSpec) else None
            return _with(kept, goal, step)
        case Keep():
            return _with(_kept(stand, stand.use), None, step)
        case _:
            return WantedFederation(reasons=step.reasons, wake=step.wake)


def _moved(step: Move, stand: ProviderStand) -> WantedFederation:
    snapshot = step.snapshot
    found = _federation(Bodies(snapshot.tested_body, snapshot.production_body), stand)
    if isinstance(found, Reason):
        return _with(found, None, step)
    goal = Goal(snapshot.tested, snapshot.production, step.decision, step.use, (FEDERATION,))
    return _with(federation_spec(stand.key, step.use, found), goal, step)


def _kept(stand: ProviderStand, use: Use | None) -> IdentityFederationSpec | Reason | None:
    """Return what is held, again, by the accepted bytes: so a hand's edit is put right, and nothing else moves."""
    if stand.entry.snapshot is None or stand.use is None or use is None:
        return None
    bodies = stored_bodies(stand.entry.snapshot, stand.stored)
    found = bodies if isinstance(bodies, Reason) else _federation(bodies, stand)
    return found if isinstance(found, Reason) else federation_spec(stand.key, use, found)


def _with(found: IdentityFederationSpec | Reason | None, goal: Goal | None, step: Step) -> WantedFederation:
    if isinstance(found, Reason):
        return WantedFederation(reasons=(*step.reasons, found), wake=step.wake)
    return WantedFederation(found, goal, step.reasons, step.wake)


def _goal(stand: ProviderStand, decision: Digest, use: Use) -> Goal | None:
    held = stand.entry.snapshot
    if held is None:
        return None
    return Goal(Digest(held.tested), Digest(held.production), decision, use, (FEDERATION,))


def _federation(bodies: Bodies, stand: ProviderStand) -> Federation | Reason:
    try:
        return accepted_provider(stand.key.name, stand.entry.title, bodies.tested, bodies.production)
    except ValueError as error:
        message = short(say("what was accepted cannot be read: {error}", error=str(error)), 500)
        return Reason("AcceptedFormUnknown", message, Party.CLUSTER_OPERATOR)
