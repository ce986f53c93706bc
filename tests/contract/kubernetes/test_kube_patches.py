from __future__ import annotations

from typing import Any


async def test_a_merge_patch_sets_and_removes(kube: Any) -> None:
    await kube.post(kube.configmaps, kube.configmap(a="1", b="2"))
    reply = await kube.merge(f"{kube.configmaps}/one", {"data": {"a": None, "c": "3"}})
    assert reply.body["data"] == {"b": "2", "c": "3"}


async def test_a_json_patch_adds_a_finalizer_only_if_its_test_holds(kube: Any) -> None:
    created = (await kube.post(kube.widgets, kube.widget())).body
    revision = {"op": "test", "path": "/metadata/resourceVersion", "value": created["metadata"]["resourceVersion"]}
    add = {"op": "add", "path": "/metadata/finalizers", "value": ["sluse.example/hold"]}
    reply = await kube.json_patch(f"{kube.widgets}/one", [revision, add])
    assert (reply.code, reply.body["metadata"]["finalizers"]) == (200, ["sluse.example/hold"])
    refused = await kube.json_patch(f"{kube.widgets}/one", [revision, add])
    assert (refused.code, refused.body["reason"]) == (422, "Invalid")
    await kube.merge(f"{kube.widgets}/one", {"metadata": {"finalizers": None}})


async def test_a_json_patch_of_a_missing_path_is_unprocessable(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    reply = await kube.json_patch(f"{kube.widgets}/one", [{"op": "remove", "path": "/spec/label"}])
    assert reply.code == 422


async def test_a_patch_of_an_absent_object_is_not_found(kube: Any) -> None:
    assert (await kube.merge(f"{kube.widgets}/absent", {"spec": {"size": 1}})).code == 404


async def test_a_strategic_merge_merges_keyed_lists(kube: Any) -> None:
    ports = [{"name": "http", "port": 80}, {"name": "https", "port": 443}]
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "one"},
        "spec": {"selector": {"a": "b"}, "ports": ports},
    }
    assert (await kube.post(f"{kube.core}/services", service)).code == 201
    patch = {"spec": {"ports": [{"port": 443, "name": "tls"}, {"port": 80, "$patch": "delete"}]}}
    reply = await kube.strategic(f"{kube.core}/services/one", patch)
    assert [(port["name"], port["port"]) for port in reply.body["spec"]["ports"]] == [("tls", 443)]


async def test_the_main_endpoint_leaves_the_status_alone(kube: Any) -> None:
    created = (await kube.post(kube.widgets, {**kube.widget(), "status": {"phase": "Claimed"}})).body
    assert "status" not in created
    await kube.merge(f"{kube.widgets}/one", {"status": {"phase": "Claimed"}})
    assert "status" not in (await kube.get(f"{kube.widgets}/one")).body


async def test_the_status_endpoint_changes_only_the_status(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    patch = {"status": {"phase": "Up"}, "spec": {"size": 9}, "metadata": {"labels": {"a": "b"}}}
    reply = await kube.merge(f"{kube.widgets}/one/status", patch)
    assert reply.code == 200
    assert reply.body["status"] == {"phase": "Up"}
    assert reply.body["spec"]["size"] == 3
    assert "labels" not in reply.body["metadata"]
    assert reply.body["metadata"]["generation"] == 1
    body = {**reply.body, "status": {"phase": "Down"}}
    assert (await kube.put(f"{kube.widgets}/one/status", body)).body["status"]["phase"] == "Down"
    assert (await kube.get(f"{kube.widgets}/one/status")).body["status"]["phase"] == "Down"


async def test_a_finalizer_holds_a_deleted_object(kube: Any) -> None:
    body = kube.widget()
    body["metadata"]["finalizers"] = ["sluse.example/hold"]
    await kube.post(kube.widgets, body)
    reply = await kube.delete(f"{kube.widgets}/one")
    assert reply.code == 200
    held = (await kube.get(f"{kube.widgets}/one")).body
    assert held["metadata"]["deletionTimestamp"]
    assert held["metadata"]["generation"] == 2
    again = await kube.delete(f"{kube.widgets}/one")
    assert again.body["metadata"]["resourceVersion"] == held["metadata"]["resourceVersion"]
    late = {"metadata": {"finalizers": ["sluse.example/hold", "sluse.example/late"]}}
    assert (await kube.merge(f"{kube.widgets}/one", late)).code == 422
    assert (await kube.merge(f"{kube.widgets}/one", {"metadata": {"finalizers": []}})).code == 200
    assert (await kube.get(f"{kube.widgets}/one")).code == 404


async def test_a_json_patch_of_null_changes_nothing(kube: Any) -> None:
    created = await kube.post(kube.widgets, kube.widget())
    patched = await kube.call("PATCH", f"{kube.widgets}/one", b"null", media="application/json-patch+json")
    assert (patched.code, patched.body["metadata"]) == (200, created.body["metadata"])
