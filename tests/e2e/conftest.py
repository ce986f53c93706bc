"""A real control plane for the tests of this folder, which only `make e2e` runs: it takes minutes to build, once."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from e2e.controlplane.binaries import find_or_build
from e2e.controlplane.control_plane import ControlPlane

collect_ignore_glob = [] if os.environ.get("SLUSE_E2E") else ["test_*.py"]


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """etcd, API server and collectors on loopback; what a test does to them it undoes."""
    with ControlPlane(find_or_build(), tmp_path_factory.mktemp("control-plane")) as running:
        yield running
