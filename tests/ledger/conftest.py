from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import pytest
from pydantic import SecretStr

from sluse.cluster.access import Access
from sluse.cluster.client import Cluster
from sluse.desired.access import operator_user, roles
from sluse.ledger.branch.branch import StatusBranch
from sluse.ledger.journal import ClusterJournal
from sluse.model.names import Environment
from sluse.sandbox.clock import Clock
from sluse.sandbox.install import admin_session, install
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import MASTERS, Identity
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue

ADMIN = Identity("admin", (MASTERS,), token="admin-token")
OPERATOR = Identity(operator_user(Environment.TEST), token="operator-token")

GIT = {"PATH": os.defpath, "HOME": "/nonexistent", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return issue(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def api() -> KubernetesAPI:
    return KubernetesAPI((ADMIN, OPERATOR), Clock())


@pytest.fixture
def server(api: KubernetesAPI, certificates: Certificates) -> Iterator[Served]:
    with Served(api.application, tls=certificates.server) as served:
        yield served


@pytest.fixture
async def cluster(server: Served, certificates: Certificates) -> AsyncIterator[Cluster]:
    """The API server as the test operator sees it, with the very role it has in a real cluster."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "sluse-test"}}
    async with admin_session(Access(server.url, certificates.client(), SecretStr(ADMIN.token))) as session:
        await install(session, [namespace, *roles(Environment.TEST)])
    access = Access(server.url, certificates.client(), SecretStr(OPERATOR.token))
    async with Cluster(access, connections=8, first_wait=0.001) as operator:
        yield operator


@pytest.fixture
async def admin(server: Served, certificates: Certificates) -> AsyncIterator[Cluster]:
    """The same API server for somebody who may do everything."""
    access = Access(server.url, certificates.client(), SecretStr(ADMIN.token))
    async with Cluster(access, connections=2) as somebody:
        yield somebody


@pytest.fixture
def start(cluster: Cluster) -> Callable[[], ClusterJournal]:
    """Start a journal, as another start of the process would."""
    return lambda: ClusterJournal(cluster, Environment.TEST, lambda: NOW)


@pytest.fixture
async def journal(start: Callable[[], ClusterJournal]) -> ClusterJournal:
    journal = start()
    await journal.load()
    return journal


@pytest.fixture(scope="session")
def signing_key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "signing"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return path


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "remote.git"
    subprocess.run(["git", "init", "--quiet", "--bare", str(path)], check=True, env=GIT)
    return path


@pytest.fixture
def git(bare: Path) -> Callable[..., str]:
    """Run git in the remote itself."""

    def run(*arguments: str) -> str:
        done = subprocess.run(
            ["git", "-C", str(bare), *arguments], check=True, capture_output=True, text=True, env=GIT, input=""
        )
        return done.stdout

    return run


@pytest.fixture
def branch(bare: Path, tmp_path: Path, cache: Path, signing_key: Path) -> Callable[..., StatusBranch]:
    """Open the status branch, as another start of the process would; with another cache, as another machine would."""

    def opened(
        other_cache: str = "",
        *,
        url: str = "",
        key: Path = signing_key,
        variables: Mapping[str, str] = MappingProxyType({}),
        environment: Environment = Environment.TEST,
    ) -> StatusBranch:
        place = tmp_path / other_cache if other_cache else cache
        return StatusBranch(url or f"file://{bare}", place, environment, variables, key, "sluse@localhost.invalid")

    return opened
