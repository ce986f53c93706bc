"""The gate over 10,000 integrations of which 1,000 are accepted: a commit read for the first time, and one file later.

Every statement is really signed: 400 bindings, 400 terms, 1,000 plans, 1,000 submissions and 1,000 acceptances. Reading
the files is the catalogue's and measured with `check`; here the models are made before the clock starts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from figures import Beside, Figure, Sample, progress
from sluse.gate.decide import Circumstances, decide
from sluse.gate.entitled import entitled
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled
from sluse.model.names import IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.tree import Tree
from sluse.trust import records

sys.path.insert(0, str(Path(__file__).parents[1]))  # the worlds of the tests

from worlds import lock
from worlds.lock import FURU, MAINTAINER, NOW, Lock

_ORGANISATIONS, _EACH, _ACCEPTED = 400, 25, 1000
_REPETITIONS = 3


def measure() -> Iterator[Figure]:
    progress(f"signing the statements of {_ACCEPTED} acceptances")
    world, accepted = _world()
    policy = lock.policy()
    at = max(NOW, world.clock + timedelta(days=1))
    cold: list[tuple[float, float]] = []
    warm: list[tuple[float, float]] = []
    for repetition in range(_REPETITIONS):
        records._signers.cache_clear()
        kept: list[GateSurvey] = []
        cold.append(_seconds(partial(_asked, kept, world.tree(), policy, at)))
        _demand(kept[-1], at, accepted)
        world.agree(_key(0, 0), opens=f"2026-10-{10 + repetition}T08:00")  # one more file
        warm.append(_seconds(partial(_asked, kept, world.tree(), policy, at)))
        _demand(kept[-1], at, accepted)
    what = f"{_ORGANISATIONS * _EACH} integrations, {_ACCEPTED} accepted"
    yield _figure(f"entitled and decided, {what}: cold", cold, bar=3.0)
    yield _figure(f"entitled and decided, {what}: one file later", warm, bar=0.3)


def _asked(kept: list[GateSurvey], tree: Tree, policy: Policy, at: datetime) -> None:
    survey = GateSurvey(tree, policy, before=kept[-1] if kept else None)
    for key in survey.subjects(at):
        decide(survey, key, Circumstances(at))
    kept.append(survey)


def _seconds(work: Callable[[], None]) -> tuple[float, float]:
    """Return wall time and processor time: the latter is what a busy machine disturbs less."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _figure(what: str, times: list[tuple[float, float]], bar: float) -> Figure:
    wall, cpu = zip(*times, strict=True)
    return Figure(what, Sample(wall), bar=bar, beside=Beside("processor time", Sample(cpu)))


def _demand(survey: GateSurvey, at: datetime, accepted: int) -> None:
    found = sum(isinstance(entitled(survey, key, at), Entitled) for key in survey.subjects(at))
    if found != accepted:
        raise RuntimeError(f"{found} integrations are entitled, and {accepted} were accepted")


def _world() -> tuple[Lock, int]:
    world = Lock()
    accepted = 0
    for position in range(_ORGANISATIONS):
        slug = _key(position, 0).organisation
        world.organisations[slug] = lock.organisation(slug, numbers=(lock.NUMBER,), domains=("fjordlegen.example",))
        world.bind(slug)
        world.accept_terms(slug, MAINTAINER)
        for index in range(_EACH):
            key = _key(position, index)
            world.documents[key] = lock.service(of=key)
            if accepted < _ACCEPTED and index < -(-_ACCEPTED // _ORGANISATIONS):
                world.agree(key, opens="2026-10-01T08:00")
                world.accept(world.submit(key), key, FURU)
                accepted += 1
    return world, accepted


def _key(position: int, index: int) -> IntegrationKey:
    return IntegrationKey(f"leverandor-{position:04}", f"tjeneste-{index:03}")
