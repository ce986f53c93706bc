"""Who may do what in the cluster: one table, from which the RBAC manifests and the sandbox's authoriser are made.

The operator stays inside its own namespace, but for one thing: NetworkPolicies belong where the workloads are. For
that alone there is a ClusterRole (`NETWORK_ACCESS`): it may see namespaces, and write NetworkPolicies in any of them.
RBAC knows no labels, so it cannot say "only where the cluster's admin put `sluse.nhn.no/organisation-number`"; the
operator keeps to that by itself, and the environment's admission policies (`sluse_policies`) hold it to it: they refuse
its account any other namespace, and any NetworkPolicy that does not bear its labels and the namespace's number. Beyond that an operator of test sees nothing
of production: Kopf, with `settings.scanning.disabled` and fixed namespaces, otherwise reads discovery only, which
`system:discovery` gives to everybody who is authenticated.

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
    Access(GROUP, _KINDS, ("get", "list", "watch"), "what Kopf serves, the engine compares, and Pulumi sees go"),
    Access(GROUP, _WRITTEN, ("create", "patch", "update", "delete"), "stacks are declared and pruned"),
    Access(GROUP, ("integrationrepositories",), ("patch",), "Kopf notes in an annotation what failed"),
    Access(GROUP, tuple(f"{name}/status" for name in _KINDS), ("patch",), "one status write a change"),
    Access("", ("configmaps",), ("get", "list", "create", "patch", "update"), "the ledger, and the ApplySet's parent"),
    Access("", ("secrets",), ("get", "create", "patch", "delete"), "registration credentials, by name"),
    Access("coordination.k8s.io", ("leases",), ("get", "create", "update"), "which of several replicas writes"),
    Access("", ("events",), ("create",), "what had drifted, for kubectl describe"),
)
"""What an environment's operator may do, in its own namespace only."""

NETWORK_ACCESS: tuple[Access, ...] = (
    Access("", ("namespaces",), ("list", "watch"), "which namespaces are labelled with whose number"),
    Access(
        "networking.k8s.io",
        ("networkpolicies",),
        ("list", "create", "patch", "update", "delete"),
        "openings towards HelseID, in labelled namespaces",
    ),
)
"""What an environment's operator may do in the whole cluster."""

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


def roles(environment: Environment) -> tuple[Manifest, ...]:
    """Return the roles and bindings of an environment, each role before its binding."""
    account = {"kind": "ServiceAccount", "name": OPERATOR, "namespace": environment.namespace}
    readers = {"kind": "Group", "name": reader_group(environment), "apiGroup": _RBAC}
    return (
        _role(environment, OPERATOR, OPERATOR_ACCESS),
        _binding(environment, OPERATOR, account),
        _role(environment, READER, READER_ACCESS),
        _binding(environment, READER, readers),
        _cluster_role(environment),
        _cluster_binding(environment, account),
    )


def _role(environment: Environment, name: str, access: Iterable[Access]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "Role",
        "metadata": {"name": name, "namespace": environment.namespace, "labels": dict(PART_OF)},
        "rules": _rules(access),
    }


def _rules(access: Iterable[Access]) -> list[dict[str, list[str]]]:
    return [{"apiGroups": [row.group], "resources": list(row.resources), "verbs": list(row.verbs)} for row in access]


def _binding(environment: Environment, name: str, subject: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "RoleBinding",
        "metadata": {"name": name, "namespace": environment.namespace, "labels": dict(PART_OF)},
        "roleRef": {"apiGroup": _RBAC, "kind": "Role", "name": name},
        "subjects": [subject],
    }


def _cluster_role(environment: Environment) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRole",
        "metadata": {"name": _cluster_name(environment), "labels": dict(PART_OF)},
        "rules": _rules(NETWORK_ACCESS),
    }


def _cluster_binding(environment: Environment, subject: dict[str, str]) -> Manifest:
    return {
        "apiVersion": f"{_RBAC}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": _cluster_name(environment), "labels": dict(PART_OF)},
        "roleRef": {"apiGroup": _RBAC, "kind": "ClusterRole", "name": _cluster_name(environment)},
        "subjects": [subject],
    }


def _cluster_name(environment: Environment) -> str:
    """Return the name, which two environments of one cluster must not share."""
    return f"{environment.namespace}-openings"
