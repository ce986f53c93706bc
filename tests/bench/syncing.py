"""`python syncing.py FOLDER ORGANISATIONS EACH`: an operator's sync with no cluster, and what changes cost it, as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import generated
from sluse.catalog.git.source import Source
from sluse.catalog.reader import Reader
from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Box
from sluse.delivery.engine import Declared
from sluse.delivery.observing import Live
from sluse.delivery.production.compiler import ProductionCompiler
from sluse.delivery.reading import Reading
from sluse.delivery.repository import Repository
from sluse.delivery.stack_preview import ObjectPreview
from sluse.delivery.sync import Sync
from sluse.desired.stack import ObjectKey, Stack, object_key
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment
from sluse.model.resources.integration_repository import IntegrationRepositorySpec
from sluse.rules.again import Judge

sys.path.insert(0, str(Path(__file__).parents[1]))  # the worlds of the tests

from worlds import lock

_ROOT = Path(__file__).parents[2]
_CHANGES = 9
_NOW = datetime(2026, 12, 1, 8, tzinfo=UTC)


def main(folder: Path, organisations: int, each: int) -> None:
    remote = folder / "remote"
    generated.write(generated.integrations(organisations, each), remote)
    shutil.copytree(_ROOT / "policies", remote / "policies")
    _git(remote, "init", "--quiet", "--initial-branch=main")
    _commit(remote)
    operator = _Operator(f"file://{remote}", folder / "cache")
    nothing, _ = _processor(operator.sync)
    for work in (operator.sync, operator.compile_for_production, operator.compile_for_production):
        work()  # the ledgers' news of the first commit
    owner, number = generated.slug(organisations // 2), generated.number_of(organisations // 2)
    times: dict[str, list[float]] = {"change": [], "git": [], "production": [], "nothing": [nothing]}
    for step in range(1, _CHANGES + 1):
        changed = generated.document(owner, 1, number, herid=step)
        (remote / generated.document_path(owner, 1)).write_text(changed, encoding="utf-8")
        _commit(remote)
        operator.declared.clear()
        whole, git = _processor(operator.sync)
        if operator.declared != [owner]:
            raise RuntimeError(f"{operator.declared} were declared, and {owner} changed")
        times["change"].append(whole)
        times["git"].append(git)
        times["production"].append(_processor(operator.compile_for_production)[0])
    operator.close()
    json.dump({**times, "memory": [_resident()]}, sys.stdout)


class _Operator:
    """Sync as it runs. It is its own engine, which writes nowhere, and its own books, in memory."""

    name = "embedded"

    def __init__(self, url: str, cache: Path) -> None:
        self.declared: list[str] = []
        self._ledgers: dict[str, OrganisationLedger] = {}
        self._source = Source(url, "main", cache, {"PATH": os.defpath})
        self._box = Box()
        self._production = ProductionCompiler(withholds=True)
        spec = IntegrationRepositorySpec.model_validate({"url": url, "branch": "main"})
        self._repository = Repository("integrations", 1, spec, {})
        self._sync = Sync(
            reading=Reading(self._source, Reader(), Judge().check, self),
            compiler=Compiler(Environment.TEST),
            box=self._box,
            engine=self,
            books=self,
            report=_silent,
            changed=lambda: None,
            drifted=_silent,
            now=lambda: _NOW,
            standing=self._standing,
            seen=lambda *_: None,
            recalled=_silent,
        )
        self._loop = asyncio.new_event_loop()

    def sync(self) -> None:
        result = self._loop.run_until_complete(self._sync.once(self._repository))
        if not result.ready:
            raise RuntimeError(result.message)

    def compile_for_production(self) -> None:
        head = self._sync.reading.last
        assert head is not None
        self._production.compile(replace(head, policy=_POLICY), self._ledgers, at=_NOW)

    def close(self) -> None:
        self._source.close()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    async def declare(self, stack: Stack, *, first: bool = False) -> Declared:
        del first
        self.declared.append(stack.organisation)
        return Declared((), ())

    async def _standing(self) -> Mapping[ObjectKey, Live]:
        """All that is wanted stands: nothing is declared again for having gone."""
        wanted = self._box.now.organisations.values() if self._box.now is not None else ()
        return {object_key(each): each for share in wanted for each in share.stack.resources}

    async def preview(self, stack: Stack) -> tuple[ObjectPreview, ...]:
        raise NotImplementedError(stack.organisation)

    def all(self) -> Mapping[str, OrganisationLedger]:
        return dict(self._ledgers)

    def get(self, organisation: str) -> OrganisationLedger:
        return self._ledgers.get(organisation) or OrganisationLedger(organisation=organisation)

    def note(self, organisation: str, change: Callable[[OrganisationLedger], OrganisationLedger]) -> None:
        self._ledgers[organisation] = change(self.get(organisation))


_POLICY = lock.policy()


async def _silent(*_: object) -> None:
    """Take note of nothing."""


def _processor(work: Callable[[], None]) -> tuple[float, float]:
    """Return the processor seconds of ourselves and of the processes we run together, and of those alone."""
    mine, theirs = time.process_time(), resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    git = after.ru_utime + after.ru_stime - theirs.ru_utime - theirs.ru_stime
    return time.process_time() - mine + git, git


def _resident() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def _commit(remote: Path) -> None:
    _git(remote, "add", "--all")
    who = ("-c", "user.name=bench", "-c", "user.email=bench@localhost.invalid")
    _git(remote, *who, "commit", "--quiet", "--message", "change")


def _git(remote: Path, *words: str) -> None:
    subprocess.run(["git", "-C", remote, *words], check=True, capture_output=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
