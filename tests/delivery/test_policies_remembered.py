"""A ledger that turns out to know a newer policies/ after a commit was read: the commit's is a rollback from then on."""

from __future__ import annotations

from functools import partial

import pytest

from sluse.delivery.production.compiler import ProductionCompiler
from sluse.demo import signers
from sluse.model.held import OrganisationLedger
from worlds import authored
from worlds.gated import manifest
from worlds.lock import Lock, policy
from worlds.lock.files import files
from worlds.syncing import Syncing


@pytest.fixture
async def guarded(syncing: Syncing) -> Syncing:
    """HEAD has the first version of policies/, signed, and one organisation."""
    now = {path: each.decode() for path, each in files(Lock(), policy()).items() if path.startswith("policies/")}
    syncing.main.commit({**authored.supplier("fjord"), **now, **manifest(now, 1)})
    syncing.sync.reading.roots = signers.roots()
    syncing.sync.compiler = ProductionCompiler(withholds=False)
    return syncing


async def test_a_ledger_recalled_after_the_start_is_asked_which_policies_counted(guarded: Syncing) -> None:
    async def recalled() -> None:
        await guarded.journal.change("fjord", partial(_witnessed, 2))

    guarded.sync.recalled = recalled
    await guarded.once()
    _rolled_back(guarded)


async def test_a_ledger_that_was_overtaken_is_asked_again_although_the_commit_is_the_same(guarded: Syncing) -> None:
    await guarded.once()
    assert guarded.box.now is not None
    assert guarded.box.now.untrusted == ()
    await guarded.once()
    assert guarded.box.now.untrusted == ()
    await guarded.journal.change("fjord", partial(_witnessed, 2))
    await guarded.once()
    _rolled_back(guarded)


def _rolled_back(syncing: Syncing) -> None:
    assert syncing.box.now is not None
    assert syncing.box.now.untrusted == ("the manifest is version 1, and version 2 was seen already",)


def _witnessed(version: int, ledger: OrganisationLedger) -> OrganisationLedger:
    return ledger.model_copy(update={"policy_version": version})
