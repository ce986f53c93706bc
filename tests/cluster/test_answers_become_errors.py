"""A server that says exactly what a test wants, over real TLS: what the client makes of each answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pydantic import SecretStr

from sluse.cluster.access import Access
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import CONFIG_MAP, HELSEID_CLIENT, NAMESPACE, SECRET
from sluse.errors import ClusterError, ClusterUnavailable, Conflict, Forbidden, Invalid, NotFound

Scripted = Callable[..., Awaitable[tuple[Cluster, Any]]]

TOKEN = "a-secret-token"


def said(status: int, message: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    body = {"kind": "Status", "status": "Failure", "message": message, "reason": "Because", "code": status}
    return status, headers, json.dumps(body).encode()


def good(**body: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, json.dumps(body).encode()


def config_map(**metadata: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": "n", **metadata}}


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Invalid),
        (401, Forbidden),
        (403, Forbidden),
        (404, NotFound),
        (405, Invalid),
        (409, Conflict),
        (413, Invalid),
        (422, Invalid),
        (429, ClusterUnavailable),
        (500, ClusterUnavailable),
        (503, ClusterUnavailable),
        (504, ClusterUnavailable),
    ],
)
async def test_each_status_is_one_of_our_errors_and_keeps_the_server_s_sentence(
    scripted: Scripted, status: int, error: type[ClusterError]
) -> None:
    cluster, _ = await scripted(said(status, "because it is so"))
    with pytest.raises(error, match=f"GET /api/v1/namespaces/n/configmaps/a: {status} because it is so") as caught:
        await cluster.get(CONFIG_MAP, "n", "a")
    assert type(caught.value) is error


@pytest.mark.parametrize(
    "fault", ["drop", "half", "garbage", (200, {}, b"{half"), (200, {}, b"[]"), (302, {"Location": "/"}, b"")]
)
async def test_what_is_no_answer_of_an_api_server_means_try_later_and_never_tells_the_token(
    scripted: Scripted, fault: Any
) -> None:
    cluster, _ = await scripted(fault)
    with pytest.raises(ClusterUnavailable) as caught:
        await cluster.get(CONFIG_MAP, "n", "a")
    assert caught.value.__cause__ is None
    assert TOKEN not in repr(caught.value)


async def test_a_server_that_is_gone_means_try_later() -> None:
    async with Cluster(Access("http://127.0.0.1:1", None, SecretStr(TOKEN)), connections=1) as cluster:
        with pytest.raises(ClusterUnavailable, match="no answer"):
            await cluster.get(CONFIG_MAP, "n", "a")


async def test_a_passing_refusal_is_tried_again_and_succeeds(scripted: Scripted) -> None:
    cluster, script = await scripted(said(429, "slow down"), said(503, "starting"), "drop", good(kind="ConfigMap"))
    assert await cluster.get(CONFIG_MAP, "n", "a") == {"kind": "ConfigMap"}
    assert len(script.requests) == 4


async def test_it_gives_up_after_four_tries(scripted: Scripted) -> None:
    cluster, script = await scripted(said(503, "starting"))
    with pytest.raises(ClusterUnavailable):
        await cluster.apply(config_map(), manager="sluse")
    assert len(script.requests) == 4


async def test_a_long_retry_after_is_handed_to_the_caller_at_once(scripted: Scripted) -> None:
    cluster, script = await scripted(said(429, "slow down", **{"Retry-After": "120"}))
    with pytest.raises(ClusterUnavailable) as caught:
        await cluster.get(CONFIG_MAP, "n", "a")
    assert caught.value.retry_after == 120
    assert len(script.requests) == 1


async def test_a_retry_after_that_is_no_number_counts_as_unsaid(scripted: Scripted) -> None:
    cluster, _ = await scripted(said(500, "broken", **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}))
    with pytest.raises(ClusterUnavailable) as caught:
        await cluster.get(CONFIG_MAP, "n", "a")
    assert caught.value.retry_after is None


@pytest.mark.parametrize(
    "write",
    [
        lambda cluster: cluster.create(config_map()),
        lambda cluster: cluster.replace(config_map(resourceVersion="7")),
        lambda cluster: cluster.merge(CONFIG_MAP, "n", "a", {"metadata": {"resourceVersion": "7"}}),
        lambda cluster: cluster.delete(CONFIG_MAP, "n", "a", uid="u"),
    ],
    ids=["create", "replace", "guarded merge", "guarded delete"],
)
async def test_a_guarded_write_is_sent_once_since_its_first_try_may_have_been_heard(
    scripted: Scripted, write: Callable[[Cluster], Awaitable[Any]]
) -> None:
    cluster, script = await scripted(said(503, "starting"))
    with pytest.raises(ClusterUnavailable):
        await write(cluster)
    assert len(script.requests) == 1


async def test_a_refused_secret_leaves_no_word_of_its_content(
    scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    cluster, _ = await scripted(said(422, 'data[x]: Invalid value: "hunter2"'))
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "a", "namespace": "n"},
        "data": {"x": "hunter2"},
    }
    with caplog.at_level(logging.DEBUG), pytest.raises(Invalid) as caught:
        await cluster.apply(secret, manager="sluse")
    assert "hunter2" not in repr(caught.value) + str(caught.value) + caplog.text
    assert "Because" in str(caught.value)


async def test_the_log_has_method_path_and_status_and_neither_body_nor_token(
    scripted: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    cluster, _ = await scripted(good(kind="ConfigMap", data={"x": "content"}))
    with caplog.at_level(logging.DEBUG, logger="sluse.cluster"):
        await cluster.create({**config_map(), "data": {"x": "content"}})
    assert [record.getMessage() for record in caplog.records] == ["POST /api/v1/namespaces/n/configmaps 200"]
    assert TOKEN not in caplog.text


async def test_a_listing_is_read_page_by_page_with_its_labels(scripted: Scripted) -> None:
    cluster, script = await scripted(
        good(metadata={"continue": "more", "resourceVersion": "5"}, items=[{"metadata": {"name": "a"}}]),
        good(metadata={"resourceVersion": "5"}, items=[{"metadata": {"name": "b"}}]),
    )
    items, version = await cluster.list(HELSEID_CLIENT, None, {"b": "2", "a": "1"})
    assert [item["metadata"]["name"] for item in items] == ["a", "b"]
    assert {item["kind"] for item in items} == {"HelseIDClient"}
    assert version == "5"
    first, second = (request[1] for request in script.requests)
    assert first.startswith("/apis/sluse.nhn.no/v1alpha1/helseidclients?limit=500&labelSelector=a%3D1,b%3D2")
    assert "continue=more" in second


async def test_a_listing_that_the_server_forgets_is_begun_once_more(scripted: Scripted) -> None:
    first = good(metadata={"continue": "more"}, items=[{"metadata": {"name": "a"}}])
    cluster, _ = await scripted(first, said(410, "expired"), good(metadata={"resourceVersion": "9"}, items=[]))
    assert await cluster.list(CONFIG_MAP, "n") == ((), "9")


async def test_a_listing_that_is_forgotten_twice_means_try_later(scripted: Scripted) -> None:
    first = good(metadata={"continue": "more"}, items=[])
    cluster, _ = await scripted(first, said(410, "expired"), first, said(410, "expired"))
    with pytest.raises(ClusterUnavailable, match="forgot"):
        await cluster.list(CONFIG_MAP, "n")


async def test_requests_say_what_they_are(scripted: Scripted) -> None:
    cluster, script = await scripted(good(kind="x"))
    await cluster.apply(config_map(), manager="sluse", force=False)
    await cluster.merge(HELSEID_CLIENT, "n", "a.b.c", {"status": {}}, subresource="status")
    await cluster.delete(SECRET, "n", "a", uid="u", resource_version="7")
    await cluster.get(NAMESPACE, None, "n")
    seen = [
        (method, path, headers.get("Content-Type"), json.loads(body or "null"))
        for method, path, headers, body in script.requests
    ]
    assert seen == [
        ("PATCH", "/api/v1/namespaces/n/configmaps/a?fieldManager=sluse&force=false", "application/apply-patch+yaml", config_map()),
        ("PATCH", "/apis/sluse.nhn.no/v1alpha1/namespaces/n/helseidclients/a.b.c/status", "application/merge-patch+json", {"status": {}}),
        (
            "DELETE",
            "/api/v1/namespaces/n/secrets/a",
            "application/json",
            {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": "u", "resourceVersion": "7"}},
        ),
        ("GET", "/api/v1/namespaces/n", None, None),
    ]  # fmt: skip
    assert {headers["Authorization"] for _, _, headers, _ in script.requests} == {f"Bearer {TOKEN}"}


async def test_an_unknown_kind_is_refused_before_anything_is_sent(scripted: Scripted) -> None:
    cluster, script = await scripted(good())
    with pytest.raises(Invalid, match="v1 Pod is not a kind that Sluse writes"):
        await cluster.create({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}})
    assert script.requests == []


async def test_a_client_outside_its_context_is_a_mistake_of_the_program() -> None:
    cluster = Cluster(Access("http://127.0.0.1:1", None), connections=1)
    with pytest.raises(RuntimeError, match="async with"):
        await cluster.get(CONFIG_MAP, "n", "a")
