from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from sluse.sandbox.kube.api import KubernetesAPI
from sluse.sandbox.kube.faults import Fault

CONFIGMAPS = "/api/v1/namespaces/default/configmaps"
WAIT = 10


async def line(response: aiohttp.ClientResponse) -> Any:
    raw = await asyncio.wait_for(response.content.readline(), WAIT)
    return json.loads(raw) if raw else None


def watching(ask: Any, **query: str) -> Any:
    headers = {"Authorization": "Bearer token-of-the-administrator"}
    return ask.session.get(ask.url + CONFIGMAPS, params={"watch": "1", **query}, headers=headers)


@pytest.mark.parametrize("code", [409, 410, 429, 500, 503])
async def test_a_code_is_answered_as_often_as_asked(ask: Any, api: KubernetesAPI, code: int) -> None:
    api.faults.add(Fault(code=code, retry_after=7, resource="configmaps", times=2))
    replies = [await ask("GET", CONFIGMAPS) for _ in range(3)]
    assert [reply.code for reply in replies] == [code, code, 200]
    assert replies[0].body["kind"] == "Status"
    if code == 429:
        assert replies[0].headers["Retry-After"] == "7"
        assert replies[0].body["details"]["retryAfterSeconds"] == 7


async def test_a_fault_meets_only_the_requests_it_names(
    ask: Any, api: KubernetesAPI, configmap: Callable[..., Any]
) -> None:
    api.faults.add(Fault(code=500, verb="create", name=None, resource="configmaps", username="admin", times=None))
    assert (await ask("GET", CONFIGMAPS)).code == 200
    assert (await ask("POST", "/api/v1/namespaces/default/secrets", {})).code != 500
    assert (await ask("POST", CONFIGMAPS, configmap())).code == 500
    api.faults.clear()
    assert (await ask("POST", CONFIGMAPS, configmap())).code == 201


async def test_an_answer_can_be_lost_after_the_write(
    ask: Any, api: KubernetesAPI, configmap: Callable[..., Any]
) -> None:
    api.faults.add(Fault(hang_up="after", verb="create"))
    with pytest.raises(aiohttp.ClientError):
        await ask("POST", CONFIGMAPS, configmap())
    assert (await ask("GET", f"{CONFIGMAPS}/one")).code == 200


async def test_a_connection_can_be_cut_before_the_write(
    ask: Any, api: KubernetesAPI, configmap: Callable[..., Any]
) -> None:
    api.faults.add(Fault(hang_up="before", verb="create"))
    with pytest.raises(aiohttp.ClientError):
        await ask("POST", CONFIGMAPS, configmap())
    assert (await ask("GET", f"{CONFIGMAPS}/one")).code == 404


async def test_latency_delays_only_the_request_it_meets(ask: Any, api: KubernetesAPI) -> None:
    api.faults.add(Fault(latency=30.0, verb="list"))
    slow = asyncio.create_task(ask("GET", CONFIGMAPS))
    async with asyncio.timeout(20):
        while api.faults.pending():  # noqa: ASYNC110 - the faults live in a thread; until then another request could meet it
            await asyncio.sleep(0)
    replies = [await ask("GET", CONFIGMAPS, limit=str(number)) for number in range(1, 50)]
    assert {reply.code for reply in replies} == {200}
    assert api.faults.pending() == ()
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


async def test_watches_can_be_dropped(ask: Any, api: KubernetesAPI) -> None:
    async with watching(ask) as response:
        assert response.status == 200
        api.faults.drop_watches("configmaps")
        assert await line(response) is None


async def test_a_forgotten_history_is_gone(ask: Any, api: KubernetesAPI, configmap: Callable[..., Any]) -> None:
    revision = (await ask("GET", CONFIGMAPS)).body["metadata"]["resourceVersion"]
    await ask("POST", CONFIGMAPS, configmap())
    api.faults.forget_history()
    async with watching(ask, resourceVersion=revision) as response:
        event = await line(response)
    assert (event["type"], event["object"]["code"], event["object"]["reason"]) == ("ERROR", 410, "Expired")


async def test_the_event_log_is_bounded(
    make_api: Callable[..., KubernetesAPI], serve: Any, client_of: Any, configmap: Callable[..., Any]
) -> None:
    api = make_api(history=3)
    with serve(api) as served:
        ask = client_of(served.url)
        revisions = []
        for number in range(5):
            created = await ask("POST", CONFIGMAPS, configmap(f"item-{number}"))
            revisions.append(created.body["metadata"]["resourceVersion"])
        async with watching(ask, resourceVersion=revisions[0]) as response:
            assert (await line(response))["object"]["code"] == 410
        async with watching(ask, resourceVersion=revisions[1]) as response:
            assert (await line(response))["object"]["metadata"]["name"] == "item-2"


async def test_an_administrator_plays_faults_over_http(ask: Any, guest_token: str) -> None:
    fault = {"code": 503, "resource": "configmaps", "times": 1}
    assert (await ask("POST", "/sandbox/faults", fault, token=guest_token)).code == 403
    added = await ask("POST", "/sandbox/faults", fault)
    assert added.body["faults"][0]["code"] == 503
    assert (await ask("GET", CONFIGMAPS)).code == 503
    assert (await ask("GET", "/sandbox/faults")).body == {"faults": []}
    await ask("POST", "/sandbox/faults", {**fault, "times": None})
    assert (await ask("DELETE", "/sandbox/faults")).body == {"faults": []}
    refused: list[Any] = [{"code": 999}, {"bogus": 1}, {"hang_up": "sideways"}, []]
    for wrong in refused:
        assert (await ask("POST", "/sandbox/faults", wrong)).code == 400
