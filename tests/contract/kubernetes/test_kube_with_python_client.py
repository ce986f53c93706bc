"""The official Python client against the API under test. It is synchronous, so it runs in a thread."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

# The package types some of its calls and not others, and its results as object: here it is only a client to try.
client: Any = import_module("kubernetes.client")
config: Any = import_module("kubernetes.config")
dynamic: Any = import_module("kubernetes.dynamic")
watch: Any = import_module("kubernetes.watch")

GROUP = "conformance.sluse.example"


@pytest.fixture
def api(target: Any) -> Iterator[Any]:
    with config.new_client_from_config(str(target.kubeconfig)) as made:
        yield made


async def test_custom_objects_are_created_replaced_and_conflict(kube: Any, api: Any) -> None:
    def story() -> None:
        objects = client.CustomObjectsApi(api)
        where = (GROUP, "v1", kube.namespace, "widgets")
        created = objects.create_namespaced_custom_object(*where, kube.widget())
        created["spec"]["size"] = 4
        replaced = objects.replace_namespaced_custom_object(*where, "one", created)
        assert replaced["metadata"]["generation"] == 2
        with pytest.raises(client.ApiException) as refused:
            objects.replace_namespaced_custom_object(*where, "one", created)
        assert (refused.value.status, refused.value.reason) == (409, "Conflict")
        objects.patch_namespaced_custom_object_status(*where, "one", {"status": {"phase": "Up"}})
        assert objects.list_namespaced_custom_object(*where)["items"][0]["status"]["phase"] == "Up"
        objects.delete_namespaced_custom_object(*where, "one")

    await asyncio.to_thread(story)


async def test_typed_kinds_go_both_ways(kube: Any, api: Any) -> None:
    def story() -> None:
        core, network = client.CoreV1Api(api), client.NetworkingV1Api(api)
        secret = client.V1Secret(metadata=client.V1ObjectMeta(name="one"), string_data={"a": "b"})
        core.create_namespaced_secret(kube.namespace, secret)
        assert base64.b64decode(core.read_namespaced_secret("one", kube.namespace).data["a"]) == b"b"
        policy = client.V1NetworkPolicy(
            metadata=client.V1ObjectMeta(name="one"),
            spec=client.V1NetworkPolicySpec(pod_selector=client.V1LabelSelector(), policy_types=["Ingress"]),
        )
        network.create_namespaced_network_policy(kube.namespace, policy)
        assert network.list_namespaced_network_policy(kube.namespace).items[0].spec.policy_types == ["Ingress"]
        core.delete_namespaced_secret("one", kube.namespace)

    await asyncio.to_thread(story)


async def test_a_watch_yields_typed_events(kube: Any, api: Any) -> None:
    def story() -> list[tuple[str, str]]:
        core = client.CoreV1Api(api)
        watching = watch.Watch()
        seen = []
        for event in watching.stream(
            core.list_namespaced_config_map, kube.namespace, label_selector="watched=yes", timeout_seconds=20
        ):
            seen.append((event["type"], event["object"].metadata.name))
            if len(seen) == 2:
                watching.stop()
        return seen

    body = kube.configmap()
    body["metadata"]["labels"] = {"watched": "yes"}
    await kube.post(kube.configmaps, body)
    watching = asyncio.create_task(asyncio.to_thread(story))
    await kube.merge(f"{kube.configmaps}/one", {"metadata": {"annotations": {"a": "b"}}})
    await kube.post(kube.configmaps, {**body, "metadata": {**body["metadata"], "name": "two"}})
    seen = await watching
    assert seen[0] == ("ADDED", "one")
    assert seen[1] in {("MODIFIED", "one"), ("ADDED", "two")}


async def test_the_dynamic_client_applies_on_the_server(kube: Any, api: Any) -> None:
    def story() -> None:
        found = dynamic.DynamicClient(api).resources.get(api_version=f"{GROUP}/v1", kind="Widget")
        applied = found.server_side_apply(
            body=kube.widget(), name="one", namespace=kube.namespace, field_manager="dynamic"
        )
        assert applied.spec.colour == "red"
        assert found.get(name="one", namespace=kube.namespace).metadata.managedFields[0].manager == "dynamic"

    await asyncio.to_thread(story)
