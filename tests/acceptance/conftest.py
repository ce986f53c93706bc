"""Trials in a good world, and in worlds with one thing wrong."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from sluse.acceptance import trials
from sluse.acceptance.login import Visitor
from sluse.acceptance.trial import Trial
from sluse.acceptance.trials import Ground
from sluse.model.evidence import CaseResult, Evidence
from sluse.model.service_integration import ServiceIntegration
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.tls import Certificates, issue
from worlds import federation as worlds
from worlds.federation import Federation


@dataclass(frozen=True)
class Ran:
    """One trial that was carried out."""

    trial: Trial
    evidence: tuple[Evidence, ...]
    told: tuple[tuple[str, CaseResult], ...]

    def case(self, name: str, part: str | None = None) -> CaseResult:
        return next(
            case for each in self.evidence if part in (None, each.part) for case in each.cases if case.case == name
        )

    def failed(self, part: str | None = None) -> list[str]:
        return [
            case.case for each in self.evidence if part in (None, each.part) for case in each.cases if not case.passed
        ]


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def start(certificates: Certificates) -> Iterator[Callable[..., Federation]]:
    """Start a world, with an authority of another kind where one is given."""
    with ExitStack() as stack:

        def started(kind: type[Authority] = Authority) -> Federation:
            return stack.enter_context(worlds.federation(certificates, kind))

        yield started


@pytest.fixture
def world(start: Callable[..., Federation]) -> Federation:
    return start()


@pytest.fixture
def try_service() -> Callable[..., Awaitable[Ran]]:
    async def run(world: Federation, document: ServiceIntegration, *, register: bool = True) -> Ran:
        if register:
            for client in document.spec.clients:
                world.register(client)
        async with world.reach.session() as session:
            ground = Ground(session, world.reach, world.issuer, world.now)
            return await carried_out(trials.of_service(document, ground, world.held, world.visitors), world)

    return run


@pytest.fixture
def try_provider() -> Callable[..., Awaitable[Ran]]:
    async def run(world: Federation, visitors: Mapping[str, Visitor] | None = None, **changes: object) -> Ran:
        document = worlds.provider(world.login_issuer, **changes)
        tester = worlds.service(worlds.WEB).spec.clients[0]
        async with world.reach.session() as session:
            ground = Ground(session, world.reach, world.issuer, world.now)
            trial = trials.of_provider(document, ground, (world.register(tester), tester), visitors or world.visitors)
            return await carried_out(trial, world)

    return run


async def carried_out(trial: Trial, world: Federation) -> Ran:
    told: list[tuple[str, CaseResult]] = []
    evidence = await trial.carry_out(world.now, lambda part, looked: told.append((part, looked.result)))
    return Ran(trial, evidence, tuple(told))
