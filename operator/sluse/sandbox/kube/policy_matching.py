"""Which requests a ValidatingAdmissionPolicy or a binding is about: `matchConstraints` and `matchResources`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluse.sandbox.kube.identity import User
from sluse.sandbox.kube.resources import Resource
from sluse.sandbox.kube.status import Object


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One write on its way in. `item` is None on a delete, `old` on a create; `namespace` is the object, if any."""

    resource: Resource
    subresource: str
    operation: str
    user: User
    item: Object | None
    old: Object | None
    namespace: Object | None
    dry_run: bool

    @property
    def name(self) -> str:
        return str((self.item or self.old or {})["metadata"].get("name", ""))

    def request(self) -> Object:
        """Return the request as CEL sees it; what is empty is absent."""
        found: Object = {
            "kind": {"group": self.resource.group, "version": self.resource.version, "kind": self.resource.kind},
            "resource": {
                "group": self.resource.group,
                "version": self.resource.version,
                "resource": self.resource.plural,
            },
            "operation": self.operation,
            "name": self.name,
            "userInfo": {"username": self.user.name, "groups": list(self.user.groups)},
            "dryRun": self.dry_run,
        }
        if self.subresource:
            found["subResource"] = self.subresource
        if self.namespace is not None:
            found["namespace"] = self.namespace["metadata"]["name"]
        return found


def matches(constraints: Mapping[str, Any], asked: Asked) -> bool:
    """Tell whether a policy's or a binding's constraints are met; without rules of resources any resource does."""
    rules = constraints.get("resourceRules") or ()
    return (
        (not rules or any(_rule(rule, asked) for rule in rules))
        and not any(_rule(rule, asked) for rule in constraints.get("excludeResourceRules") or ())
        and _namespace(constraints.get("namespaceSelector") or {}, asked)
        and _object(constraints.get("objectSelector") or {}, asked)
    )


def _rule(rule: Mapping[str, Any], asked: Asked) -> bool:
    names = rule.get("resourceNames") or ()
    scope = rule.get("scope") or "*"
    return (
        _among(rule["apiGroups"], asked.resource.group)
        and _among(rule["apiVersions"], asked.resource.version)
        and _among(rule["operations"], asked.operation)
        and any(_resource(wanted, asked) for wanted in rule["resources"])
        and (not names or asked.name in names)
        and scope in {"*", "Namespaced" if asked.resource.namespaced else "Cluster"}
    )


def _among(wanted: list[str], value: str) -> bool:
    return "*" in wanted or value in wanted


def _resource(wanted: str, asked: Asked) -> bool:
    plural, _, subresource = wanted.partition("/")
    if wanted == "*/*":
        return True
    return plural in {"*", asked.resource.plural} and (
        subresource in {"*", asked.subresource} if subresource else not asked.subresource
    )


def _namespace(selector: Mapping[str, Any], asked: Asked) -> bool:
    """Tell whether the namespace is selected; an object of no namespace always is, and a Namespace is its own."""
    if (asked.resource.group, asked.resource.plural) == ("", "namespaces"):
        return selects(selector, _labels(asked.item or asked.old))
    return asked.namespace is None or selects(selector, _labels(asked.namespace))


def _object(selector: Mapping[str, Any], asked: Asked) -> bool:
    states = [state for state in (asked.item, asked.old) if state is not None]
    return any(selects(selector, _labels(state)) for state in states)


def _labels(item: Object | None) -> Mapping[str, str]:
    labels: Mapping[str, str] = (item or {"metadata": {}})["metadata"].get("labels") or {}
    return labels


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether a LabelSelector selects these labels; an empty one selects all."""
    exact = selector.get("matchLabels") or {}
    return all(labels.get(name) == value for name, value in exact.items()) and all(
        _expression(each, labels) for each in selector.get("matchExpressions") or ()
    )


def _expression(wanted: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    value = labels.get(wanted["key"])
    match wanted["operator"]:
        case "In":
            return value in wanted["values"]
        case "NotIn":
            return value not in wanted["values"]
        case "Exists":
            return value is not None
        case _:
            return value is None
