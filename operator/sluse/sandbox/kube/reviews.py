"""Questions about oneself and others: answered truly, never stored."""

from __future__ import annotations

from sluse.sandbox.kube.identity import MASTERS, User
from sluse.sandbox.kube.rbac import Attributes, Authorizer
from sluse.sandbox.kube.status import Object


def review(kind: str, item: Object, user: User, authorizer: Authorizer, now: str) -> Object:
    """Return the review with its status."""
    metadata = {"creationTimestamp": now} if kind == "SelfSubjectReview" else {"creationTimestamp": None}
    item = {**item, "metadata": {**(item.get("metadata") or {}), **metadata}}
    spec = item.get("spec") or {}
    if kind == "SelfSubjectReview":
        return {**item, "status": {"userInfo": {"username": user.name, "groups": list(user.groups)}}}
    if kind == "SelfSubjectRulesReview":
        return {**item, "status": _rules(user, spec.get("namespace") or "", authorizer)}
    if kind == "SubjectAccessReview":
        user = User(str(spec.get("user") or ""), tuple(spec.get("groups") or ()))
    reason = authorizer.reason(user, _asked(spec))
    return {**item, "status": {"allowed": reason is not None, **({"reason": reason} if reason else {})}}


def _asked(spec: Object) -> Attributes:
    resource = spec.get("resourceAttributes")
    if not resource:
        other = spec.get("nonResourceAttributes") or {}
        return Attributes(other.get("verb") or "", path=other.get("path") or "/")
    return Attributes(
        verb=resource.get("verb") or "",
        group=resource.get("group") or "",
        resource=resource.get("resource") or "",
        subresource=resource.get("subresource") or "",
        namespace=resource.get("namespace") or "",
        name=resource.get("name") or "",
    )


def _rules(user: User, namespace: str, authorizer: Authorizer) -> Object:
    granted = [g.rule for g in authorizer.rules(user) if g.namespace in {"", namespace}]
    if MASTERS in user.groups:
        granted.append({"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]})
        granted.append({"verbs": ["*"], "nonResourceURLs": ["*"]})
    return {
        "resourceRules": [rule for rule in granted if rule.get("resources")],
        "nonResourceRules": [rule for rule in granted if rule.get("nonResourceURLs")],
        "incomplete": False,
    }
