"""The status branch is gone from the remote; the cluster lives, and has everything that was held."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from sluse.cli import main
from sluse.demo.expect import eventually
from sluse.errors import LedgerError
from worlds.documents import Supplier
from worlds.operated import TEST, Operated, difference
from worlds.running import quiet

BRANCH = TEST.status_branch


@pytest.fixture
async def published(world: Operated, mine: Supplier, neighbour: Supplier) -> str:
    """Return the tip of the branch as it was when all was registered and published."""
    with world.operator() as operator:
        await world.ready(mine.sync, neighbour.sync)
        await quiet(operator)
    return world.main.tip(BRANCH)


def removed(world: Operated) -> None:
    world.main.git("update-ref", "-d", f"refs/heads/{BRANCH}")


@dataclass(frozen=True)
class Clone:
    """Somebody's clone, which fetched the branch while it was there."""

    folder: Path
    environment: dict[str, str]

    def bring_back(self) -> None:
        """Push what it has, as the page on recovery says, with the rights that the forge gives for it."""
        self.git("push", "--quiet", "origin", f"refs/remotes/origin/{BRANCH}:refs/heads/{BRANCH}")

    def git(self, *words: str) -> None:
        subprocess.run(["git", "-C", str(self.folder), *words], env=self.environment, check=True, capture_output=True)


def cloned(world: Operated, folder: Path) -> Clone:
    environment = world.sandbox.git_environment(world.sandbox.people.operator_pushers[TEST])
    clone = Clone(folder, {"PATH": os.defpath, **environment})
    clone.git("clone", "--quiet", world.sandbox.remote_url, ".")
    return clone


async def test_a_running_operator_works_on_and_publishes_when_somebody_has_brought_it_back(
    world: Operated,
    mine: Supplier,
    neighbour: Supplier,
    caplog: pytest.LogCaptureFixture,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Its own copy is shallow: only a clone has the history, and only a person may say that this is it."""
    with world.operator() as operator:
        await world.ready(mine.sync, neighbour.sync)
        await quiet(operator)
        before, clone = world.main.tip(BRANCH), cloned(world, tmp_path_factory.mktemp("clone"))
        removed(world)
        await world.merge(mine.everything("other"))
        await world.ready(mine.resource("other", "sync"))
        await eventually(lambda: "it was set back or removed" in caplog.text, "the operator says what is wrong")
        assert not world.main.tip(BRANCH)
        clone.bring_back()
        await world.stage(mine.slug, "TestReady", "other")
    world.main.git("merge-base", "--is-ancestor", before, BRANCH)


async def test_one_that_remembers_it_does_not_start_and_says_what_may_be_done(
    world: Operated, published: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clone = cloned(world, tmp_path_factory.mktemp("clone"))
    removed(world)
    before = world.writes()
    with pytest.raises(LedgerError, match="it was set back or removed") as caught, world.operator():
        pass
    assert str(world.settings.remote.cache) in str(caught.value.hint)
    clone.bring_back()
    assert world.main.tip(BRANCH) == published
    before = world.writes()
    with world.operator() as operator:
        await quiet(operator)
    after = difference(before, world.writes())
    assert (dict(after.cluster), dict(after.authority), after.pushes) == ({}, {}, 0)


@pytest.mark.usefixtures("published")
async def test_where_nobody_has_it_the_chain_begins_again_and_says_so(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    registered, pages = world.registrations(), {each: world.page(each.slug) for each in (mine, neighbour)}
    removed(world)
    shutil.rmtree(world.settings.remote.cache)
    before = world.writes()
    with world.operator() as operator:
        process = operator.process
        assert process is not None
        await world.merge({"integrations/README.md": "News, so that there is something to publish\n"})

        def compiled() -> bool:
            return process.box.now is not None and process.box.now.commit == world.main.id("refs/heads/main")

        await eventually(compiled, "the operator works on without the branch")
        assert not world.main.tip(BRANCH), "nobody but a person begins a ledger"
    await asyncio.to_thread(begin, world)
    with world.operator() as operator:
        await quiet(operator)
        republished = {each: world.page(each.slug) for each in (mine, neighbour)}
        await world.merge(mine.everything("other"))
        await world.stage(mine.slug, "TestReady", "other")
    assert republished == pages
    assert world.main.file(BRANCH, "genesis.json")
    assert [each for each in world.registrations() if each in registered] == list(registered)
    assert difference(before, world.writes()).authority == {"POST": 1, "PUT": 1}, "the new one's alone"


def begin(world: Operated) -> None:
    """Run what the page on recovery says."""
    result = CliRunner().invoke(main, ["ledger", "init", "-e", "test", "--settings", str(world.sandbox.settings(TEST))])
    assert result.exit_code == 0, result.output
