"""One merged change, from the trigger until the authority has it. Beside: the same PUT and one status PATCH alone."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Iterator

import floor
import fresh
import generated
from figures import Beside, Figure, Sample, progress
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import INTEGRATION_REPOSITORY
from sluse.delivery.repository import SYNC_REQUESTED
from standing import CLIENT, TEST, Standing, standing

_SIZES = ((100, 5), (200, 5))
REPETITIONS = 5
FIRST = 10  # organisation that is changed; the floor changes those before


def measure() -> Iterator[Figure]:
    for organisations, each in _SIZES:
        progress(f"{organisations * each} clients present")
        with standing(organisations, each) as place:
            fresh.filled(place)
            ours = Sample(tuple(changes(place, REPETITIONS)))
            theirs = Sample(tuple(floor.changes(place, REPETITIONS)))
            what = f"a merged change to the authority, {place.clients} present"
            yield Figure(what, ours, bar=1.0, beside=Beside("PUT + status PATCH, plain aiohttp", theirs))


def changes(place: Standing, repetitions: int) -> Iterator[float]:
    """Merge changes, one after the other; yield the seconds of each from the annotation to the authority's answer."""
    for herid in range(1, repetitions + 1):
        merge(place, herid)
        before = place.authority.requests.count("PUT", CLIENT, 200)
        begin = ask(place)
        yield place.until(lambda: place.authority.requests.count("PUT", CLIENT, 200) > before) - begin  # noqa: B023
        place.quiet(1.0)


def merge(place: Standing, herid: int) -> None:
    """Merge a change of one client: the value of one claim."""
    position = FIRST + herid
    slug, number = generated.slug(position), generated.number_of(position)
    place.clone.write(generated.document_path(slug, 1), generated.document(slug, 1, number, herid=herid))
    place.push(f"Change {herid}")


def ask(place: Standing) -> float:
    """Ask for a sync; return the moment just before."""
    return asyncio.run(_ask(place))


async def _ask(place: Standing) -> float:
    admin = json.loads(place.sandbox.kubeconfig().read_bytes())
    async with Cluster(access_from_kubeconfig(admin), connections=1) as cluster:
        (found,), _ = await cluster.list(INTEGRATION_REPOSITORY, TEST.namespace)
        patch = {"metadata": {"annotations": {SYNC_REQUESTED: str(uuid.uuid4())}}}
        begin = time.perf_counter()
        await cluster.merge(INTEGRATION_REPOSITORY, TEST.namespace, found["metadata"]["name"], patch)
        return begin
