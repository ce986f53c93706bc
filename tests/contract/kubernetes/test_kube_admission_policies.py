"""ValidatingAdmissionPolicies: what a bound policy refuses, to whom, where, and in which words."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

GROUP = "/apis/admissionregistration.k8s.io/v1"
POLICIES, BINDINGS = f"{GROUP}/validatingadmissionpolicies", f"{GROUP}/validatingadmissionpolicybindings"
CONFIG_MAPS = {
    "apiGroups": [""],
    "apiVersions": ["v1"],
    "operations": ["CREATE", "UPDATE", "DELETE"],
    "resources": ["configmaps"],
}
PROBE = "refused-as-soon-as-the-policy-is-in-force"
WAIT = 20.0

Enforce = Callable[..., Awaitable[str]]


@pytest.fixture
async def enforce(kube: Any) -> AsyncIterator[Enforce]:
    """Bind a policy with these validations to the test's namespace, and wait until it is in force."""
    made: list[str] = []

    async def enforce(*validations: dict[str, str], actions: tuple[str, ...] = ("Deny",), **spec: Any) -> str:
        name = f"conformance-{uuid.uuid4().hex[:10]}"
        made.append(name)
        here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": kube.namespace}}}
        probe = {
            "expression": f"object == null || object.metadata.name != '{PROBE}'",
            "message": "the probe is refused",
        }
        policy = {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": name},
            "spec": {
                "matchConstraints": {"resourceRules": [CONFIG_MAPS], **here},
                "validations": [probe, *validations],
                **spec,
            },
        }
        binding = {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": list(actions)},
        }
        reply = await kube.post(POLICIES, policy)
        assert reply.code == 201, reply.body
        assert (await kube.post(BINDINGS, binding)).code == 201
        async with asyncio.timeout(WAIT):
            while True:
                reply = await kube.post(kube.configmaps, kube.configmap(PROBE), dryRun="All")
                if reply.code >= 400 or "Warning" in reply.headers:
                    return name
                await asyncio.sleep(0.05)  # nobody tells when a policy is in force

    yield enforce
    for name in made:
        await kube.delete(f"{BINDINGS}/{name}")
        await kube.delete(f"{POLICIES}/{name}")


async def test_what_a_validation_refuses_is_not_stored_and_told_in_its_words(kube: Any, enforce: Enforce) -> None:
    name = await enforce({"expression": "object == null || object.data.size() < 2", "message": "one at most"})
    assert (await kube.post(kube.configmaps, kube.configmap("small", a="1"))).code == 201
    reply = await kube.post(kube.configmaps, kube.configmap("large", a="1", b="2"))
    assert (reply.code, reply.body["reason"]) == (422, "Invalid")
    told = f"ValidatingAdmissionPolicy '{name}' with binding '{name}' denied request: one at most"
    assert reply.body["message"] == f'configmaps "large" is forbidden: {told}'
    assert reply.body["details"]["causes"] == [{"message": told}]
    assert (await kube.get(f"{kube.configmaps}/large")).code == 404


async def test_the_reason_of_a_validation_decides_the_code(kube: Any, enforce: Enforce) -> None:
    await enforce({"expression": "object == null || object.metadata.name != 'x'", "reason": "Forbidden"})
    reply = await kube.post(kube.configmaps, kube.configmap("x"))
    assert (reply.code, reply.body["reason"]) == (403, "Forbidden")
    assert "failed expression: object == null || object.metadata.name != 'x'" in reply.body["message"]


async def test_a_message_can_be_an_expression(kube: Any, enforce: Enforce) -> None:
    told = {"messageExpression": "'there is no ' + object.metadata.name", "message": "unused"}
    await enforce({"expression": "object == null || object.metadata.name != 'x'", **told})
    reply = await kube.post(kube.configmaps, kube.configmap("x"))
    assert reply.body["message"].endswith("denied request: there is no x")


async def test_a_change_is_judged_with_what_was_before(kube: Any, enforce: Enforce) -> None:
    await kube.post(kube.configmaps, kube.configmap("one", a="1"))
    await enforce({"expression": "oldObject == null || object == null || object.data == oldObject.data"})
    path = f"{kube.configmaps}/one"
    assert (await kube.merge(path, {"metadata": {"labels": {"a": "b"}}})).code == 200
    assert (await kube.merge(path, {"data": {"a": "2"}})).code == 422
    assert (await kube.apply(path, kube.configmap("one", b="2"))).code == 422
    assert (await kube.get(path)).body["data"] == {"a": "1"}


async def test_a_delete_has_no_object_and_can_be_refused(kube: Any, enforce: Enforce) -> None:
    await kube.post(kube.configmaps, kube.configmap("one"))
    await kube.post(kube.configmaps, kube.configmap("two"))
    await enforce({"expression": "request.operation != 'DELETE' || oldObject.metadata.name == 'two'"})
    assert (await kube.delete(f"{kube.configmaps}/one")).code == 422
    assert (await kube.delete(f"{kube.configmaps}/two")).code == 200
    assert (await kube.get(f"{kube.configmaps}/one")).code == 200


async def test_an_apply_that_creates_is_a_create(kube: Any, enforce: Enforce) -> None:
    await enforce({"expression": "request.operation != 'CREATE' || object.metadata.name != 'x'"})
    assert (await kube.apply(f"{kube.configmaps}/x", kube.configmap("x"))).code == 422
    assert (await kube.apply(f"{kube.configmaps}/y", kube.configmap("y"))).code == 201


async def test_variables_build_on_each_other(kube: Any, enforce: Enforce) -> None:
    await enforce(
        {"expression": "object == null || !variables.long"},
        variables=[
            {"name": "texts", "expression": "has(object.data) ? object.data.map(k, object.data[k]) : []"},
            {"name": "whole", "expression": "variables.texts.join(',')"},
            {"name": "long", "expression": "size(variables.whole) > 5"},
        ],
    )
    assert (await kube.post(kube.configmaps, kube.configmap("short", a="1", b="2"))).code == 201
    assert (await kube.post(kube.configmaps, kube.configmap("long", a="123", b="456"))).code == 422


async def test_a_condition_that_does_not_hold_leaves_the_policy_out(kube: Any, enforce: Enforce) -> None:
    name = {"name": "not-mine", "expression": "object == null || object.metadata.name != 'mine'"}
    await enforce({"expression": "object == null || !has(object.data)"}, matchConditions=[name])
    assert (await kube.post(kube.configmaps, kube.configmap("mine", a="1"))).code == 201
    assert (await kube.post(kube.configmaps, kube.configmap("other", a="1"))).code == 422


async def test_who_asks_and_what_the_namespace_is_are_known(kube: Any, enforce: Enforce) -> None:
    await enforce(
        {"expression": "request.userInfo.username != '' && 'system:masters' in request.userInfo.groups"},
        {"expression": f"namespaceObject.metadata.name == '{kube.namespace}'"},
        {"expression": "request.resource.resource == 'configmaps' && !has(request.subResource)"},
    )
    assert (await kube.post(kube.configmaps, kube.configmap("one"))).code == 201


async def test_what_cannot_be_evaluated_is_refused_unless_the_policy_says_ignore(kube: Any, enforce: Enforce) -> None:
    broken = {"expression": "object == null || object.data['absent'] == 'x'"}
    await enforce(broken)
    assert (await kube.post(kube.configmaps, kube.configmap("one", a="1"))).code == 422


async def test_with_ignore_what_cannot_be_evaluated_passes(kube: Any, enforce: Enforce) -> None:
    broken = {"expression": "object == null || object.data['absent'] == 'x'"}
    await enforce(broken, failurePolicy="Ignore")
    assert (await kube.post(kube.configmaps, kube.configmap("one", a="1"))).code == 201


async def test_a_binding_may_only_warn(kube: Any, enforce: Enforce) -> None:
    await enforce({"expression": "object == null || object.metadata.name != 'x'", "message": "no x"}, actions=("Warn",))
    reply = await kube.post(kube.configmaps, kube.configmap("x"))
    assert reply.code == 201
    assert "no x" in reply.headers["Warning"]


async def test_other_kinds_and_other_namespaces_are_left_alone(kube: Any, enforce: Enforce) -> None:
    await enforce({"expression": "false"})
    assert (await kube.post(kube.configmaps, kube.configmap("x"))).code == 422
    assert (await kube.post("/api/v1/namespaces/default/configmaps", kube.configmap("x"), dryRun="All")).code == 201
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "x"}}
    assert (await kube.post(f"{kube.core}/secrets", secret)).code == 201


async def test_a_dry_run_is_judged_too(kube: Any, enforce: Enforce) -> None:
    await enforce({"expression": "object == null || object.metadata.name != 'x'"})
    assert (await kube.post(kube.configmaps, kube.configmap("x"), dryRun="All")).code == 422


@pytest.mark.parametrize("expression", ["object.metadata.name ==", "strangers == 1", "variables.nobody == 1"])
async def test_a_policy_that_does_not_compile_is_refused(kube: Any, expression: str) -> None:
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": f"conformance-{uuid.uuid4().hex[:10]}"},
        "spec": {
            "matchConstraints": {"resourceRules": [CONFIG_MAPS]},
            "validations": [{"expression": expression}],
        },
    }
    reply = await kube.post(POLICIES, policy)
    assert reply.code == 422, reply.body
