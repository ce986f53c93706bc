"""The rungs of the ladder in production, from what is held and what the gate says. Pure."""

from __future__ import annotations

from sluse.gate.verdict import Move, Retire, Step
from sluse.ledger.stages import Stage
from sluse.model.held import HeldIntegration
from sluse.model.registration import Use


def stage(entry: HeldIntegration, step: Step, *, submitted: bool) -> Stage:
    """Return the rung. What is held decides first: a change after Live is a pending change and no lower rung."""
    held = entry.snapshot
    if isinstance(step, Retire):
        return Stage.RETIRED if held is not None and held.use is Use.RETIRED else Stage.RETIRING
    if held is not None and held.use is Use.OPEN:
        return Stage.LIVE
    if held is not None and held.use is Use.WITHHELD:
        return Stage.LIVE if entry.stage == Stage.LIVE else Stage.CONFIGURED
    if held is not None and not isinstance(step, Move):
        return Stage.RETIRED
    if isinstance(step, Move):
        return Stage.ACCEPTED
    return Stage.SUBMITTED if submitted else Stage.ORDERED
