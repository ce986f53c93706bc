"""Who may do what: the operator stays in its namespace but for NetworkPolicies, and nobody lists secrets."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from sluse.desired.access import (
    NETWORK_ACCESS,
    OPERATOR_ACCESS,
    READER_ACCESS,
    Access,
    operator_user,
    reader_group,
    roles,
)
from sluse.desired.crds import KINDS
from sluse.model.names import GROUP, Environment

OURS = [kind.plural for kind in KINDS]


def allows(access: Iterable[Access], *, group: str, resource: str, verb: str) -> bool:
    """Whether a row allows `verb` on `resource` (with its subresource, as `helseidclients/status`)."""
    return any(row.group == group and resource in row.resources and verb in row.verbs for row in access)


def may(verb: str, resource: str, group: str = "") -> bool:
    return allows(OPERATOR_ACCESS, group=group, resource=resource, verb=verb)


def test_the_operator_is_its_service_account() -> None:
    assert operator_user(Environment.PRODUCTION) == "system:serviceaccount:sluse-production:sluse-operator"


def test_the_operator_reads_all_our_kinds_and_writes_the_two_that_stacks_declare() -> None:
    for resource in OURS:
        assert all(may(verb, resource, GROUP) for verb in ("get", "list", "watch"))
        assert may("patch", f"{resource}/status", GROUP)
    for resource in ("helseidclients", "integrations"):
        assert all(may(verb, resource, GROUP) for verb in ("create", "patch", "update", "delete"))
    assert not any(may(verb, "integrationrepositories", GROUP) for verb in ("create", "update", "delete"))


def test_the_operator_never_lists_or_watches_secrets() -> None:
    assert [verb for verb in ("get", "create", "patch", "delete", "list", "watch") if may(verb, "secrets")] == [
        *("get", "create", "patch", "delete")
    ]


def test_the_operator_deletes_no_ledger() -> None:
    assert not may("delete", "configmaps")
    assert not may("deletecollection", "configmaps")


@pytest.mark.parametrize("resource", ["namespaces", "pods", "nodes", "serviceaccounts", "roles"])
def test_what_is_not_in_the_table_is_not_allowed(resource: str) -> None:
    assert not any(may(verb, resource) for verb in ("get", "list", "watch", "create", "patch", "delete"))


def test_no_status_is_read_apart_from_its_object_and_an_event_is_told_once() -> None:
    assert not any(may("get", f"{resource}/status", GROUP) for resource in OURS)
    assert may("create", "events")
    assert not any(may(verb, "events") for verb in ("get", "list", "watch", "patch", "delete"))


def test_a_resource_of_another_group_with_the_same_name_is_not_meant() -> None:
    assert not may("get", "helseidclients")
    assert not may("get", "secrets", GROUP)


def test_a_status_is_not_its_object() -> None:
    rows = (Access(GROUP, ("helseidclients/status",), ("patch",), "why"),)
    assert not allows(rows, group=GROUP, resource="helseidclients", verb="patch")


def test_people_look_and_change_nothing() -> None:
    assert {verb for row in READER_ACCESS for verb in row.verbs} == {"get", "list", "watch"}
    assert {resource for row in READER_ACCESS for resource in row.resources} == set(OURS)


def test_every_row_says_why_and_grants_no_wildcard() -> None:
    for row in (*OPERATOR_ACCESS, *READER_ACCESS, *NETWORK_ACCESS):
        assert row.why
        assert "*" not in {row.group, *row.resources, *row.verbs}


@pytest.mark.parametrize("environment", Environment)
def test_roles_are_the_table_in_one_namespace(environment: Environment) -> None:
    manifests = roles(environment)
    kinds = ["Role", "RoleBinding", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"]
    assert [manifest["kind"] for manifest in manifests] == kinds
    assert {manifest["metadata"]["namespace"] for manifest in manifests[:4]} == {environment.namespace}
    operator, bound, reader, *_ = manifests
    assert rules(operator) == [(row.group, row.resources, row.verbs) for row in OPERATOR_ACCESS]
    assert rules(reader) == [(row.group, row.resources, row.verbs) for row in READER_ACCESS]
    (subject,) = bound["subjects"]
    assert f"system:serviceaccount:{subject['namespace']}:{subject['name']}" == operator_user(environment)


def test_each_binding_names_the_role_before_it_and_readers_are_a_group_of_their_environment() -> None:
    operator, bound, reader, read, *_ = roles(Environment.TEST)
    assert bound["roleRef"]["name"] == operator["metadata"]["name"]
    assert read["roleRef"]["name"] == reader["metadata"]["name"]
    assert [subject["name"] for subject in read["subjects"]] == [reader_group(Environment.TEST)]
    assert reader_group(Environment.TEST) != reader_group(Environment.PRODUCTION)


def test_in_the_whole_cluster_it_sees_namespaces_and_writes_network_policies_and_nothing_else() -> None:
    *_, role, bound = roles(Environment.TEST)
    assert rules(role) == [(row.group, row.resources, row.verbs) for row in NETWORK_ACCESS]
    assert {resource for row in NETWORK_ACCESS for resource in row.resources} == {"namespaces", "networkpolicies"}
    assert not {"create", "patch", "update", "delete"} & set(NETWORK_ACCESS[0].verbs), "labels are the admin's"
    assert bound["roleRef"]["name"] == role["metadata"]["name"]
    (subject,) = bound["subjects"]
    assert f"system:serviceaccount:{subject['namespace']}:{subject['name']}" == operator_user(Environment.TEST)


def test_two_environments_of_one_cluster_share_no_cluster_role() -> None:
    test, production = (roles(environment)[-2]["metadata"]["name"] for environment in Environment)
    assert test != production


def rules(role: Any) -> list[Any]:
    return [(rule["apiGroups"][0], tuple(rule["resources"]), tuple(rule["verbs"])) for rule in role["rules"]]
