"""A whole operator with the engine `pulumi`: a hundred organisations from nothing, and a merged change, there and among 2,000."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import converge
import fresh
import generated
from engine import there
from figures import Figure, Sample, once, progress
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.ledger.objects import LedgerObjects
from sluse.ledger.text import ledger_of, text_of
from sluse.model.settings import EngineName, LeadershipSettings, Settings, Timing
from standing import CLIENT, TEST, Standing, standing

_BAR = 5.0
_CHANGES = 5
_TERMS = LeadershipSettings(duration=120, renew=100, retry=1)


def measure(organisations: int = 100, each: int = 5) -> Iterator[Figure]:
    """Fill with Pulumi, two objects an integration; then merge changes, one after the other."""
    if not there():
        return
    with standing(organisations, each) as place:
        _use(place, EngineName.PULUMI)
        progress(f"{organisations} stacks of {2 * each}")
        yield Figure(
            f"{organisations} organisations, {organisations * each} integrations, to converged",
            once(fresh.filled(place)),
        )
        progress("changes")
        yield _figure(
            f"a merged change, {place.clients} present", [_changed(place, position) for position in range(_CHANGES)]
        )


def measure_large(organisations: int = 2000, each: int = 5) -> Iterator[Figure]:
    """Fill with the embedded engine and say in the ledger that it was Pulumi, so that no CLI runs for what is as declared.

    Of an organisation's first change Pulumi knows nothing yet, and adopts its objects; the next is as any other.
    """
    if not there():
        return
    with standing(organisations, each) as place:
        _use(place, EngineName.EMBEDDED)
        progress(f"{place.clients} clients, by the embedded engine")
        fresh.filled(place)
        embedded = [_changed(place, position) for position in range(_CHANGES)]
        place.stop()
        asyncio.run(_declared_by(place, EngineName.PULUMI))
        _use(place, EngineName.PULUMI)
        place.start()
        place.quiet()
        progress("changes, by Pulumi")
        adopted = [_changed(place, position, herid=2) for position in range(_CHANGES)]
        changed = [_changed(place, position, herid=3) for position in range(_CHANGES)]
        yield _figure(f"a merged change, {place.clients} present, embedded engine", embedded)
        yield _figure("... pulumi, an organisation that it adopts", adopted)
        yield _figure("... pulumi", changed)


def _figure(what: str, seconds: list[float]) -> Figure:
    return Figure(what, Sample(tuple(seconds)), bar=_BAR)


def _use(place: Standing, engine: EngineName) -> None:
    """Write the settings. On a busy machine a leader would lose its Lease, and a comparison would make stacks: neither is measured."""
    path = place.sandbox.settings(TEST)
    settings = Settings.model_validate_json(path.read_bytes())
    path.write_text(
        settings.model_copy(
            update={"engine": engine, "leadership": _TERMS, "timing": Timing(compare=86400)}
        ).model_dump_json(by_alias=True)
    )


async def _declared_by(place: Standing, engine: EngineName) -> None:
    """Say in every ledger that its stack was declared by an engine."""
    admin = json.loads(place.sandbox.kubeconfig().read_bytes())
    async with Cluster(access_from_kubeconfig(admin), connections=1) as cluster:
        books = LedgerObjects(cluster, TEST)
        for slug, stored in (await books.read_all()).items():
            ledger = ledger_of(stored.text, slug)
            changed = ledger.model_copy(update={"engine": engine.value, "revision": ledger.revision + 1})
            await books.write(slug, text_of(changed), stored.version)


def _changed(place: Standing, position: int, herid: int = 1) -> float:
    """Merge a change of one client; return the seconds from the annotation to the authority's answer."""
    slug, number = generated.slug(position), generated.number_of(position)
    place.clone.write(generated.document_path(slug, 1), generated.document(slug, 1, number, herid=herid))
    place.push(f"Change {slug} to {herid}")
    before = place.authority.requests.count("PUT", CLIENT, 200)
    begin = converge.ask(place)
    took = place.until(lambda: place.authority.requests.count("PUT", CLIENT, 200) > before) - begin
    place.quiet(1.0)
    return took
