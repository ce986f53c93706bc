"""A real control plane for the tests of this folder, which only `make e2e` runs: it takes minutes to build, once.

`control_plane` is shared: a test says what it finds there. The story has `played_on`, or the cluster that was named, and is
played once. `plane` is a test's own, to be killed, paused or set back, and `world` is everything on it: git and the
authority are the sandbox's, the operator is a service account.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from e2e.controlplane.binaries import KUBECONFIG, Binaries, find
from e2e.controlplane.control_plane import ControlPlane
from e2e.playing import Played, demo
from sluse.model.settings import Timing
from sluse.sandbox.sandbox import Sandbox
from worlds.documents import Supplier
from worlds.operated import Operated, begun, looked_at
from worlds.running import forget_half_made_connections

collect_ignore_glob = [] if os.environ.get("SLUSE_E2E") else ["test_*.py"]

PATIENCE = 60.0
"""Seconds; a real server takes some to come back."""
IMPATIENT = Timing(drift=100_000, retry_first=1, retry_most=1)
"""What waits is tried again every second; what is well is left alone."""


@pytest.fixture(scope="session")
def programs() -> Binaries:
    """What `make e2e` found or built: to build takes longer than a test may."""
    found = find()
    assert found is not None, "no kube-apiserver is here; `make e2e` builds one"
    return found


@pytest.fixture(scope="session")
def control_plane(programs: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """etcd, API server and collectors on loopback."""
    with ControlPlane(programs, tmp_path_factory.mktemp("control-plane")) as running:
        yield running


@pytest.fixture(scope="session")
def played_on(programs: Binaries, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane without Sluse, as the story wants it."""
    with ControlPlane(programs, tmp_path_factory.mktemp("played-on")) as running:
        yield running


@pytest.fixture(scope="session")
def administrator(request: pytest.FixtureRequest) -> Path:
    """The kubeconfig of whoever may do everything, in the cluster that was named or in our own."""
    named = os.environ.get(KUBECONFIG)
    return Path(named) if named else request.getfixturevalue("played_on").kubeconfig()


@pytest.fixture(scope="session")
def played(administrator: Path) -> Played:
    return demo("--kubeconfig", str(administrator))


@pytest.fixture
def plane(programs: Binaries, tmp_path: Path) -> Iterator[ControlPlane]:
    directory = tmp_path / "control-plane"
    directory.mkdir(mode=0o700)
    with ControlPlane(programs, directory) as running:
        yield running


@pytest.fixture
def mine() -> Supplier:
    return Supplier("fjord", 0)


@pytest.fixture
def sandbox(plane: ControlPlane, mine: Supplier, tmp_path: Path) -> Iterator[Sandbox]:
    """What `mine` authored is merged, Sluse is installed, no operator has run."""
    directory = tmp_path / "sandbox"
    directory.mkdir(mode=0o700)
    with begun(directory, mine.everything(), cluster=plane.kubeconfig()) as opened:
        yield opened
    forget_half_made_connections()  # of replicas that were killed in the midst of one


@pytest.fixture
async def world(sandbox: Sandbox) -> AsyncIterator[Operated]:
    async with looked_at(sandbox, IMPATIENT, patience=PATIENCE) as opened:
        yield opened
