"""Put the environment stacks' own manifests into a Kubernetes API, as its admin, over its public face; take them away again.

What a platform person applies to a real cluster is applied here, so the sandbox needs no second description of
what an environment consists of.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import orjson

from sluse.cluster.access import Access
from sluse.cluster.kinds import NETWORK_OPENING
from sluse.model.names import API_VERSION

_PATIENCE = 30.0  # seconds for a new kind to be served
_LONG_PATIENCE = 120.0  # seconds for a namespace to go, with everything in it
_Plurals = dict[tuple[str, str], tuple[str, bool]]
"""By API version and kind: the name in URLs, and whether it is in a namespace."""

_GUARDS = frozenset({"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"})
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
    plurals: _Plurals = {}
    for manifest in manifests:
        await _apply(session, manifest, plurals)


async def uninstall(session: aiohttp.ClientSession, manifests: Iterable[Mapping[str, Any]]) -> None:
    """Take away the manifests and everything in their namespaces. The operators have ended.

    CRDs stay: they belong to the cluster, and whoever else has objects of theirs would lose them.
    """
    kept = [manifest for manifest in manifests if manifest["kind"] != "CustomResourceDefinition"]
    # Admission first: it lets nobody but the operators touch what they made.
    guards = [manifest for manifest in kept if manifest["kind"] in _GUARDS]
    plurals: _Plurals = {}
    await _delete(session, guards, plurals)
    for namespace in (each["metadata"]["name"] for each in kept if each["kind"] == "Namespace"):
        await _let_go(session, namespace)
    await _delete(session, [manifest for manifest in kept if manifest["kind"] not in _GUARDS], plurals)


async def _delete(session: aiohttp.ClientSession, manifests: Sequence[Mapping[str, Any]], plurals: _Plurals) -> None:
    """Delete in the order opposite to that of installing, and see all of it gone."""
    paths = [await _path(session, manifest, plurals) for manifest in reversed(manifests)]
    async with asyncio.timeout(_LONG_PATIENCE):
        for path in paths:
            await _insisted(session, "DELETE", path, {200, 202, 404})
        while paths:  # a look at each: nobody tells when a namespace is empty
            await asyncio.sleep(0.1)
            paths = [path for path in paths if not await _absent(session, path)]


async def _let_go(session: aiohttp.ClientSession, namespace: str) -> None:
    """Take our finalizer off what only an operator could end, or the namespace would stay for ever."""
    path = f"{_root(API_VERSION)}/namespaces/{namespace}/{NETWORK_OPENING.plural}"
    async with session.get(path) as answer:
        items = (await answer.json())["items"] if answer.status == 200 else ()
    async with asyncio.timeout(_LONG_PATIENCE):
        for name in (item["metadata"]["name"] for item in items):
            await _insisted(session, "PATCH", f"{path}/{name}", {200, 404}, b'{"metadata":{"finalizers":null}}')


async def _insisted(
    session: aiohttp.ClientSession, method: str, path: str, done: Collection[int], merged: bytes | None = None
) -> None:
    """Ask until it is done: a server takes a moment to learn of an admission policy that is gone, and refuses until then."""
    headers = {} if merged is None else {"Content-Type": "application/merge-patch+json"}
    while True:
        async with session.request(method, path, headers=headers, data=merged) as answer:
            if answer.status in done:
                return
            if answer.status != 403:
                raise RuntimeError(f"the API refused {method} {path}: {(await answer.text())[:300]}")
        await asyncio.sleep(0.1)


async def _absent(session: aiohttp.ClientSession, path: str) -> bool:
    async with session.get(path) as answer:
        return answer.status == 404


async def _apply(session: aiohttp.ClientSession, manifest: Mapping[str, Any], plurals: _Plurals) -> None:
    path = await _path(session, manifest, plurals)
    content = {"Content-Type": "application/apply-patch+yaml"}
    async with session.patch(path, params=_QUERY, headers=content, data=orjson.dumps(manifest, default=dict)) as answer:
        if answer.status >= 400:
            said = (await answer.json(content_type=None)).get("message", answer.reason)
            raise RuntimeError(f"the API refused {manifest['kind']} {manifest['metadata']['name']}: {said}")


async def _path(session: aiohttp.ClientSession, manifest: Mapping[str, Any], plurals: _Plurals) -> str:
    version, kind = manifest["apiVersion"], manifest["kind"]
    async with asyncio.timeout(_PATIENCE):
        while (version, kind) not in plurals:
            plurals.update(await _discover(session, version))
            if (version, kind) not in plurals:
                await asyncio.sleep(0.1)  # a look: a real server serves a new kind a moment after it was defined
    plural, namespaced = plurals[version, kind]
    meta = manifest["metadata"]
    namespace = f"namespaces/{meta['namespace']}/" if namespaced else ""
    return f"{_root(version)}/{namespace}{plural}/{meta['name']}"


async def _discover(session: aiohttp.ClientSession, version: str) -> _Plurals:
    async with session.get(_root(version)) as answer:
        resources = (await answer.json(content_type=None))["resources"] if answer.status == 200 else ()
    return {
        (version, resource["kind"]): (resource["name"], resource["namespaced"])
        for resource in resources
        if "/" not in resource["name"]
    }


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"
