from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sluse.sandbox.tls import Certificates, issue
from worlds.cluster import ClusterWorld, cluster_world
from worlds.remote import Main
from worlds.syncing import Syncing


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def world(certificates: Certificates) -> AsyncIterator[ClusterWorld]:
    async with cluster_world(certificates) as world:
        yield world


@pytest.fixture
def main(tmp_path: Path) -> Main:
    """The integrations' remote, empty."""
    bare = tmp_path / "remote.git"
    subprocess.run(
        ["git", "init", "--quiet", "--bare", "--template=", "--initial-branch=main", str(bare)],
        check=True,
        env={"PATH": os.defpath, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
    )
    return Main(bare)


@pytest.fixture
async def syncing(world: ClusterWorld, main: Main, tmp_path: Path) -> AsyncIterator[Syncing]:
    syncing = Syncing(world, main, tmp_path / "cache")
    await syncing.process()
    yield syncing
    syncing.close()
