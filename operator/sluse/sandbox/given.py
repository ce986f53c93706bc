"""A cluster of somebody's own in the place of the sandbox's Kubernetes API; everything else stays the sandbox's.

Its admin installs what a platform person installs; the operators then are what they are in any cluster: service
accounts, with tokens that the API server issues (TokenRequest), and the rights that the manifests give them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp

from sluse.catalog.yaml import Unreadable, plain
from sluse.cluster.access import Access, access_from_kubeconfig
from sluse.desired.access import OPERATOR
from sluse.errors import SettingsError
from sluse.model.names import Environment

_LIFETIME = 4 * 3600  # seconds; a story is over by then


class GivenCluster:
    """`kubeconfig`: an administrator's; `tenants`: namespaces that are made besides. SettingsError where it cannot be read."""

    def __init__(self, kubeconfig: Path, tenants: tuple[str, ...] = ()) -> None:
        self._names = (*(environment.namespace for environment in Environment), *tenants)
        try:
            found = plain(kubeconfig.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, Unreadable):
            raise SettingsError(f"the kubeconfig {kubeconfig} cannot be read") from None
        if not isinstance(found, dict):
            raise SettingsError(f"{kubeconfig} is no kubeconfig")
        self.document: dict[str, Any] = found
        self.access: Access = access_from_kubeconfig(self.document, folder=kubeconfig.parent)

    @property
    def url(self) -> str:
        """Where the API is."""
        return self.access.server

    async def require_unused(self, session: aiohttp.ClientSession) -> None:
        """Raise where a namespace is there already: it is somebody's, and the sandbox would take it over."""
        for name in self._names:
            async with session.get(f"/api/v1/namespaces/{name}") as answer:
                if answer.status != 404:
                    raise SettingsError(
                        f"the cluster at {self.url} has a namespace {name} already",
                        hint="give a cluster without Sluse, or delete the namespace if nobody needs it",
                    )

    async def operator(self, session: aiohttp.ClientSession, environment: Environment) -> dict[str, Any]:
        """Return the kubeconfig of an installed environment's operator."""
        path = f"/api/v1/namespaces/{environment.namespace}/serviceaccounts/{OPERATOR}/token"
        request = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        async with session.post(path, json={**request, "spec": {"expirationSeconds": _LIFETIME}}) as answer:
            body = await answer.json(content_type=None)
            if answer.status != 201:
                raise SettingsError(f"the cluster gives the operator no token: {body.get('message', answer.reason)}")
        context = next(
            entry["context"] for entry in self.document["contexts"] if entry["name"] == self.document["current-context"]
        )
        user = {"name": OPERATOR, "user": {"token": body["status"]["token"]}}
        mine = {"cluster": context["cluster"], "user": OPERATOR, "namespace": environment.namespace}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": self.document["clusters"],
            "users": [user],
            "contexts": [{"name": OPERATOR, "context": mine}],
            "current-context": OPERATOR,
        }
