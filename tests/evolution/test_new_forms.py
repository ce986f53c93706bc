"""The way to a new field and to a new version, walked with the definitions of the last release and a real operator."""

from __future__ import annotations

import copy
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.kinds import CONFIG_MAP, HELSEID_CLIENT, Kind
from sluse.demo.expect import eventually
from sluse.desired.evolution.definitions import breaking
from sluse.errors import Invalid, LedgerError
from sluse.sandbox.install import admin_session, install
from sluse.sandbox.sandbox import Sandbox
from sluse_stacks.released import newest
from worlds.documents import Supplier
from worlds.operated import NAMESPACE, Operated, Writes, begun, difference, looked_at
from worlds.running import quiet

ROOT = Path(__file__).parents[2]
MINE = Supplier("fjord", 1)
CRD = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
BETA = Kind("sluse.nhn.no/v1beta1", "HelseIDClient", "helseidclients")
Definition = dict[str, Any]


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with begun(tmp_path, MINE.everything()) as opened:
        yield opened


@pytest.fixture
async def world(sandbox: Sandbox) -> AsyncIterator[Operated]:
    """A cluster with the definitions of the last release, and an operator's objects in it."""
    async with looked_at(sandbox) as opened:
        await defined(opened, released())
        with opened.operator() as operator:
            await opened.ready(MINE.sync)
            await quiet(operator)
        yield opened


def released() -> Definition:
    folder = newest(ROOT)
    assert folder is not None
    found: Definition = json.loads((folder / "crds" / "helseidclients.json").read_bytes())
    return found


def with_a_field(definition: Definition) -> Definition:
    """Return the definition of the next release: each version has a new optional field."""
    new = copy.deepcopy(definition)
    for version in new["spec"]["versions"]:
        spec = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
        spec["properties"]["purpose"] = {"type": "string", "maxLength": 40}
    return new


def with_a_version(definition: Definition, *, stored: bool = False) -> Definition:
    new = copy.deepcopy(definition)
    beta = {**copy.deepcopy(new["spec"]["versions"][0]), "name": "v1beta1", "storage": stored}
    new["spec"]["versions"][0]["storage"] = not stored
    new["spec"]["versions"].append(beta)
    return new


async def defined(world: Operated, definition: Definition) -> None:
    access = access_from_kubeconfig(json.loads(world.sandbox.kubeconfig().read_bytes()))
    async with admin_session(access) as session:
        await install(session, [definition])


async def test_old_objects_stand_under_a_definition_with_a_new_field(world: Operated) -> None:
    before, old = world.writes(), await world.client(MINE.sync)
    assert breaking([released()], [with_a_field(released())]) == ()
    await defined(world, with_a_field(released()))
    assert (await world.client(MINE.sync))["spec"] == old["spec"], "nothing is filled in"
    with world.operator() as operator:
        await quiet(operator)
    assert difference(before, world.writes()) == Writes({}, {}, 0)


async def test_an_older_operator_takes_a_newer_field_back(world: Operated) -> None:
    """After a rollback of the operator alone: what it does not want, it does not leave, and the authority is not asked."""
    await defined(world, with_a_field(released()))
    old = (await world.client(MINE.sync))["spec"]
    asked = world.writes().authority
    await world.admin.merge(HELSEID_CLIENT, NAMESPACE, MINE.sync, {"spec": {"purpose": "of a newer operator"}})
    assert (await world.client(MINE.sync))["spec"]["purpose"]

    async def restored() -> bool:
        return (await world.client(MINE.sync))["spec"] == old

    with world.operator():
        await eventually(restored, "the spec is as this operator wants it")
    assert world.writes().authority == asked


async def test_the_definitions_go_before_the_operator_that_writes_the_field(world: Operated) -> None:
    """Where it is the other way round, the write is refused, loudly, instead of the field being lost."""
    body = await world.client(MINE.sync)
    newer = {
        "apiVersion": body["apiVersion"],
        "kind": body["kind"],
        "metadata": {"name": MINE.sync, "namespace": NAMESPACE},
        "spec": {**body["spec"], "purpose": "of a newer operator"},
    }
    with pytest.raises(Invalid, match="purpose"):
        await world.admin.apply(newer, manager="sluse")
    await defined(world, with_a_field(released()))
    assert (await world.admin.apply(newer, manager="sluse"))["spec"]["purpose"]


async def test_a_version_is_served_in_one_release_and_stored_in_the_next(world: Operated) -> None:
    first, second = with_a_version(released()), with_a_version(released(), stored=True)
    assert (breaking([released()], [first]), breaking([first], [second])) == ((), ())
    before, old = world.writes(), await world.client(MINE.sync)
    for definition in (first, second):
        await defined(world, definition)
        beta = await world.admin.get(BETA, NAMESPACE, MINE.sync)
        assert (beta["apiVersion"], beta["spec"], beta["status"]) == (BETA.api_version, old["spec"], old["status"])
        with world.operator() as operator:
            await quiet(operator)
    assert difference(before, world.writes()) == Writes({}, {}, 0), "an operator of the old version works on"
    crd = await world.admin.get(CRD, "", released()["metadata"]["name"])
    assert set(crd["status"]["storedVersions"]) == {"v1alpha1", "v1beta1"}


async def test_a_ledger_of_a_newer_operator_stops_an_older_one_before_it_writes(world: Operated) -> None:
    """What it does not know it could only lose: it names the field, and nothing is written."""
    held = await world.held(MINE.slug)
    data = {"data": {"ledger.json": json.dumps({**held, "newField": 1})}}
    await world.admin.merge(CONFIG_MAP, NAMESPACE, f"sluse-ledger-{MINE.slug}", data)
    before = world.writes()
    with pytest.raises(LedgerError, match="newField"), world.operator():
        pass
    assert difference(before, world.writes()) == Writes({}, {}, 0)
