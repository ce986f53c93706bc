"""What the cluster has of a stack, for engines that compare before they write."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Collection, Iterable, Mapping
from typing import Any, TypeVar

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import ACCEPTANCE_TEST, HELSEID_CLIENT, IDENTITY_FEDERATION, INTEGRATION, NETWORK_OPENING, Kind
from sluse.desired.stack import Manifest, ObjectKey
from sluse.errors import ClusterUnavailable, Conflict, NotFound

KINDS: Mapping[str, Kind] = {
    "HelseIDClient": HELSEID_CLIENT,
    "IdentityFederation": IDENTITY_FEDERATION,
    "Integration": INTEGRATION,
    "NetworkOpening": NETWORK_OPENING,
    "AcceptanceTest": ACCEPTANCE_TEST,
}
"""Every kind that a stack may hold."""

Live = Mapping[str, Any]
_T = TypeVar("_T")

TRIES = 5
"""How often a write is tried against others' writes."""


async def listed(cluster: Cluster, namespace: str, labels: Mapping[str, str]) -> dict[ObjectKey, Live]:
    """Return the objects that bear these labels. What cannot be read is raised, never left out."""
    found: dict[ObjectKey, Live] = {}
    for name, kind in KINDS.items():
        items, _ = await cluster.list(kind, namespace, labels)
        found.update({ObjectKey(name, item["metadata"]["name"]): item for item in items})
    return found


async def named(
    cluster: Cluster, namespace: str, keys: Collection[ObjectKey], limit: asyncio.Semaphore
) -> dict[ObjectKey, Live]:
    """Return those of these objects that exist, whatever labels they bear."""

    async def look(key: ObjectKey) -> tuple[ObjectKey, Live] | None:
        async with limit:
            try:
                return key, await cluster.get(KINDS[key.kind], namespace, key.name)
            except NotFound:
                return None

    return dict(found for found in await every(look(key) for key in sorted(keys)) if found is not None)


async def freed(cluster: Cluster, applied: Live, manifest: Manifest) -> bool:
    """Take out of a spec what others put in, and server-side apply leaves; False where somebody wrote in between."""
    if applied["spec"] == manifest["spec"]:
        return True
    with contextlib.suppress(Conflict):
        await cluster.replace({**applied, "spec": manifest["spec"]})
        return True
    return False


def restless(manifest: Manifest) -> ClusterUnavailable:
    """Return what is raised of an object that could not be written in `TRIES` tries, since others always came first."""
    return ClusterUnavailable(
        f"{manifest['kind']} {manifest['metadata']['name']} changes faster than it can be written"
    )


async def every(requests: Iterable[Awaitable[_T]]) -> list[_T]:
    """Wait for all, then raise the first failure: nothing is under way when it has ended."""
    results = await asyncio.gather(*requests, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
