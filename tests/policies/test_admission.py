"""An environment's admission policies: one a resource, bound, closed, and of one environment only."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluse.desired.access import operator_user
from sluse.desired.crds import KINDS
from sluse.model.names import Environment
from sluse.rules.rule import RequestRule, ResourceRule
from sluse.rules.table import RULES
from sluse_policies.admission import admission

POLICY = "ValidatingAdmissionPolicy"


def policies(place: Environment = Environment.TEST) -> dict[str, Any]:
    made = [manifest for manifest in admission(place) if manifest["kind"] == POLICY]
    return {manifest["metadata"]["name"].partition(".")[2]: manifest for manifest in made}


def test_each_resource_of_ours_has_one_and_so_have_those_that_the_operator_shares_with_others() -> None:
    assert set(policies()) == {*(kind.plural for kind in KINDS), "configmaps", "secrets", "leases", "networkpolicies"}


@pytest.mark.parametrize("place", Environment)
def test_each_is_bound_and_denies(place: Environment) -> None:
    made = admission(place)
    for policy, binding in zip(made[::2], made[1::2], strict=True):
        assert policy["spec"]["failurePolicy"] == "Fail"
        assert binding["spec"] == {"policyName": policy["metadata"]["name"], "validationActions": ["Deny"]}


def test_every_rule_on_requests_is_in_the_policy_of_each_resource_that_it_concerns() -> None:
    made = policies()
    for rule in RULES:
        if isinstance(rule, RequestRule):
            holding = {name for name, each in made.items() if rule.cel in expressions(each)}
            assert holding == rule.concerns


def test_every_rule_on_content_is_in_the_policy_of_each_resource_with_texts() -> None:
    for rule in RULES:
        if isinstance(rule, ResourceRule):
            without = {name for name, each in policies().items() if rule.cel not in expressions(each)}
            assert without == {"secrets", "leases", "networkpolicies"}


def test_a_refusal_names_the_rule() -> None:
    for policy in policies().values():
        for validation in policy["spec"]["validations"]:
            assert validation["message"].split(":")[0] in {rule.id for rule in RULES}


def test_only_network_policies_are_judged_outside_of_the_namespace() -> None:
    for name, policy in policies().items():
        selector = policy["spec"]["matchConstraints"].get("namespaceSelector")
        expected = None if name == "networkpolicies" else "sluse-test"
        assert (selector and selector["matchLabels"]["kubernetes.io/metadata.name"]) == expected


@pytest.mark.parametrize("place", Environment)
def test_nothing_of_one_environment_is_named_in_the_other(place: Environment) -> None:
    (other,) = set(Environment) - {place}
    made = json.dumps(admission(place))
    assert operator_user(place) in made
    assert other.namespace not in made


def expressions(policy: Any) -> set[str]:
    return {validation["expression"] for validation in policy["spec"]["validations"]}
