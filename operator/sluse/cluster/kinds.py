"""The kinds the product reads and writes, in one table.

A table and not discovery: a request per kind at every start would buy nothing, since what we may touch is fixed by
our RBAC rules anyway, and an unknown kind is a mistake that should be named before anything is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from sluse.errors import Invalid
from sluse.model.names import API_VERSION


@dataclass(frozen=True)
class Kind:
    """One kind of object. `plural` is its name in URLs."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool = True

    def path(self, namespace: str | None, name: str | None = None, subresource: str | None = None) -> str:
        """Return the URL path. No namespace means all of them; only a list may ask for that."""
        root = "/api" if "/" not in self.api_version else "/apis"
        parts = [root, self.api_version]
        if self.namespaced and namespace is not None:
            parts += ["namespaces", quote(namespace, safe="")]
        parts.append(self.plural)
        parts += [quote(part, safe="") for part in (name, subresource) if part]
        return "/".join(parts)


CONFIG_MAP = Kind("v1", "ConfigMap", "configmaps")
SECRET = Kind("v1", "Secret", "secrets")
NAMESPACE = Kind("v1", "Namespace", "namespaces", namespaced=False)
EVENT = Kind("v1", "Event", "events")
LEASE = Kind("coordination.k8s.io/v1", "Lease", "leases")
NETWORK_POLICY = Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies")
HELSEID_CLIENT = Kind(API_VERSION, "HelseIDClient", "helseidclients")
INTEGRATION = Kind(API_VERSION, "Integration", "integrations")
IDENTITY_FEDERATION = Kind(API_VERSION, "IdentityFederation", "identityfederations")
NETWORK_OPENING = Kind(API_VERSION, "NetworkOpening", "networkopenings")
ACCEPTANCE_TEST = Kind(API_VERSION, "AcceptanceTest", "acceptancetests")
INTEGRATION_REPOSITORY = Kind(API_VERSION, "IntegrationRepository", "integrationrepositories")

KINDS: Mapping[tuple[str, str], Kind] = {
    (kind.api_version, kind.kind): kind
    for kind in (
        CONFIG_MAP,
        SECRET,
        NAMESPACE,
        EVENT,
        LEASE,
        NETWORK_POLICY,
        HELSEID_CLIENT,
        INTEGRATION,
        IDENTITY_FEDERATION,
        NETWORK_OPENING,
        ACCEPTANCE_TEST,
        INTEGRATION_REPOSITORY,
    )
}


def kind_of(manifest: Mapping[str, Any]) -> Kind:
    """Return the kind of a manifest; Invalid for one the product has no business with."""
    api_version, kind = str(manifest.get("apiVersion")), str(manifest.get("kind"))
    try:
        return KINDS[api_version, kind]
    except KeyError:
        raise Invalid(f"{api_version} {kind} is not a kind that Sluse writes") from None
