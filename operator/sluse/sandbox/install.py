"""Put the environment stacks' own manifests into the sandbox's Kubernetes API, as its admin, over its public face.

What a platform person applies to a real cluster is applied here, so the sandbox needs no second description of
what an environment consists of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import aiohttp
import orjson

from sluse.sandbox.kube.identity import Identity
from sluse.sandbox.tls import Certificates

_QUERY = {"fieldManager": "sandbox", "force": "true"}


async def install(
    server: str, certificates: Certificates, admin: Identity, manifests: Iterable[Mapping[str, Any]]
) -> None:
    """Apply the manifests in their order. A RuntimeError with the server's own words where one is refused."""
    connector = aiohttp.TCPConnector(ssl=certificates.client())
    headers = {"Authorization": f"Bearer {admin.token}"}
    async with aiohttp.ClientSession(server, connector=connector, headers=headers) as session:
        plurals: dict[tuple[str, str], tuple[str, bool]] = {}
        for manifest in manifests:
            await _apply(session, manifest, plurals)


async def _apply(
    session: aiohttp.ClientSession, manifest: Mapping[str, Any], plurals: dict[tuple[str, str], tuple[str, bool]]
) -> None:
    version, kind = manifest["apiVersion"], manifest["kind"]
    if (version, kind) not in plurals:
        plurals.update(await _discover(session, version))
    plural, namespaced = plurals[version, kind]
    meta = manifest["metadata"]
    namespace = f"namespaces/{meta['namespace']}/" if namespaced else ""
    path = f"{_root(version)}/{namespace}{plural}/{meta['name']}"
    content = {"Content-Type": "application/apply-patch+yaml"}
    async with session.patch(path, params=_QUERY, headers=content, data=orjson.dumps(manifest, default=dict)) as answer:
        if answer.status >= 400:
            said = (await answer.json(content_type=None)).get("message", answer.reason)
            raise RuntimeError(f"the sandbox's API refused {kind} {meta['name']}: {said}")


async def _discover(session: aiohttp.ClientSession, version: str) -> dict[tuple[str, str], tuple[str, bool]]:
    async with session.get(_root(version)) as answer:
        resources = (await answer.json(content_type=None))["resources"]
    return {
        (version, resource["kind"]): (resource["name"], resource["namespaced"])
        for resource in resources
        if "/" not in resource["name"]
    }


def _root(version: str) -> str:
    return f"/apis/{version}" if "/" in version else f"/api/{version}"
