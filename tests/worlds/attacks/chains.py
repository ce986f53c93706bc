"""Decisions that do not count any more, or have no place."""

from __future__ import annotations

from sluse.model.statement import StatementType
from worlds import lock
from worlds.attacks.attempt import Attempt, refused_for
from worlds.lock import ALM, SERVICE


@refused_for("Revoked")
def a_decision_that_was_revoked() -> Attempt:
    world = lock.prepared()
    world.decide(StatementType.REVOCATION, str(SERVICE), revokes=world.accept(world.submit()))
    return Attempt(world)


@refused_for("Rejected")
def a_decision_that_was_taken_back() -> Attempt:
    world = lock.prepared()
    name = world.submit()
    world.accept(name)
    world.accept(name, verdict="rejected", findings=("not so",))
    return Attempt(world)


@refused_for("ChainForked")
def two_decisions_that_do_not_know_of_each_other() -> Attempt:
    world = lock.prepared()
    before, name = world.last[str(SERVICE)], world.submit()
    world.accept(name)
    world.accept(name, signer=ALM, previous=(before,))
    return Attempt(world)


@refused_for("ChainBroken")
def a_lost_revocation() -> Attempt:
    world = lock.prepared()
    world.decide(StatementType.REVOCATION, str(SERVICE), revokes=world.accept(world.submit()))
    lost = list(world.decisions)[-1]
    world.agree()
    del world.decisions[lost]
    return Attempt(world)


@refused_for("NeverAccepted")
def a_rollback_to_what_was_never_accepted() -> Attempt:
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    world.decide(
        StatementType.ROLLBACK, str(SERVICE), rollback={"tested": said["tested"], "production": said["production"]}
    )
    return Attempt(world)


@refused_for("Retired")
def production_after_its_retirement() -> Attempt:
    world = lock.accepted()
    world.decide(StatementType.RETIREMENT, str(SERVICE), retirement={"delete_after_days": 30})
    return Attempt(world)
