"""Every attack on the gate that we know of, as data: how it is done, and the reason for which it is refused.

Each begins from a repository in which all is well but for the one thing the attacker does, so that exactly one row of
the tables stands between it and production. `test_attacks` plants a mutant in every row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sluse.gate.case import Case
from sluse.gate.check import Check
from sluse.gate.entitled import CHECKS, entitled
from sluse.gate.statements import CHECKS as STATEMENT_CHECKS
from sluse.gate.statements import Stated
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitlement
from sluse.model.names import IntegrationKey
from sluse.model.policy.bundle import Policy
from worlds import lock
from worlds.lock import FURU, NOW, SERVICE, Lock

POLICY = lock.policy()


@dataclass(frozen=True)
class Attempt:
    """What the gate is asked after the attack."""

    lock: Lock
    policy: Policy = POLICY
    seen: Mapping[str, datetime] | None = None
    key: IntegrationKey = SERVICE
    at: datetime = NOW

    def verdict(
        self, checks: tuple[Check[Case], ...] = CHECKS, statements: tuple[Check[Stated], ...] = STATEMENT_CHECKS
    ) -> Entitlement:
        survey = GateSurvey(self.lock.tree(), self.policy, seen=self.seen, checks=statements)
        return entitled(survey, self.key, self.at, checks)


@dataclass(frozen=True)
class Attack:
    name: str
    reason: str
    do: Callable[[], Attempt]


ATTACKS: list[Attack] = []


def refused_for(reason: str) -> Callable[[Callable[[], Attempt]], Callable[[], Attempt]]:
    def register(do: Callable[[], Attempt]) -> Callable[[], Attempt]:
        ATTACKS.append(Attack(do.__name__.replace("_", " "), reason, do))
        return do

    return register


def decided(signer: lock.Signer = FURU, *more: lock.Signer, **fields: Any) -> Lock:
    """Return a lock whose acceptance is signed by these, and says this."""
    world = lock.prepared()
    world.accept(world.submit(), SERVICE, signer, *more, **fields)
    return world
