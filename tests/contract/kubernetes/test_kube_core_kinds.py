from __future__ import annotations

import base64
from typing import Any


async def test_text_of_a_secret_becomes_data(kube: Any) -> None:
    body = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "one"},
        "data": {"a": base64.b64encode(b"old").decode(), "b": ""},
        "stringData": {"a": "new"},
    }
    reply = await kube.post(f"{kube.core}/secrets", body)
    assert reply.code == 201
    assert reply.body["type"] == "Opaque"
    assert "stringData" not in reply.body
    assert base64.b64decode(reply.body["data"]["a"]) == b"new"
    changed = await kube.merge(f"{kube.core}/secrets/one", {"stringData": {"b": "text"}})
    assert base64.b64decode(changed.body["data"]["b"]) == b"text"
    broken = {**body, "metadata": {"name": "two"}, "data": {"a": "%%%"}}
    assert (await kube.post(f"{kube.core}/secrets", broken)).code == 400
    assert (await kube.merge(f"{kube.core}/secrets/one", {"type": "other"})).code == 422


async def test_an_immutable_configmap_stays(kube: Any) -> None:
    await kube.post(kube.configmaps, {**kube.configmap(a="b"), "immutable": True})
    assert (await kube.merge(f"{kube.configmaps}/one", {"data": {"a": "c"}})).code == 422
    assert (await kube.merge(f"{kube.configmaps}/one", {"metadata": {"labels": {"a": "b"}}})).code == 200


async def test_a_configmap_over_a_mebibyte_is_refused(kube: Any) -> None:
    reply = await kube.post(kube.configmaps, kube.configmap(a="x" * (1024 * 1024 + 1)))
    assert reply.code in {413, 422}


async def test_a_network_policy_is_completed_and_checked(kube: Any) -> None:
    path = f"/apis/networking.k8s.io/v1/namespaces/{kube.namespace}/networkpolicies"
    block = {"ipBlock": {"cidr": "192.0.2.0/24"}}
    body = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "one"},
        "spec": {"podSelector": {}, "egress": [{"to": [block], "ports": [{"port": 443}]}]},
    }
    reply = await kube.post(path, body)
    assert reply.code == 201
    assert reply.body["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert reply.body["spec"]["egress"][0]["ports"] == [{"port": 443, "protocol": "TCP"}]
    assert reply.body["metadata"]["generation"] == 1
    block["ipBlock"]["cidr"] = "192.0.2.0/33"
    refused = await kube.post(path, {**body, "metadata": {"name": "two"}})
    assert refused.code == 422
    assert refused.body["details"]["causes"][0]["field"] == "spec.egress[0].to[0].ipBlock.cidr"


async def test_an_event_is_about_its_own_namespace(kube: Any) -> None:
    about = {"kind": "Widget", "name": "one", "namespace": kube.namespace}
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": "event-"},
        "involvedObject": about,
        "reason": "Tested",
        "message": "x",
        "type": "Normal",
    }
    assert (await kube.post(f"{kube.core}/events", event)).code == 201
    selected = await kube.get(f"{kube.core}/events", fieldSelector="involvedObject.name=one,involvedObject.kind=Widget")
    assert [item["reason"] for item in selected.body["items"]] == ["Tested"]
    del about["namespace"]
    assert (await kube.post(f"{kube.core}/events", event)).code == 422


async def test_a_deployment_is_stored_and_its_selector_is_fixed(kube: Any) -> None:
    path = f"/apis/apps/v1/namespaces/{kube.namespace}/deployments"
    template = {
        "metadata": {"labels": {"app": "x"}},
        "spec": {"containers": [{"name": "c", "image": "example.invalid/x"}]},
    }
    body = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "one"},
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "x"}}, "template": template},
    }
    assert (await kube.apply(f"{path}/one", body)).code == 201
    env = {"spec": {"template": {"spec": {"containers": [{"name": "c", "env": [{"name": "A", "value": "1"}]}]}}}}
    patched = await kube.strategic(f"{path}/one", env)
    assert patched.body["spec"]["template"]["spec"]["containers"][0]["image"] == "example.invalid/x"
    assert (await kube.merge(f"{path}/one", {"spec": {"selector": {"matchLabels": {"app": "y"}}}})).code == 422
    wrong = {**body, "metadata": {"name": "two"}, "spec": {**body["spec"], "selector": {"matchLabels": {"app": "y"}}}}  # type: ignore[dict-item]
    assert (await kube.post(path, wrong)).code == 422


async def test_a_disruption_budget_is_stored(kube: Any) -> None:
    path = f"/apis/policy/v1/namespaces/{kube.namespace}/poddisruptionbudgets"
    body = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "one"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "x"}}},
    }
    assert (await kube.post(path, body)).code == 201


async def test_a_flow_schema_is_stored_and_completed(kube: Any) -> None:
    path = f"/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/{kube.namespace}"
    level = {"name": "leader-election"}
    body = {
        "apiVersion": "flowcontrol.apiserver.k8s.io/v1",
        "kind": "FlowSchema",
        "metadata": {"name": kube.namespace},
        "spec": {"priorityLevelConfiguration": level},
    }
    reply = await kube.apply(path, body)
    assert reply.code == 201
    assert reply.body["spec"]["matchingPrecedence"] == 1000
    assert (await kube.apply(path, {**body, "spec": {**body["spec"], "matchingPrecedence": 10001}})).code == 422
    assert (await kube.delete(path)).code == 200


async def test_dependents_go_with_their_owner(kube: Any) -> None:
    owner = (await kube.post(kube.widgets, kube.widget())).body
    reference = {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": "one",
        "uid": owner["metadata"]["uid"],
    }
    child, orphan = kube.configmap("child"), kube.configmap("orphan")
    child["metadata"]["ownerReferences"] = [reference]
    orphan["metadata"]["ownerReferences"] = [{**reference, "uid": "00000000-0000-0000-0000-000000000000"}]
    await kube.post(kube.configmaps, child)
    await kube.post(kube.configmaps, orphan)
    await kube.until(f"{kube.configmaps}/orphan", lambda reply: reply.code == 404)
    assert (await kube.get(f"{kube.configmaps}/child")).code == 200
    await kube.delete(f"{kube.widgets}/one")
    await kube.until(f"{kube.configmaps}/child", lambda reply: reply.code == 404)


async def test_a_foreground_delete_waits_for_its_dependents(kube: Any) -> None:
    owner = (await kube.post(kube.widgets, kube.widget())).body
    child = kube.configmap("child")
    child["metadata"]["finalizers"] = ["sluse.example/hold"]
    child["metadata"]["ownerReferences"] = [
        {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": "one",
            "uid": owner["metadata"]["uid"],
            "blockOwnerDeletion": True,
        }
    ]
    await kube.post(kube.configmaps, child)
    await kube.delete(f"{kube.widgets}/one", {"propagationPolicy": "Foreground"})
    await kube.until(f"{kube.configmaps}/child", lambda reply: "deletionTimestamp" in reply.body["metadata"])
    assert (await kube.get(f"{kube.widgets}/one")).body["metadata"]["finalizers"] == ["foregroundDeletion"]
    await kube.merge(f"{kube.configmaps}/child", {"metadata": {"finalizers": None}})
    await kube.until(f"{kube.widgets}/one", lambda reply: reply.code == 404)


async def test_orphaned_dependents_stay_without_the_reference(kube: Any) -> None:
    owner = (await kube.post(kube.widgets, kube.widget())).body
    child = kube.configmap("child")
    child["metadata"]["ownerReferences"] = [
        {"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": "one", "uid": owner["metadata"]["uid"]}
    ]
    await kube.post(kube.configmaps, child)
    await kube.delete(f"{kube.widgets}/one", {"propagationPolicy": "Orphan"})
    await kube.until(f"{kube.widgets}/one", lambda reply: reply.code == 404)
    left = await kube.get(f"{kube.configmaps}/child")
    assert "ownerReferences" not in left.body["metadata"]


async def test_a_deleted_namespace_takes_its_content_along(kube: Any) -> None:
    name = f"{kube.namespace}-b"
    path = f"/api/v1/namespaces/{name}"
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
    created = await kube.post("/api/v1/namespaces", body)
    assert created.body["status"]["phase"] == "Active"
    held = kube.configmap("held")
    held["metadata"]["finalizers"] = ["sluse.example/hold"]
    await kube.post(f"{path}/configmaps", held)
    await kube.post(f"{path}/configmaps", kube.configmap("free"))
    await kube.delete(path)
    await kube.until(f"{path}/configmaps/free", lambda reply: reply.code == 404)
    assert (await kube.get(path)).body["status"]["phase"] == "Terminating"
    late = await kube.post(f"{path}/configmaps", kube.configmap("late"))
    assert (late.code, late.body["reason"]) == (403, "Forbidden")
    await kube.merge(f"{path}/configmaps/held", {"metadata": {"finalizers": None}})
    await kube.until(path, lambda reply: reply.code == 404)
