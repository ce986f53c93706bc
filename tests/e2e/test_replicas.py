"""Several replicas on a real API server, which is killed, paused and loses its etcd beside them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.controlplane.binaries import find_or_build
from e2e.controlplane.control_plane import ControlPlane
from sluse.catalog.yaml import plain
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP, HELSEID_CLIENT, INTEGRATION, INTEGRATION_REPOSITORY, SECRET
from sluse.demo.expect import eventually
from sluse.errors import ClusterError
from sluse.model.settings import KubernetesSettings, Settings
from sluse.sandbox.install import admin_session, install
from sluse.sandbox.sandbox import Sandbox
from worlds.documents import OTHER, Supplier
from worlds.operated import NAMESPACE, TEST, Operated, begun
from worlds.remote import Main
from worlds.replicas import LOST, PATIENCE, SLOW, all_is_well, in_a_batch, replicas

MINE = Supplier("fjord", 0)
WRITTEN = (CONFIG_MAP, SECRET, HELSEID_CLIENT, INTEGRATION, INTEGRATION_REPOSITORY)


@dataclass
class Real(Operated):
    """A world whose API server is a real one; the authority and git are the sandbox's."""

    kubeconfig: Path = Path()

    @property
    def settings(self) -> Settings:
        return super().settings.model_copy(update={"kubernetes": KubernetesSettings(kubeconfig=self.kubeconfig)})


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with begun(tmp_path, MINE.everything()) as opened:
        yield opened


@pytest.fixture
def plane(sandbox: Sandbox, tmp_path: Path) -> Iterator[ControlPlane]:
    directory = tmp_path / "control-plane"
    directory.mkdir(mode=0o700)
    with ControlPlane(find_or_build(), directory, (sandbox.people.operators[TEST],)) as running:
        yield running


@pytest.fixture
async def world(sandbox: Sandbox, plane: ControlPlane) -> AsyncIterator[Real]:
    *manifests, repository = sandbox._manifests(TEST)
    admin = access_from_kubeconfig(plain(plane.kubeconfig().read_text()))
    async with admin_session(admin) as session:
        await install(session, manifests)
    operator = plane.kubeconfig(sandbox.people.operators[TEST], NAMESPACE)
    async with Cluster(admin, connections=4) as cluster:

        async def served() -> bool:
            try:
                await cluster.list(INTEGRATION_REPOSITORY, NAMESPACE)
            except ClusterError:
                return False
            return True

        await eventually(served, "the CRDs are served", patience=PATIENCE)
        async with admin_session(admin) as session:
            await install(session, [repository])
        yield Real(sandbox, Main(sandbox.remote.repository), cluster, kubeconfig=operator)


async def test_a_leader_killed_in_a_batch_is_followed_by_another(world: Real) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        gate = await in_a_batch(world)
        leader.send(signal.SIGKILL)
        await leader.ended()
        gate.open()
        assert await house.leader(leader) is other
        await all_is_well(world, MINE)


async def test_a_leader_that_stood_still_and_wakes_late_writes_nothing(world: Real) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        gate = await in_a_batch(world)
        leader.send(signal.SIGSTOP)
        gate.open()
        assert await house.leader(leader) is other
        await all_is_well(world, MINE)
        before = await versions(world)
        count = world.authority.requests.snapshot()
        leader.send(signal.SIGCONT)
        assert await leader.ended() == LOST
        assert await versions(world) == before
        assert world.authority.requests.snapshot() == count


@pytest.mark.parametrize("what", ["restart_apiserver", "restart_etcd"])
async def test_a_server_killed_and_started_anew_leaves_one_that_leads(
    world: Real, plane: ControlPlane, what: str
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        await world.ready(MINE.sync)
        await asyncio.to_thread(getattr(plane, what))
        follower = await house.leader()  # the same, where the server was back in time
        await world.merge(MINE.integration(scopes=(OTHER,)))
        await world.declared(MINE.sync, OTHER)
        assert follower in {leader, other}
        assert len(world.registrations()) == 1


async def test_a_paused_server_ends_the_leader_and_lets_somebody_lead_when_it_goes_on(
    world: Real, plane: ControlPlane
) -> None:
    with replicas(world) as house:
        leader, other = await house.both()
        await world.ready(MINE.sync)
        plane.pause()
        try:
            assert await leader.ended() == LOST
        finally:
            plane.resume()
        assert await house.leader(leader) is other
        await world.merge(MINE.integration(scopes=(OTHER,)))
        await world.declared(MINE.sync, OTHER)
        assert len(world.registrations()) == 1


async def test_asked_to_end_it_hands_over_at_once(world: Real) -> None:
    with replicas(world, SLOW) as house:
        leader, other = await house.both()
        await world.ready(MINE.sync)
        leader.send(signal.SIGTERM)
        assert await leader.ended() == 0
        assert await house.leader(leader) is other


async def versions(world: Real) -> dict[str, str]:
    """Return the version of everything that an operator writes, the Lease left out."""
    found: dict[str, str] = {}
    for kind in WRITTEN:
        items, _ = await world.admin.list(kind, NAMESPACE)
        found |= {f"{kind.kind}/{item['metadata']['name']}": item["metadata"]["resourceVersion"] for item in items}
    return found
