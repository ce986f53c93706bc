"""What a cluster has before anybody comes: the usual namespaces, and cluster-admin."""

from __future__ import annotations

from sluse.sandbox.kube.builtin import RBAC
from sluse.sandbox.kube.identity import MASTERS
from sluse.sandbox.kube.options import WriteOptions
from sluse.sandbox.kube.resources import Registry
from sluse.sandbox.kube.writes import Writer

NAMESPACES = ("default", "kube-system", "kube-public")
_EVERYTHING = [
    {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]},
    {"verbs": ["*"], "nonResourceURLs": ["*"]},
]


def bootstrap(registry: Registry, writer: Writer) -> None:
    """Create the first objects."""
    options = WriteOptions(manager="sandbox")
    namespaces = registry.find("", "v1", "namespaces")
    roles = registry.find(RBAC, "v1", "clusterroles")
    bindings = registry.find(RBAC, "v1", "clusterrolebindings")
    assert namespaces
    assert roles
    assert bindings
    for name in NAMESPACES:
        writer.create(namespaces, "", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, options)
    version, metadata = f"{RBAC}/v1", {"name": "cluster-admin"}
    role = {"apiVersion": version, "kind": "ClusterRole", "metadata": dict(metadata), "rules": _EVERYTHING}
    writer.create(roles, "", role, options)
    binding = {
        "apiVersion": version,
        "kind": "ClusterRoleBinding",
        "metadata": dict(metadata),
        "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin"},
        "subjects": [{"kind": "Group", "apiGroup": RBAC, "name": MASTERS}],
    }
    writer.create(bindings, "", binding, options)
