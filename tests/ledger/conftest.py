from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr

from sluse.cluster.access import Access
from sluse.cluster.client import Cluster
from sluse.desired.access import operator_user, roles
from sluse.ledger.journal import ClusterJournal
from sluse.model.names import Environment
from sluse.sandbox.clock import Clock
from sluse.sandbox.install import install
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import MASTERS, Identity
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue

ADMIN = Identity("admin", (MASTERS,), token="admin-token")
OPERATOR = Identity(operator_user(Environment.TEST), token="operator-token")

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
    await install(server.url, certificates, ADMIN, [namespace, *roles(Environment.TEST)])
    access = Access(server.url, certificates.client(), SecretStr(OPERATOR.token))
    async with Cluster(access, connections=8, first_wait=0.001) as operator:
        yield operator


@pytest.fixture
def start(cluster: Cluster) -> Callable[[], ClusterJournal]:
    """Start a journal, as another start of the process would."""
    return lambda: ClusterJournal(cluster, Environment.TEST, lambda: NOW)


@pytest.fixture
async def journal(start: Callable[[], ClusterJournal]) -> ClusterJournal:
    journal = start()
    await journal.load()
    return journal
