"""An installation in production: its file and its service -> a step -> what is wanted of its client. Pure.

Its file is nobody's acceptance: it counts as far as the accepted service lets it, on its date, in a service that is
open. Everything that would change what is registered is a move and waits for the calendar; keys, and what narrows, do
not. What is held is kept from the ledger, so a file that is deleted or wrong changes nothing, and a signed retirement
of the installation itself is what ends it. While its service is out of use, so is the installation.
"""

from __future__ import annotations

from datetime import datetime, time

from sluse.delivery.compiled import Goal
from sluse.delivery.production.installation_offer import (
    KIND,
    InstallationStand,
    Offer,
    accepted_template,
    offer,
    wrong,
)
from sluse.delivery.production.keys_lane import lane
from sluse.delivery.production.steps import Wanted
from sluse.delivery.specs import client_spec
from sluse.desired.installations import installed, title_of
from sluse.gate.calendar import instant
from sluse.gate.decide import Circumstances, allowed, barred, narrowed
from sluse.gate.retirement import retirement, suspension
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Keep, Move, Nothing, Reason, Retire, Snapshot, Step, Suspend
from sluse.model.held import HeldClient, HeldInstallation, HeldSnapshot
from sluse.model.names import ClientKey, Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.registration import Use
from sluse.model.service_integration import ClientValues, SharedClient
from sluse.words.said import say


def step(stand: InstallationStand, survey: GateSurvey, given: Circumstances) -> Step:
    """Return the one step to take now."""
    narrower = narrowed(survey, stand.key, given)
    if narrower is not None:
        return narrower
    held, outage = stand.held, stand.outage
    if held is not None and outage is not None:
        return Suspend(outage, reasons=(Reason("ServiceNotOpen", say("its service is out of use"), Party.REVIEWER),))
    never = _never(stand, survey, given.at) if held is None else None
    if never is not None:
        return Nothing((never,) if stand.document is not None else ())
    asked = offer(stand)
    if not isinstance(asked, Offer):
        return _stay(held, asked)
    reasons = tuple(wrong(stand, asked, survey, given.at))
    if reasons:
        return _stay(held, reasons)
    return _move(stand, asked, survey, given)


def _never(stand: InstallationStand, survey: GateSurvey, at: datetime) -> Reason | None:
    """Return the signed word by which what is not held does not begin."""
    if retirement(survey, stand.key, at) is not None:
        message = say("a signed retirement ended it: delete the file; it begins anew under another name")
        return Reason("Retired", message, Party.SUPPLIER)
    brake = suspension(survey, stand.key, at)
    return (
        Reason("Suspended", say("{record} says so", record=brake.named), Party.REVIEWER) if brake is not None else None
    )


def wanted_installation(step: Step, stand: InstallationStand) -> Wanted:
    """Return what a step makes wanted."""
    held = stand.held
    match step:
        case Move():
            asked = offer(stand)
            assert isinstance(asked, Offer)  # else there was nothing to move to
            into = asked.installed
            goal = Goal(asked.tested, asked.production, step.decision, step.use, (into.client,), into)
            return _wanted(step, stand, into, asked.template, goal)
        case Retire(use=Use.RETIRED):
            return _ended(step, stand)
        case Retire() | Suspend() | Keep() if held is not None and held.installed is not None:
            template = accepted_template(held.tested, held.installed, stand)
            if isinstance(template, Reason):
                return Wanted(reasons=(*step.reasons, template), wake=step.wake)
            return _wanted(step, stand, held.installed, template, _narrower(step, held))
        case _:
            return Wanted(reasons=step.reasons, wake=step.wake)


def _narrower(step: Retire | Suspend | Keep, held: HeldSnapshot) -> Goal | None:
    if isinstance(step, Keep) or held.installed is None:
        return None
    clients = (held.installed.client,)
    return Goal(Digest(held.tested), Digest(held.production), step.decision, Use.WITHHELD, clients, held.installed)


def _move(stand: InstallationStand, asked: Offer, survey: GateSurvey, given: Circumstances) -> Step:
    held, service = stand.held, _key(asked.installed.service)
    same = held is not None and (held.tested, held.production) == (asked.tested, asked.production)
    if same and held is not None and held.use is Use.OPEN:
        return Keep()
    first_day = datetime.combine(asked.document.spec.not_before, time())
    opens = instant(first_day, survey.policy.calendar.zone, latest=True)
    if given.at < opens:
        return _stay(held, (), allowed(survey, service, opens))
    # What comes back into use was open before: waiting would only lengthen an outage.
    bar = None if same else barred(survey, service, given.at)
    if bar is not None:
        return _stay(held, (bar,), allowed(survey, service, given.at))
    snapshot = Snapshot(stand.key, KIND, asked.tested, asked.production, {}, asked.installed.wire())
    return Move(snapshot, asked.decision, Use.OPEN)


def _wanted(
    step: Move | Retire | Suspend | Keep,
    stand: InstallationStand,
    asked: HeldInstallation,
    template: tuple[SharedClient, ClientValues],
    goal: Goal | None,
) -> Wanted:
    """Return the client with its keys by the keys lane, used as the step wants it; without a goal as it is."""
    client = ClientKey(stand.key.organisation, stand.key.name, asked.client)
    before = stand.entry.clients.get(asked.client, HeldClient())
    decided = lane(
        stand.keys(asked.client),
        before.keys,
        lambda wanted, known: stand.not_vouched(client, wanted, known, before.since),
    )
    reasons = (*step.reasons, *((decided.reason,) if decided.reason is not None else ()))
    if not decided.keys:
        return Wanted(goal=goal, reasons=reasons, wake=step.wake)
    title = title_of(asked.service, asked.customer)
    registration = installed(title, asked.customer, template, asked.values, decided.keys)
    use = goal.use if goal is not None else before.use or Use.WITHHELD
    return Wanted({client: client_spec(client, use, registration)}, goal, reasons, step.wake)


def _ended(step: Retire, stand: InstallationStand) -> Wanted:
    names = tuple(sorted(name for name, held in stand.entry.clients.items() if not held.retired))
    keys = [ClientKey(stand.key.organisation, stand.key.name, name) for name in names]
    held = stand.held
    goal = None
    if held is not None:
        clients = tuple(stand.entry.clients)
        goal = Goal(Digest(held.tested), Digest(held.production), step.decision, Use.RETIRED, clients, held.installed)
    return Wanted({key: client_spec(key, Use.RETIRED) for key in keys}, goal, step.reasons, step.wake)


def _stay(held: HeldSnapshot | None, reasons: tuple[Reason, ...], wake: datetime | None = None) -> Keep | Nothing:
    return Nothing(reasons, wake) if held is None else Keep(reasons, wake)


def _key(name: str) -> IntegrationKey:
    organisation, _, service = name.partition(".")
    return IntegrationKey(organisation, service)
