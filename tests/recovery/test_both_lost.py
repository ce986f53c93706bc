"""Cluster and status branch are both gone; the authority has every registration, and nobody knows of what."""

from __future__ import annotations

import asyncio
import shutil

import pytest
from click.testing import CliRunner

from sluse.cli import main
from sluse.errors import LedgerMissing
from worlds.documents import Supplier
from worlds.operated import TEST, Operated, difference
from worlds.running import quiet


async def test_nothing_is_written_and_it_says_what_a_new_ledger_would_mean(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    installed = world.sandbox.kubernetes.backup()
    with world.operator() as operator:
        await world.ready(mine.sync, neighbour.sync)
        await quiet(operator)
    registered = world.registrations()
    world.sandbox.kubernetes.put_back(installed)
    world.main.git("update-ref", "-d", f"refs/heads/{TEST.status_branch}")
    shutil.rmtree(world.settings.remote.cache)
    before = world.writes()
    with pytest.raises(LedgerMissing, match="what is held in test is not known") as caught, world.operator():
        pass
    after = difference(before, world.writes())
    assert (dict(after.cluster), dict(after.authority), after.pushes) == ({}, {}, 0)
    assert world.registrations() == registered
    assert "sluse ledger init -e test" in str(caught.value.hint)


async def test_who_begins_a_ledger_is_told_that_all_is_registered_anew(world: Operated) -> None:
    world.main.git("update-ref", "-d", f"refs/heads/{TEST.status_branch}")
    shutil.rmtree(world.settings.remote.cache)
    settings = str(world.sandbox.settings(TEST))
    begun = await asyncio.to_thread(CliRunner().invoke, main, ["ledger", "init", "-e", "test", "--settings", settings])
    assert begun.exit_code == 0
    assert begun.stdout.startswith("sluse/test begins with ")
    assert "registers everything at the authority" in " ".join(begun.stderr.split())
    explained = CliRunner().invoke(main, ["ledger", "init", "--help"])
    assert "an empty memory on a live authority" in " ".join(explained.output.split())
