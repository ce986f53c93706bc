"""The cluster's data are set back to yesterday's backup; the authority and the status branch have moved on."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from sluse.errors import LedgerError
from sluse.sandbox.authority.store import Registration
from sluse.sandbox.kube.backup import Backup
from worlds.documents import OTHER, READ, Supplier
from worlds.operated import SOON, TEST, Operated, difference
from worlds.running import quiet

NEW = Supplier("ny", 3)
BOTH = tuple(sorted((READ, OTHER)))


@dataclass(frozen=True)
class Yesterday:
    """What lay between: a supplier came, another one's clients got a second scope."""

    backup: Backup
    registered: tuple[Registration, ...]
    tip: str


@pytest.fixture
async def yesterday(world: Operated, mine: Supplier, neighbour: Supplier) -> Yesterday:
    with world.operator() as operator:
        await world.ready(mine.sync, neighbour.sync)
        await quiet(operator)
        backup = world.sandbox.kubernetes.backup()
        await world.merge({**NEW.everything(), **mine.integration(scopes=BOTH)})
        await world.ready(NEW.sync)
        await world.declared(mine.sync, *BOTH)
        await world.stage(NEW.slug, "TestReady")
        await quiet(operator)
    world.sandbox.kubernetes.put_back(backup)
    shutil.rmtree(world.settings.remote.cache)
    return Yesterday(backup, world.registrations(), world.main.tip(TEST.status_branch))


async def test_the_newer_truth_wins_and_nothing_is_registered_twice(
    world: Operated, yesterday: Yesterday, mine: Supplier, neighbour: Supplier
) -> None:
    before = world.writes()
    with world.operator() as operator:
        await world.condition(NEW.sync, "Ready", "False", "CredentialLost")
        await world.declared(mine.sync, *BOTH)
        await world.ready(neighbour.sync)
        await quiet(operator)
    assert world.registrations() == yesterday.registered
    assert difference(before, world.writes()).authority == {}
    assert (await world.held(mine.slug))["revision"] >= revision_at(world, yesterday.tip, mine.slug)


async def test_every_page_of_the_branch_goes_forward_only(
    world: Operated, yesterday: Yesterday, mine: Supplier
) -> None:
    with world.operator() as operator:
        await world.condition(NEW.sync, "Ready", "False", "CredentialLost")
        await quiet(operator)
    published = [
        revision_at(world, commit, mine.slug)
        for commit in world.main.git("rev-list", "--reverse", TEST.status_branch).split()
        if world.main.git("ls-tree", commit, "--", f"_ledger/{mine.slug}.json")
    ]
    assert published == sorted(published)
    world.main.git("merge-base", "--is-ancestor", yesterday.tip, TEST.status_branch)


async def test_a_remote_that_is_away_meanwhile_lets_nothing_happen_on_the_old_truth(
    world: Operated, yesterday: Yesterday, mine: Supplier
) -> None:
    """The old ledger is all that can be read: nothing is compiled of it until the branch was compared."""
    world.timing = SOON
    before = world.writes()
    world.sandbox.remote.faults.gone()
    with world.operator() as operator:
        await world.repository("RemoteUnavailable")
        assert operator.process is not None
        assert operator.process.box.now is None
        assert difference(before, world.writes()).authority == {}
        world.sandbox.remote.faults.back()
        await world.ask_for_sync()
        await world.condition(NEW.sync, "Ready", "False", "CredentialLost")
        await world.declared(mine.sync, *BOTH)
    assert world.registrations() == yesterday.registered


async def test_a_newer_branch_that_another_key_signed_is_not_believed_and_not_overwritten(
    world: Operated, yesterday: Yesterday, tmp_path: Path
) -> None:
    """Who set the cluster back must not at once have changed the operator's key: it holds, and says so."""
    key = world.settings.ledger.signing_key_file
    ours = key.read_text(encoding="utf-8")
    key.write_text(another_key(tmp_path), encoding="utf-8")
    before = world.writes()
    with pytest.raises(LedgerError, match="another key signed"), world.operator():
        pass
    after = difference(before, world.writes())
    assert (dict(after.cluster), dict(after.authority), after.pushes) == ({}, {}, 0)
    key.write_text(ours, encoding="utf-8")
    assert world.main.tip(TEST.status_branch) == yesterday.tip


async def test_an_old_token_that_the_authority_takes_no_more_is_a_named_state(
    world: Operated, yesterday: Yesterday, mine: Supplier
) -> None:
    """The authority issued another one in between, so what the backup has is dead."""
    (registration,) = world.registrations(mine.slug)
    world.authority.admin.reissue(registration.client_id)
    await world.merge(mine.integration(scopes=(READ,)))
    with world.operator():
        await world.condition(mine.sync, "Ready", "False", "CredentialRefused")
    assert [each.client_id for each in world.registrations()] == [each.client_id for each in yesterday.registered]


def revision_at(world: Operated, commit: str, organisation: str) -> int:
    """Return which revision of an organisation's ledger a commit of the status branch has."""
    ledger = json.loads(world.main.git("show", f"{commit}:_ledger/{organisation}.json"))
    revision: int = ledger["revision"]
    return revision


def another_key(folder: Path) -> str:
    path = folder / "another"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path.read_text(encoding="utf-8")
