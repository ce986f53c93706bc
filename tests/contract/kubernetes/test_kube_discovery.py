from __future__ import annotations

from typing import Any

GROUP = "conformance.sluse.example"


async def test_the_version_is_open_to_anonymous_callers(kube: Any) -> None:
    reply = await kube.call("GET", "/version", headers={"Authorization": ""})
    assert reply.code == 200
    assert reply.body["major"] == "1"


async def test_health_endpoints_answer(kube: Any) -> None:
    for path in ("/healthz", "/readyz", "/livez"):
        assert (await kube.get(path)).code == 200


async def test_the_core_group_lists_namespaces_and_their_status(kube: Any) -> None:
    reply = await kube.get("/api/v1")
    found = {entry["name"]: entry for entry in reply.body["resources"]}
    assert reply.body["groupVersion"] == "v1"
    assert found["namespaces"]["kind"] == "Namespace"
    assert not found["namespaces"]["namespaced"]
    assert {"create", "delete", "get", "list", "patch", "update", "watch"} <= set(found["configmaps"]["verbs"])
    assert "cm" in found["configmaps"]["shortNames"]


async def test_a_custom_group_appears_with_its_preferred_version(kube: Any) -> None:
    reply = await kube.get("/apis")
    group = next(group for group in reply.body["groups"] if group["name"] == GROUP)
    assert group["preferredVersion"] == {"groupVersion": f"{GROUP}/v1", "version": "v1"}
    resources = (await kube.get(f"/apis/{GROUP}/v1")).body["resources"]
    assert {"widgets", "widgets/status"} <= {entry["name"] for entry in resources}


async def test_aggregated_discovery_has_every_group_in_one_document(kube: Any) -> None:
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
    reply = await kube.call("GET", "/apis", headers={"Accept": accept})
    assert reply.body["kind"] == "APIGroupDiscoveryList"
    group = next(item for item in reply.body["items"] if item["metadata"]["name"] == GROUP)
    widget = next(entry for entry in group["versions"][0]["resources"] if entry["resource"] == "widgets")
    assert widget["responseKind"]["kind"] == "Widget"
    assert widget["subresources"][0]["subresource"] == "status"


async def test_openapi_v3_describes_custom_and_built_in_kinds(kube: Any) -> None:
    paths = (await kube.get("/openapi/v3")).body["paths"]
    assert {"api/v1", f"apis/{GROUP}/v1", "apis/networking.k8s.io/v1"} <= paths.keys()
    document = (await kube.get(f"/openapi/v3/apis/{GROUP}/v1")).body
    widget = next(
        schema
        for schema in document["components"]["schemas"].values()
        if {"group": GROUP, "version": "v1", "kind": "Widget"} in schema.get("x-kubernetes-group-version-kind", [])
    )
    assert widget["properties"]["spec"]["properties"]["size"]["description"] == "How big it is."


async def test_openapi_v2_is_there_in_both_forms(kube: Any) -> None:
    assert (await kube.get("/openapi/v2")).body["swagger"] == "2.0"
    media = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf"
    reply = await kube.call("GET", "/openapi/v2", headers={"Accept": media})
    assert reply.code == 200
    assert reply.headers["Content-Type"] == media.replace("@", ".")


async def test_unknown_paths_and_kinds_are_not_found(kube: Any) -> None:
    assert (await kube.get(f"/apis/{GROUP}/v1/namespaces/{kube.namespace}/gadgets")).code == 404
    assert (await kube.get("/apis/absent.example/v1")).code == 404
