"""The kinds that exist before any CustomResourceDefinition does."""

from __future__ import annotations

from functools import cache
from typing import Any

from sluse.sandbox.kube import columns as c
from sluse.sandbox.kube import schemas as s
from sluse.sandbox.kube import system_schemas as y
from sluse.sandbox.kube.resources import Column, Resource
from sluse.sandbox.kube.status import Object
from sluse.sandbox.kube.structural import Structural

AUTHORIZATION = "authorization.k8s.io"
AUTHENTICATION = "authentication.k8s.io"
ADMISSION = "admissionregistration.k8s.io"
BINDINGS = (ADMISSION, "validatingadmissionpolicybindings")
CRDS = ("apiextensions.k8s.io", "customresourcedefinitions")
EVENTS = ("", "events")
NAMESPACES = ("", "namespaces")
POLICIES = (ADMISSION, "validatingadmissionpolicies")
RBAC = "rbac.authorization.k8s.io"


@cache
def built_in() -> tuple[Resource, ...]:
    """Return the kinds. They are made once for all APIs of a process, of which nothing changes them; registries are per API."""
    named: tuple[Column, ...] = (c.NAME,)
    return (
        _kind("", "Namespace", s.NAMESPACE, (*named, c.column("Status", ".status.phase"), c.AGE), "ns",
              namespaced=False, status=True),
        _kind("", "ConfigMap", s.CONFIG_MAP, (*named, Column("Data", "string", c.count("data", "binaryData")), c.AGE), "cm"),
        _kind("", "Secret", s.SECRET, (*named, c.column("Type", ".type"), Column("Data", "string", c.count("data")), c.AGE)),
        _kind("", "Service", s.SERVICE, (*named, c.column("Type", ".spec.type"), c.column("Cluster-IP", ".spec.clusterIP"),
              Column("Port(s)", "string", c.ports), c.AGE), "svc", status=True, categories=("all",)),
        _kind("", "ServiceAccount", s.SERVICE_ACCOUNT, (*named, c.AGE), "sa"),
        _kind("", "Event", s.EVENT, (Column("Last Seen", "string", c.last_seen), c.column("Type", ".type"),
              c.column("Reason", ".reason"), Column("Object", "string", c.about), c.column("Message", ".message"),
              Column("Name", "string", c.NAME.cell, priority=1, format="name")), "ev"),
        _kind("apps", "Deployment", s.DEPLOYMENT, (*named, Column("Ready", "string", c.ready),
              c.column("Up-to-date", ".status.updatedReplicas", "integer"),
              c.column("Available", ".status.availableReplicas", "integer"), c.AGE), "deploy",
              status=True, generation=True, categories=("all",)),
        _kind("networking.k8s.io", "NetworkPolicy", s.NETWORK_POLICY, (*named, Column("Pod-Selector", "string", c.selector), c.AGE),
              "netpol", plural="networkpolicies", generation=True),
        _kind("coordination.k8s.io", "Lease", s.LEASE, (*named, c.column("Holder", ".spec.holderIdentity"), c.AGE)),
        _kind("policy", "PodDisruptionBudget", s.POD_DISRUPTION_BUDGET, (*named,
              c.column("Min Available", ".spec.minAvailable"), c.column("Max Unavailable", ".spec.maxUnavailable"), c.AGE),
              "pdb", status=True, generation=True),
        _kind("flowcontrol.apiserver.k8s.io", "FlowSchema", y.FLOW_SCHEMA, (*named,
              c.column("PriorityLevel", ".spec.priorityLevelConfiguration.name"),
              c.column("MatchingPrecedence", ".spec.matchingPrecedence"),
              c.column("DistinguisherMethod", ".spec.distinguisherMethod.type"), c.AGE),
              namespaced=False, status=True, generation=True),
        _kind(RBAC, "Role", y.ROLE, (*named, c.CREATED)),
        _kind(RBAC, "ClusterRole", y.CLUSTER_ROLE, (*named, c.CREATED), namespaced=False),
        _kind(RBAC, "RoleBinding", y.BINDING, (*named, Column("Role", "string", c.role), c.AGE)),
        _kind(RBAC, "ClusterRoleBinding", y.BINDING, (*named, Column("Role", "string", c.role), c.AGE), namespaced=False),
        _kind("apiextensions.k8s.io", "CustomResourceDefinition", y.CRD, (*named, c.CREATED), "crd", "crds",
              namespaced=False, status=True, generation=True, categories=("api-extensions",)),
        _kind(ADMISSION, "ValidatingAdmissionPolicy", y.ADMISSION_POLICY, (*named, c.AGE),
              plural="validatingadmissionpolicies", namespaced=False, status=True, generation=True),
        _kind(ADMISSION, "ValidatingAdmissionPolicyBinding", y.ADMISSION_BINDING,
              (*named, c.column("PolicyName", ".spec.policyName"), c.AGE), namespaced=False, generation=True),
        _review(AUTHORIZATION, "SelfSubjectAccessReview"),
        _review(AUTHORIZATION, "SelfSubjectRulesReview"),
        _review(AUTHORIZATION, "SubjectAccessReview"),
        _review(AUTHENTICATION, "SelfSubjectReview"),
    )  # fmt: skip


def _kind(group: str, kind: str, schema: Object, columns: tuple[Column, ...], *short: str, **more: Any) -> Resource:
    more.setdefault("plural", f"{kind.lower()}s")
    more.setdefault("namespaced", True)
    return Resource(
        group=group,
        version="v1",
        kind=kind,
        singular=kind.lower(),
        schema=Structural(schema),
        columns=columns,
        short_names=short,
        **more,
    )


def _review(group: str, kind: str) -> Resource:
    return _kind(group, kind, y.REVIEW, (c.NAME,), namespaced=False, verbs=("create",))
