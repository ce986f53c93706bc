"""Where an operator of test and one of production differ: what they follow, whose signatures count, what they show of tests."""

from __future__ import annotations

from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Box
from sluse.delivery.production.acceptance_statuses import AcceptanceStatuses
from sluse.delivery.production.compiler import ProductionCompiler
from sluse.delivery.sync import Compiling
from sluse.model.names import Environment
from sluse.model.policy.bundle import Roots
from sluse.wiring.parts import Parts


def compiler(parts: Parts) -> Compiling:
    """Return what test follows (HEAD), or what production obeys (the gate)."""
    if parts.settings.environment is Environment.TEST:
        return Compiler(Environment.TEST)
    return ProductionCompiler(withholds=parts.registrar.capabilities.withhold)


def roots(parts: Parts) -> Roots | None:
    """Return the keys that sign `policies/`; in test nobody's signature counts."""
    return parts.settings.roots if parts.settings.environment is Environment.PRODUCTION else None


def acceptance(parts: Parts, box: Box) -> AcceptanceStatuses | None:
    """Return what shows acceptance tests; in test there is nothing to be accepted for."""
    environment = parts.settings.environment
    if environment is Environment.TEST:
        return None
    return AcceptanceStatuses(
        parts.cluster, environment.namespace, lambda: box.now.approvals if box.now is not None else {}, parts.now
    )
