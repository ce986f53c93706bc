"""Who writes what in a cluster: what the operator makes is the operator's alone, and the operator makes nothing else.

RBAC cannot say most of this: it knows no names on a create, and no labels. The check and its CEL twin say the same;
the twin may use these variables beside what CEL has: `byOperator`, `collected` (a part of the cluster deletes what
has lost its owner or its namespace), `name`, and for NetworkPolicies `openingBefore` and `openingAfter`.
"""

from __future__ import annotations

from collections.abc import Iterator

from sluse.model.names import ANCHOR_PREFIX, GROUP, LEDGER_PREFIX, ORGANISATION_NUMBER, STACK_PREFIX
from sluse.rules.request import Manifest, Operation, Request
from sluse.rules.rule import Certainty, Finding, RequestRule

COLLECTORS = (
    "system:serviceaccount:kube-system:generic-garbage-collector",
    "system:serviceaccount:kube-system:namespace-controller",
    "system:kube-controller-manager",
)
"""Users that empty a namespace which is going, and delete what has lost its owner. They create nothing of ours."""

DERIVED = frozenset({"acceptancetests", "helseidclients", "identityfederations", "integrations", "networkopenings"})
"""Kinds that the operator derives from git, spec and status."""

MANAGED_BY = "app.kubernetes.io/managed-by"
ENVIRONMENT = f"{GROUP}/environment"
SELECTING = f"{GROUP}/network-opening"

_OWN = {
    "configmaps": (LEDGER_PREFIX, STACK_PREFIX),
    "secrets": (ANCHOR_PREFIX,),
    "leases": ("sluse-operator",),
}
_ITS_OWN = " || ".join(
    f"(request.resource.resource == '{resource}' && variables.name.startsWith('{prefix}'))"
    for resource, prefixes in _OWN.items()
    for prefix in prefixes
)


def derived(request: Request) -> Iterator[Finding]:
    """Find a derived object, or any status, that somebody else than the operator writes."""
    concerned = request.resource in DERIVED or request.subresource == "status"
    if concerned and not (request.by_operator or _collected(request)):
        yield Finding("", "Only the operator of this environment writes it")


def kept(request: Request) -> Iterator[Finding]:
    """Find a ledger, a registration's credential, or the Lease, that somebody else than the operator writes."""
    if _its_own(request) and not (request.by_operator or _collected(request)):
        yield Finding("", "Only the operator of this environment writes its ledger, its credentials and its Lease")


def beyond(request: Request) -> Iterator[Finding]:
    """Find a ConfigMap, Secret or Lease that the operator writes though it is not one of its own."""
    if request.by_operator and not _its_own(request):
        yield Finding("", "The operator writes its ledger, its credentials and its Lease, and no other of these kinds")


def opening(request: Request) -> Iterator[Finding]:
    """Find an opening that somebody else than the operator writes."""
    ours = _opening(request, request.object) or _opening(request, request.old)
    if ours and not (request.by_operator or _collected(request)):
        yield Finding("", "Only the operator of this environment writes its NetworkPolicies")


def beyond_openings(request: Request) -> Iterator[Finding]:
    """Find a NetworkPolicy of somebody else's that the operator writes, or one that selects more than it may."""
    if not request.by_operator:
        return
    if any(each is not None and not _opening(request, each) for each in (request.object, request.old)):
        yield Finding("", "The operator writes NetworkPolicies of its own environment, and no other")
    elif request.object is not None and not _narrow(request.object):
        yield Finding("", f"An opening is for egress of the pods labelled {SELECTING} and touches no others")


def placed(request: Request) -> Iterator[Finding]:
    """Find an opening that the operator puts where the cluster's admin did not say so. It may always take one away."""
    if request.by_operator and request.object is not None:
        said = request.namespace_labels.get(ORGANISATION_NUMBER, "")
        if not said or said != _labels(request.object).get(ORGANISATION_NUMBER):
            yield Finding("", f"The namespace is not labelled {ORGANISATION_NUMBER} with this organisation's number")


def _collected(request: Request) -> bool:
    return request.operation is Operation.DELETE and request.user in COLLECTORS


def _its_own(request: Request) -> bool:
    return any(request.name.startswith(prefix) for prefix in _OWN.get(request.resource, ()))


def _opening(request: Request, manifest: Manifest | None) -> bool:
    labels = _labels(manifest) if manifest is not None else {}
    return (labels.get(MANAGED_BY), labels.get(ENVIRONMENT)) == ("sluse", request.environment.value)


def _labels(manifest: Manifest) -> Manifest:
    found: Manifest = manifest["metadata"].get("labels") or {}
    return found


def _narrow(manifest: Manifest) -> bool:
    spec = manifest["spec"]
    selector = spec.get("podSelector") or {}
    return SELECTING in (selector.get("matchLabels") or {}) and spec.get("policyTypes") == ["Egress"]


_SOURCE = "Sluse: a resource is a work item; what is wanted is in git"

RULES = (
    RequestRule(
        id="derived-by-the-operator",
        why="What is wanted is in git; a derived object that a hand writes says what nobody reviewed.",
        source=_SOURCE,
        certainty=Certainty.OWN,
        hint="Change the file in git; the operator does the rest.",
        concerns=DERIVED | {"integrationrepositories"},
        check=derived,
        cel="(request.resource.resource == 'integrationrepositories'"
        " && !(has(request.subResource) && request.subResource == 'status'))"
        " || variables.byOperator || variables.collected",
    ),
    RequestRule(
        id="ledger-by-the-operator",
        why="The ledger is the one memory of what was done, and the Lease says who writes: the operator believes both.",
        source=_SOURCE,
        certainty=Certainty.OWN,
        hint="Leave it to the operator. To restore one, stop the operator and take the policy's binding away first.",
        concerns=frozenset(_OWN),
        check=kept,
        cel=f"!({_ITS_OWN}) || variables.byOperator || variables.collected",
    ),
    RequestRule(
        id="operator-keeps-to-its-own",
        why="RBAC cannot limit a create to names, so the operator's role has all ConfigMaps, Secrets and Leases here.",
        source="Kubernetes, Using RBAC Authorization: create cannot be restricted by resource name",
        certainty=Certainty.VERIFIED,
        hint="This is no work of the operator's: find out who has its token.",
        concerns=frozenset(_OWN),
        check=beyond,
        cel=f"!variables.byOperator || {_ITS_OWN}",
    ),
    RequestRule(
        id="opening-by-the-operator",
        why="An opening says that its organisation's files ask for it; one that a hand wrote would say so falsely.",
        source=_SOURCE,
        certainty=Certainty.OWN,
        hint="Write a NetworkPolicy of your own, without our labels; policies add up.",
        concerns=frozenset({"networkpolicies"}),
        check=opening,
        cel="!(variables.openingBefore || variables.openingAfter) || variables.byOperator || variables.collected",
    ),
    RequestRule(
        id="operator-writes-openings-alone",
        why="Its ClusterRole has every NetworkPolicy of the cluster, since RBAC knows no labels.",
        source="Kubernetes, Using RBAC Authorization: rules name resources, not labels",
        certainty=Certainty.VERIFIED,
        hint="This is no work of the operator's: find out who has its token.",
        concerns=frozenset({"networkpolicies"}),
        check=beyond_openings,
        cel="!variables.byOperator"
        " || ((object == null || variables.openingAfter) && (oldObject == null || variables.openingBefore)"
        " && (object == null || (has(object.spec.podSelector) && has(object.spec.podSelector.matchLabels)"
        f" && '{SELECTING}' in object.spec.podSelector.matchLabels"
        " && has(object.spec.policyTypes) && object.spec.policyTypes == ['Egress'])))",
    ),
    RequestRule(
        id="opening-in-a-labelled-namespace",
        why="Whose a namespace is, its cluster's admin says; nobody else's network is touched.",
        source="Sluse: NetworkPolicies stand only in namespaces that the cluster's admin labelled",
        certainty=Certainty.OWN,
        hint=f"Label the namespace {ORGANISATION_NUMBER}=<number>, if it is that organisation's.",
        concerns=frozenset({"networkpolicies"}),
        check=placed,
        cel="!variables.byOperator || object == null"
        " || (has(namespaceObject.metadata.labels) && has(object.metadata.labels)"
        f" && '{ORGANISATION_NUMBER}' in namespaceObject.metadata.labels"
        f" && '{ORGANISATION_NUMBER}' in object.metadata.labels"
        f" && namespaceObject.metadata.labels['{ORGANISATION_NUMBER}'] != ''"
        f" && namespaceObject.metadata.labels['{ORGANISATION_NUMBER}'] == object.metadata.labels['{ORGANISATION_NUMBER}'])",
    ),
)
