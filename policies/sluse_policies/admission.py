"""An environment's ValidatingAdmissionPolicies and their bindings, made of the rule table.

One policy a resource, so that each expression is type-checked against one schema. RBAC lets the operator do more than
it does: it knows no labels, and no names on a create. These policies are what narrows that, so they fail closed: what
cannot be judged is refused.

Every policy names its environment, in its match and by its operator's user name: in one cluster, neither environment's
policies say anything of the other's objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sluse.desired.access import operator_user
from sluse.desired.crds import KINDS, PART_OF, crds
from sluse.desired.stack import Manifest
from sluse.model.names import GROUP, VERSION, Environment
from sluse.rules.requests import COLLECTORS, ENVIRONMENT, MANAGED_BY
from sluse.rules.rule import RequestRule, ResourceRule
from sluse.rules.table import RULES
from sluse_policies import texts

_API = "admissionregistration.k8s.io/v1"
_CONTENT = tuple(rule for rule in RULES if isinstance(rule, ResourceRule))
_REQUESTS = tuple(rule for rule in RULES if isinstance(rule, RequestRule))


def admission(place: Environment) -> tuple[Manifest, ...]:
    """Return the policies of an environment, each before its binding."""
    return tuple(manifest for policy in _policies(place) for manifest in (policy, _binding(policy)))


def _policies(place: Environment) -> Iterator[Manifest]:
    schemas = {crd["spec"]["names"]["plural"]: _schema(crd) for crd in crds()}
    for plural in sorted(kind.plural for kind in KINDS):
        rules = _rules(GROUP, VERSION, plural, f"{plural}/status")
        yield _policy(place, plural, rules, text=texts.of_custom_resource(schemas[plural]))
    yield _policy(place, "configmaps", _rules("", "v1", "configmaps"), text=texts.of_config_map())
    yield _policy(place, "secrets", _rules("", "v1", "secrets"))
    yield _policy(place, "leases", _rules("coordination.k8s.io", "v1", "leases"))
    yield _policy(place, "networkpolicies", _rules("networking.k8s.io", "v1", "networkpolicies"), everywhere=True)


def _schema(crd: Manifest) -> dict[str, Any]:
    (version,) = crd["spec"]["versions"]
    schema: dict[str, Any] = version["schema"]["openAPIV3Schema"]
    return schema


def _rules(group: str, version: str, *resources: str) -> list[dict[str, Any]]:
    operations = ["CREATE", "UPDATE", "DELETE"]
    return [
        {"apiGroups": [group], "apiVersions": [version], "operations": operations, "resources": list(resources)},
    ]


def _policy(
    place: Environment, plural: str, rules: list[dict[str, Any]], *, text: str = "", everywhere: bool = False
) -> Manifest:
    requests = [_validation(rule) for rule in _REQUESTS if plural in rule.concerns]
    content = [_validation(rule) for rule in _CONTENT] if text else []
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": place.namespace}}}
    return {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": f"{place.namespace}.{plural}", "labels": dict(PART_OF)},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {**({} if everywhere else here), "resourceRules": rules},
            "variables": _variables(place, plural, text),
            "validations": [*requests, *content],
        },
    }


def _variables(place: Environment, plural: str, text: str) -> list[dict[str, str]]:
    collectors = ", ".join(f"'{user}'" for user in COLLECTORS)
    defined = {
        "byOperator": f"request.userInfo.username == '{operator_user(place)}'",
        "collected": f"request.operation == 'DELETE' && request.userInfo.username in [{collectors}]",
        "name": "object == null ? oldObject.metadata.name : object.metadata.name",
        "text": f"object == null ? '' : {text}" if text else "",
        "binary": _BINARY.get(plural, "false") if text else "",
    }
    if plural == "networkpolicies":
        defined |= {"openingBefore": _opening(place, "oldObject"), "openingAfter": _opening(place, "object")}
    return [{"name": name, "expression": expression} for name, expression in defined.items() if expression]


_BINARY = {"configmaps": "object != null && has(object.binaryData) && size(object.binaryData) > 0"}
"""What is in no text, by the resource that can have it."""


def _opening(place: Environment, item: str) -> str:
    labels = f"{item}.metadata.labels"
    wanted = {MANAGED_BY: "sluse", ENVIRONMENT: place.value}
    borne = "".join(f" && '{name}' in {labels} && {labels}['{name}'] == '{value}'" for name, value in wanted.items())
    return f"{item} != null && has({labels}){borne}"


def _validation(rule: RequestRule | ResourceRule) -> dict[str, str]:
    return {"expression": rule.cel, "message": f"{rule.id}: {rule.why} {rule.hint}", "reason": "Forbidden"}


def _binding(policy: Manifest) -> Manifest:
    name = policy["metadata"]["name"]
    return {
        "apiVersion": _API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name, "labels": dict(PART_OF)},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
