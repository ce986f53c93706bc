"""The cluster is lost, with all its objects and Secrets; git is left: the integrations, and the status branch."""

from __future__ import annotations

import base64
import json
import shutil
from datetime import timedelta

import pytest

from sluse.delivery.repository import REGISTRATION_ENDED
from sluse.demo.expect import eventually
from sluse.errors import LedgerError
from sluse.sandbox.kube.backup import Backup
from worlds.documents import Supplier
from worlds.operated import NAMESPACE, SOON, TEST, Operated, difference
from worlds.running import quiet

LOST = "CredentialLost"


@pytest.fixture
async def lost(world: Operated, mine: Supplier, neighbour: Supplier) -> Backup:
    """Two suppliers were registered, published, and then the cluster was made anew. Returned is what it held."""
    installed = world.sandbox.kubernetes.backup()
    with world.operator() as operator:
        await world.ready(mine.sync, neighbour.sync)
        await quiet(operator)
    held = world.sandbox.kubernetes.backup()
    world.sandbox.kubernetes.put_back(installed)
    shutil.rmtree(world.settings.remote.cache)
    world.confirm_head()
    return held


@pytest.mark.usefixtures("lost")
async def test_what_is_held_is_known_again_and_nothing_is_registered_twice(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    registered, before = world.registrations(), world.writes()
    with world.operator() as operator:
        for supplier in (mine, neighbour):
            body = await world.condition(supplier.sync, "Ready", "False", LOST)
            message = next(row["message"] for row in body["status"]["conditions"] if row["type"] == "Ready")
            assert f"Secret sluse-anchor-{supplier.sync}" in message
        await quiet(operator)
    assert world.registrations() == registered
    assert difference(before, world.writes()).authority == {}
    page = world.page(mine.slug)
    assert [client["clientId"] for client in page["clients"]] == [registered_id(world, mine)]
    assert [row["reason"] for row in page["waiting"]] == [LOST]


@pytest.mark.usefixtures("lost")
async def test_nothing_is_rebuilt_until_somebody_says_which_head_is_the_newest(world: Operated) -> None:
    confirmed, world.trusted_head = world.trusted_head, None
    before = world.writes()
    for _ in range(2):  # what the first start fetched is no proof for the second
        with pytest.raises(LedgerError, match="nothing here tells whether") as caught, world.operator():
            pass
    assert "ledger.trustedHead" in str(caught.value.hint)
    assert str(confirmed) in caught.value.message, "what has to be looked at is named"
    after = difference(before, world.writes())
    assert (dict(after.cluster), dict(after.authority), after.pushes) == ({}, {}, 0)


async def test_a_branch_that_was_set_back_after_the_loss_is_not_believed(
    world: Operated, lost: Backup, mine: Supplier
) -> None:
    """Its commits are the operator's own, well signed; what came after them would be forgotten."""
    assert lost.objects
    newest = world.main.tip(TEST.status_branch)
    world.sandbox.clock.advance(timedelta(hours=25))  # so that its genesis is no new installation either
    world.main.git("update-ref", f"refs/heads/{TEST.status_branch}", f"{newest}~1")
    before = world.writes()
    with pytest.raises(LedgerError, match="nothing here tells whether"), world.operator():
        pass
    assert difference(before, world.writes()).authority == {}
    world.main.git("update-ref", f"refs/heads/{TEST.status_branch}", newest)
    with world.operator():
        await world.condition(mine.sync, "Ready", "False", LOST)


@pytest.mark.usefixtures("lost")
async def test_a_second_restart_finds_nothing_more_to_do(world: Operated, mine: Supplier, neighbour: Supplier) -> None:
    with world.operator() as operator:
        for supplier in (mine, neighbour):
            await world.condition(supplier.sync, "Ready", "False", LOST)
        await quiet(operator)
    before = world.writes()
    with world.operator() as operator:
        await quiet(operator)
    after = difference(before, world.writes())
    assert (dict(after.cluster), dict(after.authority), after.pushes) == ({}, {}, 0)


@pytest.mark.usefixtures("lost")
async def test_a_token_that_the_authority_issues_anew_brings_the_management_back(
    world: Operated, mine: Supplier
) -> None:
    world.timing = SOON
    registered = world.registrations()
    with world.operator():
        await world.condition(mine.sync, "Ready", "False", LOST)
        client_id = registered_id(world, mine)
        token = world.authority.admin.reissue(client_id)
        await world.admin.apply(anchor(mine.sync, client_id, world, token), manager="platform")
        await world.ready(mine.sync)
        await world.stage(mine.slug, "TestReady")
        await changed_keys(world, mine)
    assert [each.client_id for each in world.registrations()] == [each.client_id for each in registered]


@pytest.mark.usefixtures("lost")
async def test_a_registration_that_the_authority_ended_is_made_anew_when_a_person_says_so(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    world.timing = SOON
    with world.operator():
        for supplier in (mine, neighbour):
            await world.condition(supplier.sync, "Ready", "False", LOST)
        ended = registered_id(world, mine)
        world.authority.admin.delete(ended)
        await world.annotate_repository(REGISTRATION_ENDED, f"{ended}, another")
        await world.ready(mine.sync)
        assert registered_id(world, mine) != ended
        await world.condition(neighbour.sync, "Ready", "False", LOST)


async def test_secrets_from_a_backup_bring_everything_back(
    world: Operated, lost: Backup, mine: Supplier, neighbour: Supplier
) -> None:
    world.timing = SOON
    registered = world.registrations()
    for data in lost.objects["", "secrets"].values():
        secret = json.loads(data)
        bare = {"name": secret["metadata"]["name"], "namespace": NAMESPACE}
        await world.admin.apply({**secret, "metadata": bare}, manager="platform")
    with world.operator() as operator:
        await world.ready(mine.sync, neighbour.sync)
        await quiet(operator)
    assert world.registrations() == registered


def registered_id(world: Operated, supplier: Supplier) -> str:
    (registration,) = world.registrations(supplier.slug)
    return registration.client_id


def anchor(name: str, client_id: str, world: Operated, token: str) -> dict[str, object]:
    uri = f"{world.settings.authority.registration_endpoint}/{client_id}"
    data = {"client_id": client_id, "uri": uri, "credential": token}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": f"sluse-anchor-{name}", "namespace": NAMESPACE},
        "data": {name: base64.b64encode(text.encode()).decode() for name, text in data.items()},
    }


async def changed_keys(world: Operated, supplier: Supplier) -> None:
    """Change the keys, and wait until the authority has the new ones: the registration is managed again."""
    (before,) = world.registrations(supplier.slug)
    await world.merge(supplier.keys())

    def changed() -> bool:
        (now,) = world.registrations(supplier.slug)
        return now.metadata.keys != before.metadata.keys

    await eventually(changed, "the new keys are registered")
