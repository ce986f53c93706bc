"""The sandbox's Kubernetes API with the CRDs and the roles of test, and what the operator wrote to it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sluse.cluster.access import Access
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP, HELSEID_CLIENT, INTEGRATION
from sluse.desired.access import operator_user, roles
from sluse.desired.crds import crds
from sluse.desired.stack import ObjectKey
from sluse.errors import NotFound
from sluse.model.names import Environment
from sluse.sandbox.clock import Clock
from sluse.sandbox.install import admin_session, install
from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.identity import MASTERS, Identity
from sluse.sandbox.kube.kubeconfig import kubeconfig
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates

TEST = Environment.TEST
_KINDS = {kind.kind: kind for kind in (CONFIG_MAP, HELSEID_CLIENT, INTEGRATION)}
_ADMIN = Identity("admin", (MASTERS,), token="admin-token")
_OPERATOR = Identity(operator_user(TEST), token="operator-token")


@dataclass
class ClusterWorld:
    """`operator` has the role it has in a real cluster; `admin` may do everything."""

    api: KubernetesAPI
    operator: Cluster
    admin: Cluster
    kubeconfig: Callable[[Path], Path]
    """Write the operator's kubeconfig to a file."""

    def writes(self, resource: str | None = None) -> int:
        """Return how many writes of the operator were accepted."""
        return self.api.requests.writes(username=_OPERATOR.name, resource=resource)

    def asked(self, **what: Any) -> int:
        """Return how many requests the operator made."""
        return self.api.requests.count(username=_OPERATOR.name, **what)

    async def objects(self, organisation: str) -> dict[str, dict[str, Any]]:
        """Return an organisation's objects by kind and name."""
        labels = {"sluse.nhn.no/organisation": organisation}
        found: dict[str, dict[str, Any]] = {}
        for kind in (HELSEID_CLIENT, INTEGRATION):
            items, _ = await self.admin.list(kind, TEST.namespace, labels)
            found.update({f"{kind.kind}/{item['metadata']['name']}": item for item in items})
        return found

    async def get(self, key: ObjectKey) -> dict[str, Any] | None:
        """Return one object; None where it is absent."""
        try:
            return await self.admin.get(_KINDS[key.kind], TEST.namespace, key.name)
        except NotFound:
            return None

    async def edit(self, key: ObjectKey, patch: dict[str, Any], *, subresource: str | None = None) -> None:
        """Edit an object by hand."""
        await self.admin.merge(_KINDS[key.kind], TEST.namespace, key.name, patch, subresource=subresource)

    async def delete(self, key: ObjectKey) -> None:
        """Delete an object by hand."""
        await self.admin.delete(_KINDS[key.kind], TEST.namespace, key.name)


def _written(path: Path, document: dict[str, Any]) -> Path:
    path.write_text(json.dumps(document), encoding="utf-8")
    path.chmod(0o600)
    return path


@asynccontextmanager
async def cluster_world(certificates: Certificates) -> AsyncIterator[ClusterWorld]:
    """Serve the API; every fault that was asked for must have happened in the end."""
    api = KubernetesAPI((_ADMIN, _OPERATOR), Clock())
    with Served(api.application, tls=certificates.server) as server:
        namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": TEST.namespace}}
        operator = Access(server.url, certificates.client(), SecretStr(_OPERATOR.token))
        admin = Access(server.url, certificates.client(), SecretStr(_ADMIN.token))
        async with admin_session(admin) as session:
            await install(session, [namespace, *roles(TEST), *crds()])
        async with (
            Cluster(operator, connections=16, first_wait=0.001) as mine,
            Cluster(admin, connections=4) as everybodys,
        ):
            yield ClusterWorld(
                api,
                mine,
                everybodys,
                lambda path: _written(path, kubeconfig(server.url, certificates.ca_file, _OPERATOR, TEST.namespace)),
            )
    assert api.faults.pending() == (), "a fault was asked for and never happened"
