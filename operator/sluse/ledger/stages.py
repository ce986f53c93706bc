"""The ladder of stages, and what the outcome of one client does to its integration's entry. Pure.

This environment's rungs only: a test operator knows Ordered, TestReady, Retiring and Retired; the others come from
the gate and from production, and an outcome never moves an integration away from them. Nor does it ever lower one:
what was ready stays ready while a change or an outage is waited for, and the waiting list tells which.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sluse.ledger.waiting import waiting_on
from sluse.model.held import FEDERATION, HeldClient, HeldFederation, HeldIntegration, HeldSnapshot, WaitingOn
from sluse.model.names import Environment
from sluse.model.outcome import Conflicted, FederationOutcome, Outcome, Party, Rejected, Waiting
from sluse.model.reasons.name import ReasonName
from sluse.model.registration import Use

OWNED_BY_ANOTHER: ReasonName = "OwnedByAnother"
"""Reason of a Conflicted client, as in its resource's conditions."""


class Stage(StrEnum):
    """A rung. The value is what the ledger holds; `norwegian` is what people also read."""

    ORDERED = "Ordered"
    TEST_READY = "TestReady"
    SUBMITTED = "Submitted"
    ACCEPTED = "Accepted"
    CONFIGURED = "Configured"
    LIVE = "Live"
    RETIRING = "Retiring"
    RETIRED = "Retired"

    @property
    def norwegian(self) -> str:
        """The name in bokmål."""
        return _NORWEGIAN[self]


_NORWEGIAN = {
    Stage.ORDERED: "Bestilt",
    Stage.TEST_READY: "Klar i test",
    Stage.SUBMITTED: "Innsendt",
    Stage.ACCEPTED: "Godkjent",
    Stage.CONFIGURED: "Konfigurert",
    Stage.LIVE: "I drift",
    Stage.RETIRING: "Avvikles",
    Stage.RETIRED: "Avviklet",
}


def both_names(stage: str) -> str:
    """Return both names of a stage, or the one there is where a newer version wrote it."""
    try:
        return f"{stage} / {Stage(stage).norwegian}"
    except ValueError:
        return stage


def settle(
    entry: HeldIntegration,
    client: str,
    outcome: Outcome,
    now: datetime,
    environment: Environment = Environment.TEST,
) -> HeldIntegration:
    """Return the entry after what came of one client; the same object where nothing changed.

    In production the gate moves the stage (`reach`), and one client does not. Every client that is wanted stands in `entry.clients`, if only as an empty value: else one that has not begun
    would not be missed. `now` is truncated to the second.
    """
    return _settled(entry, client, {"clients": {**entry.clients, client: outcome.held}}, outcome, now, environment)


def settle_federation(
    entry: HeldIntegration, outcome: FederationOutcome, now: datetime, environment: Environment = Environment.TEST
) -> HeldIntegration:
    """Return the entry after what came of an identity provider's federation; the same object where nothing changed."""
    return _settled(entry, FEDERATION, {"federation": outcome.held}, outcome, now, environment)


def _settled(
    entry: HeldIntegration,
    part: str,
    changes: Mapping[str, object],
    outcome: Outcome | FederationOutcome,
    now: datetime,
    environment: Environment,
) -> HeldIntegration:
    moment = now.replace(microsecond=0)
    waiting = _waiting(entry, part, outcome, moment)
    after = entry.model_copy(update={**changes, "waiting": waiting})
    stage = entry.stage
    if environment is Environment.TEST:
        stage = _stage(entry.stage, after.parts, {row.client for row in waiting})
    since = entry.since if stage == entry.stage else moment
    after = after.model_copy(update={"stage": stage, "since": since})
    return entry if after == entry else after


def reach(entry: HeldIntegration, goal: HeldSnapshot, wanted: Mapping[str, str | None]) -> HeldIntegration:
    """Return the entry once every part of a step in production is where the step wants it; the same object until then.

    `wanted`: of each part the digest of its registration, None where nothing can be registered. `goal` is what is held from then on. That it holds already moves nothing: not its time, nor the commit it was read from.
    """
    parts = entry.parts
    if not all(_is_there(parts.get(name), goal.use, digest) for name, digest in wanted.items()):
        return entry
    held = entry.snapshot
    if held is not None and all(getattr(held, name) == getattr(goal, name) for name in _SAME):
        return entry
    stage = _reached(entry.stage, goal.use)
    since = entry.since if stage == entry.stage else goal.since
    return entry.model_copy(update={"snapshot": goal, "stage": stage, "since": since})


_SAME = ("tested", "production", "decision", "use")


def _is_there(held: HeldClient | HeldFederation | None, use: Use, digest: str | None) -> bool:
    if use is Use.RETIRED:
        return held is None or held.retired
    return held is not None and not held.retired and held.use is use and held.digest == digest is not None


def _reached(stage: str, use: Use) -> str:
    if use is Use.RETIRED:
        return Stage.RETIRED.value
    if use is Use.OPEN:
        return Stage.LIVE.value
    return stage if stage in {Stage.LIVE, Stage.RETIRING} else Stage.CONFIGURED.value


def _waiting(
    entry: HeldIntegration, client: str, outcome: Outcome | FederationOutcome, now: datetime
) -> tuple[WaitingOn, ...]:
    """Return the list with this client's row as the outcome has it. `since` stands while party and reason do."""
    others = tuple(row for row in entry.waiting if row.client != client)
    match outcome:
        case Waiting(reason=reason, message=message, on=party):
            on = party
        case Rejected(reason=reason, message=message):
            on = Party.SUPPLIER if isinstance(outcome.held, HeldClient) else Party.IDENTITY_PROVIDER
        case Conflicted(message=message):
            on, reason = Party.CLUSTER_OPERATOR, OWNED_BY_ANOTHER
        case _:
            return others
    before = next((row for row in entry.waiting if row.client == client), None)
    same = before is not None and (before.on, before.reason) == (on.value, reason)
    since = before.since if before is not None and same else now
    row = waiting_on(entry.waiting, on.value, reason, message or reason, since, client)
    return tuple(sorted((*others, row), key=lambda each: each.client))


def _stage(stage: str, clients: Mapping[str, HeldClient | HeldFederation], waited_for: set[str]) -> str:
    wanted = {name: held for name, held in clients.items() if not _ending(held)}
    if not wanted:
        retired = all(held.retired for held in clients.values())
        return (Stage.RETIRED if retired else Stage.RETIRING).value
    if stage not in {Stage.ORDERED, Stage.RETIRING, Stage.RETIRED}:
        return stage
    ready = all(held.digest is not None and held.use is Use.OPEN for held in wanted.values())
    return (Stage.TEST_READY if ready and not waited_for & wanted.keys() else Stage.ORDERED).value


def _ending(held: HeldClient | HeldFederation) -> bool:
    return held.retired or held.use is Use.RETIRED
