from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from sluse.sandbox.tls import Certificates, issue
from worlds import object_store
from worlds.cluster import ClusterWorld, cluster_world
from worlds.engines import missing

_REAL = (
    "test_by_hand.py",
    "test_killed.py",
    "test_migration.py",
    "test_policy_pack.py",
    "test_sharded.py",
    "test_watching.py",
)
_STORED = "test_object_store.py"

collect_ignore = [*_REAL, _STORED] if missing() else [_STORED] if object_store.missing() else []
"""They run the real CLI, and one an S3 server too; that they were not run is the last line of the run."""


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
async def world(certificates: Certificates) -> AsyncIterator[ClusterWorld]:
    async with cluster_world(certificates) as world:
        yield world
