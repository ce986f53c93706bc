from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sluse.sandbox.clock import Clock
from sluse.sandbox.kube.api import KubernetesAPI

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"


async def test_requests_are_counted_by_who_did_what(
    ask: Any, api: KubernetesAPI, configmap: Callable[..., Any], guest_token: str
) -> None:
    before = api.requests.snapshot()
    await ask("POST", CONFIGMAPS, configmap())
    await ask("POST", CONFIGMAPS, configmap())
    await ask("GET", CONFIGMAPS, token=guest_token)
    await ask("GET", CONFIGMAPS, token="unknown")
    await ask("PATCH", f"{CONFIGMAPS}/one", {"data": {"a": "b"}}, media="application/merge-patch+json")
    new = api.requests.snapshot() - before
    assert {tuple(line): times for line, times in new.items()} == {
        ("create", "configmaps", "", 201, "admin"): 1,
        ("create", "configmaps", "", 409, "admin"): 1,
        ("list", "configmaps", "", 403, "guest"): 1,
        ("get", CONFIGMAPS, "", 401, ""): 1,
        ("patch", "configmaps", "", 200, "admin"): 1,
    }
    assert api.requests.count(resource="configmaps", username="admin") == 3
    assert api.requests.writes(username="admin") == 2
    assert api.requests.writes(username="guest") == 0


async def test_reviews_are_no_writes(ask: Any, api: KubernetesAPI) -> None:
    await ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", {})
    assert api.requests.writes() == 0
    assert api.requests.count(verb="create") == 1


async def test_data_outlives_a_restart_of_the_server(
    api: KubernetesAPI, serve: Any, client_of: Any, configmap: Callable[..., Any]
) -> None:
    with serve(api) as first:
        created = await client_of(first.url)("POST", CONFIGMAPS, configmap())
    with serve(api) as second:
        found = await client_of(second.url)("GET", f"{CONFIGMAPS}/one")
    assert found.body == created.body


async def test_time_is_the_sandboxs(ask: Any, clock: Clock, configmap: Callable[..., Any]) -> None:
    clock.advance(timedelta(days=400))
    created = await ask("POST", CONFIGMAPS, configmap())
    assert created.body["metadata"]["creationTimestamp"][:4] == str(clock.now().year)


async def test_what_is_too_large_is_refused(ask: Any, configmap: Callable[..., Any]) -> None:
    crowded = configmap()
    crowded["metadata"]["annotations"] = {"a": "x" * (256 * 1024 + 1)}
    assert (await ask("POST", CONFIGMAPS, crowded)).code == 422
    owners = configmap()
    reference = {"apiVersion": "v1", "kind": "ConfigMap", "name": "n" * 800}
    owners["metadata"]["ownerReferences"] = [{**reference, "uid": str(number)} for number in range(1900)]
    reply = await ask("POST", CONFIGMAPS, owners)
    assert (reply.code, reply.body["reason"]) == (413, "RequestEntityTooLarge")


@pytest.mark.parametrize("depth", [300, 5000])
async def test_what_is_nested_too_deeply_is_a_bad_request(ask: Any, depth: int) -> None:
    path = "/apis/apps/v1/namespaces/default/deployments"
    nested = b'{"a":' * depth + b"1" + b"}" * depth
    body = (
        b'{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"deep"},'
        b'"spec":{"selector":{},"template":{"metadata":%s}}}' % nested
    )
    reply = await ask("POST", path, body)
    assert (reply.code, reply.body["reason"]) == (400, "BadRequest")
    assert (await ask("GET", f"{path}/deep")).code == 404


GARBAGE: list[tuple[str, bytes]] = [
    ("application/json", b""),
    ("application/json", b"[1]"),
    ("application/json", b"null"),
    ("application/json", b'"text"'),
    ("application/json", b"\xff"),
    ("application/json", b'{"metadata": 1, "apiVersion": "v1", "kind": "ConfigMap"}'),
    ("application/json", b'{"metadata": {"name": 1}, "apiVersion": "v1", "kind": "ConfigMap"}'),
    ("application/yaml", b"kind: ConfigMap"),
    ("application/vnd.kubernetes.protobuf", b"k8s\x00\x0a"),
    ("application/vnd.kubernetes.protobuf", b"k8s\x00\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
    ("application/vnd.kubernetes.protobuf", b"{}"),
]


@pytest.mark.parametrize(("media", "body"), GARBAGE)
async def test_garbage_is_refused_by_the_client_s_fault(ask: Any, media: str, body: bytes) -> None:
    assert (await ask("POST", CONFIGMAPS, body, media=media)).code in {400, 415}
    assert (await ask("PUT", f"{CONFIGMAPS}/one", body, media=media)).code in {400, 404, 415}


async def test_labels_of_any_type_are_refused_not_crashed_on(ask: Any, configmap: Callable[..., Any]) -> None:
    wrong: list[dict[str, Any]] = [
        {"labels": {"a": 1}},
        {"labels": []},
        {"finalizers": {}},
        {"ownerReferences": [1]},
        {"annotations": 1},
    ]
    for metadata in wrong:
        body = configmap()
        body["metadata"].update(metadata)
        assert (await ask("POST", CONFIGMAPS, body)).code == 422, metadata


async def test_a_list_by_label_does_not_look_at_the_rest(ask: Any, configmap: Callable[..., Any]) -> None:
    for number in range(30):
        body = configmap(f"item-{number:02}")
        body["metadata"]["labels"] = {"stack": str(number // 10)}
        await ask("POST", CONFIGMAPS, body)
    await ask(
        "PATCH", f"{CONFIGMAPS}/item-05", {"metadata": {"labels": {"stack": "2"}}}, media="application/merge-patch+json"
    )
    await ask("DELETE", f"{CONFIGMAPS}/item-25")
    found = await ask("GET", CONFIGMAPS, labelSelector="stack=2")
    names = [item["metadata"]["name"] for item in found.body["items"]]
    assert names == ["item-05", *(f"item-{n}" for n in range(20, 30) if n != 25)]
