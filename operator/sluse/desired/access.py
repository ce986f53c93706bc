"""Who may do what in the cluster: one table, from which the RBAC manifests and the sandbox's authoriser are made.

The operator stays inside its own namespace. Kopf, with `settings.scanning.disabled` and fixed namespaces, lists
neither namespaces nor CustomResourceDefinitions: it reads discovery only, which `system:discovery` gives to
everybody who is authenticated. So there is no ClusterRole, and an operator of test cannot even see production.

RBAC cannot limit `create` to named objects, nor `list` and `watch` usefully; that is why the operator may write
any ConfigMap of its namespace, and why nobody else's belong there. Secrets are never listed or watched: the
operator knows the names of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sluse.desired.crds import KINDS, PART_OF
from sluse.desired.stack import Manifest
from sluse.model.names import GROUP, Environment

OPERATOR = "sluse-operator"
READER = "sluse-reader"

_RBAC = "rbac.authorization.k8s.io"
_KINDS = tuple(sorted(kind.plural for kind in KINDS))
_WRITTEN = ("acceptancetests", "helseidclients", "identityfederations", "integrations", "networkopenings")


@dataclass(frozen=True)
class Access:
    """One row: these verbs on these resources of one API group, and why."""

    group: str
    resources: tuple[str, ...]
    verbs: tuple[str, ...]
    why: str


OPERATOR_ACCESS: tuple[Access, ...] = (
    Access(GROUP, _KINDS, ("get", "list", "watch"), "what Kopf serves and the engine compares"),
    Access(GROUP, _WRITTEN, ("create", "patch", "update", "delete"), "stacks are declared and pruned"),
    Access(GROUP, ("integrationrepositories",), ("patch",), "Kopf notes in an annotation what it has to try again"),
    Access(GROUP, tuple(f"{name}/status" for name in _KINDS), ("get", "patch"), "one status write a change"),
    Access("", ("configmaps",), ("get", "list", "create", "patch", "update"), "the ledger, and the ApplySet's parent"),
    Access("", ("secrets",), ("get", "create", "patch", "delete"), "registration credentials, by name"),
    Access("", ("events",), ("create", "patch"), "what happened, for kubectl describe"),
)
"""What an environment's operator may do, in its own namespace only."""

READER_ACCESS: tuple[Access, ...] = (
    Access(GROUP, _KINDS, ("get", "list", "watch"), "people look; what they change is a file in git"),
)
"""What people may do in an environment's namespace. Credentials and the ledger are not among it."""


def operator_user(environment: Environment) -> str:
    """Return the user name that an environment's operator is authenticated as."""
    return f"system:serviceaccount:{environment.namespace}:{OPERATOR}"


def reader_group(environment: Environment) -> str:
    """Return the group whose members may read an environment; the cluster's login maps people to it."""
    return f"sluse:{environment.value}:readers"


def allows(access: Iterable[Access], *, group: str, resource: str, verb: str) -> bool:
    """Return whether a row allows `verb` on `resource` (with its subresource, as `helseidclients/status`)."""
    return any(row.group == group and resource in row.resources and verb in row.verbs for row in access)


def roles(environment: Environment) -> tuple[Manifest, ...]:
    """Return the Roles and RoleBindings of an environment, each role before its binding."""
    account = {"kind": "ServiceAccount", "name": OPERATOR, "namespace": environment.namespace}
    readers = {"kind": "Group", "name": reader_group(environment), "apiGroup": _RBAC}
    return (
        _role(environment, OPERATOR, OPERATOR_ACCESS),
        _binding(environment, OPERATOR, account),
        _role(environment, READER, READER_ACCESS),
        _binding(environment, READER, readers),
    )


def _role(environment: Environment, name: str, access: Iterable[Access]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": environment.namespace, "labels": dict(PART_OF)},
        "rules": [
            {"apiGroups": [row.group], "resources": list(row.resources), "verbs": list(row.verbs)} for row in access
        ],
    }


def _binding(environment: Environment, name: str, subject: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": environment.namespace, "labels": dict(PART_OF)},
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": name},
        "subjects": [subject],
    }
