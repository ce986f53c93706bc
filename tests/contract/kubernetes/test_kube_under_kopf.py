"""A real Kopf operator, in this process, on the API under test."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import kopf
import pytest

GROUP = "conformance.sluse.example"


def registry(target: Any, calls: Counter[str]) -> kopf.OperatorRegistry:
    made = kopf.OperatorRegistry()

    @kopf.on.login(registry=made)
    async def login(**_: Any) -> kopf.AiohttpSession:
        connector = aiohttp.TCPConnector(limit=32, ssl=target.tls)
        session = aiohttp.ClientSession(connector=connector, headers=target.headers)
        return kopf.AiohttpSession(aiohttp_session=session, server=target.url, default_namespace="default")

    @kopf.on.create(GROUP, "v1", "widgets", registry=made, id="create")
    @kopf.on.update(GROUP, "v1", "widgets", registry=made, id="update")
    async def settled(name: str, spec: Any, patch: kopf.Patch, reason: str, **_: Any) -> None:
        calls[f"{reason} {name}"] += 1
        patch.status["phase"] = f"size {spec['size']}"

    @kopf.on.delete(GROUP, "v1", "widgets", registry=made, id="delete")
    async def deleted(name: str, **_: Any) -> None:
        calls[f"delete {name}"] += 1

    return made


@pytest.fixture
def run_operator(target: Any, kube: Any) -> Callable[[Counter[str]], Any]:
    @asynccontextmanager
    async def running(calls: Counter[str]) -> AsyncIterator[None]:
        settings = kopf.OperatorSettings()
        settings.posting.enabled = False
        settings.scanning.disabled = True
        ready, stop = asyncio.Event(), asyncio.Event()
        operator = asyncio.create_task(
            kopf.operator(
                registry=registry(target, calls),
                namespaces=[kube.namespace],
                settings=settings,
                ready_flag=ready,
                stop_flag=stop,
            )
        )
        try:
            await asyncio.wait_for(ready.wait(), 20)
            yield
        finally:
            stop.set()
            await asyncio.wait_for(operator, 20)

    return running


async def test_kopf_creates_updates_and_deletes(kube: Any, run_operator: Any) -> None:
    calls: Counter[str] = Counter()
    path = f"{kube.widgets}/one"
    async with run_operator(calls):
        await kube.post(kube.widgets, kube.widget())
        settled = await kube.until(path, lambda r: r.body.get("status", {}).get("phase") == "size 3")
        assert settled.body["metadata"]["finalizers"] == ["kopf.zalando.org/KopfFinalizerMarker"]
        await kube.merge(path, {"spec": {"size": 4}})
        await kube.until(path, lambda r: r.body.get("status", {}).get("phase") == "size 4")
        await kube.delete(path)
        await kube.until(path, lambda r: r.code == 404)
    assert calls == {"create one": 1, "update one": 1, "delete one": 1}


async def test_a_restarted_operator_writes_nothing(kube: Any, run_operator: Any) -> None:
    path = f"{kube.widgets}/one"
    first: Counter[str] = Counter()
    async with run_operator(first):
        await kube.post(kube.widgets, kube.widget())
        await kube.until(path, lambda r: r.body.get("status", {}).get("phase") == "size 3")
    before = (await kube.get(path)).body["metadata"]["resourceVersion"]
    second: Counter[str] = Counter()
    async with run_operator(second):
        await kube.post(kube.widgets, kube.widget("two"))
        await kube.until(f"{kube.widgets}/two", lambda r: r.body.get("status", {}).get("phase") == "size 3")
        assert (await kube.get(path)).body["metadata"]["resourceVersion"] == before
        for name in ("one", "two"):
            await kube.delete(f"{kube.widgets}/{name}")
            await kube.until(f"{kube.widgets}/{name}", lambda r: r.code == 404)
    assert second == {"create two": 1, "delete one": 1, "delete two": 1}


async def test_kopf_finds_what_changed_while_it_was_away(kube: Any, run_operator: Any) -> None:
    path = f"{kube.widgets}/one"
    async with run_operator(Counter()):
        await kube.post(kube.widgets, kube.widget())
        await kube.until(path, lambda r: r.body.get("status", {}).get("phase") == "size 3")
    await kube.merge(path, {"spec": {"size": 8}})
    calls: Counter[str] = Counter()
    async with run_operator(calls):
        await kube.until(path, lambda r: r.body.get("status", {}).get("phase") == "size 8")
        await kube.delete(path)
        await kube.until(path, lambda r: r.code == 404)
    assert calls == {"update one": 1, "delete one": 1}
