"""Put the environment stacks' own manifests into a Kubernetes API, as its admin, over its public face.

What a platform person applies to a real cluster is applied here, so the sandbox needs no second description of
what an environment consists of.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

from sluse.cluster.access import Access

_PATIENCE = 30.0  # seconds for a new kind to be served
_QUERY = {"fieldManager": "sandbox", "force": "true"}


@asynccontextmanager
async def admin_session(access: Access) -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a session with an API server, as its admin."""
    bearer = access.bearer()
    headers = {"Authorization": f"Bearer {bearer.get_secret_value()}"} if bearer is not None else {}
    connector = aiohttp.TCPConnector(ssl=access.tls or True)
    async with aiohttp.ClientSession(access.server, connector=connector, headers=headers) as session:
        yield session


async def install(session: aiohttp.ClientSession, manifests: Iterable[Mapping[str, Any]]) -> None:
    """Apply the manifests in their order. A RuntimeError with the server's own words where one is refused."""
    plurals: dict[tuple[str, str], tuple[str, bool]] = {}
    for manifest in manifests:
        await _apply(session, manifest, plurals)


async def _apply(
    session: aiohttp.ClientSession, manifest: Mapping[str, Any], plurals: dict[tuple[str, str], tuple[str, bool]]
) -> None:
    version, kind = manifest["apiVersion"], manifest["kind"]
    async with asyncio.timeout(_PATIENCE):
        while (version, kind) not in plurals:
            plurals.update(await _discover(session, version))
            if (version, kind) not in plurals:
                await asyncio.sleep(0.1)  # a look: a real server serves a new kind a moment after it was defined
    plural, namespaced = plurals[version, kind]
    meta = manifest["metadata"]
    namespace = f"namespaces/{meta['namespace']}/" if namespaced else ""
    path = f"{_root(version)}/{namespace}{plural}/{meta['name']}"
    content = {"Content-Type": "application/apply-patch+yaml"}
    async with session.patch(path, params=_QUERY, headers=content, data=orjson.dumps(manifest, default=dict)) as answer:
        if answer.status >= 400:
            said = (await answer.json(content_type=None)).get("message", answer.reason)
            raise RuntimeError(f"the API refused {kind} {meta['name']}: {said}")


async def _discover(session: aiohttp.ClientSession, version: str) -> dict[tuple[str, str], tuple[str, bool]]:
    async with session.get(_root(version)) as answer:
        resources = (await answer.json(content_type=None))["resources"] if answer.status == 200 else ()
    return {
        (version, resource["kind"]): (resource["name"], resource["namespaced"])
        for resource in resources
        if "/" not in resource["name"]
    }


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"
