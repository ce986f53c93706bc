"""One organisation's NetworkOpenings: what is made for whoever asks, what is kept, and what would surprise. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Self

from sluse.delivery.share import Share
from sluse.desired.stack import ObjectKey
from sluse.model.digests import sha256
from sluse.model.held import HeldOpening
from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import IntegrationKey
from sluse.model.resources.network_opening import NetworkOpeningSpec
from sluse.network.catalogue import Destinations
from sluse.network.consumer import Consumer
from sluse.network.derive import Surroundings


@dataclass(frozen=True)
class OrganisationOpenings:
    """What comes of it. `kept` are left as they are; `noted` is what the ledger has of both."""

    specs: Mapping[IntegrationKey, NetworkOpeningSpec] = field(default_factory=dict)
    kept: frozenset[IntegrationKey] = frozenset()
    noted: Mapping[str, HeldOpening] = field(default_factory=dict)

    @property
    def keep(self) -> frozenset[ObjectKey]:
        """What the stack keeps."""
        return frozenset(ObjectKey("NetworkOpening", str(key)) for key in self.kept)


NO_OPENINGS = OrganisationOpenings()


@dataclass(frozen=True)
class Made:
    """One NetworkOpening, declared where it opens anything, and all that it was made from."""

    consumer: Consumer
    destinations: Destinations
    providers: tuple[IdentityProvider | None, ...]
    spec: NetworkOpeningSpec
    noted: HeldOpening

    @classmethod
    def of(cls, consumer: Consumer, around: Surroundings, last: Self | None) -> Self:
        """Return what there is for a consumer, the same object while nothing changed."""
        providers = tuple(around.providers.get(party) for party in consumer.needs)
        if (
            last is not None
            and last.destinations is around.destinations
            and (last.consumer, last.providers) == (consumer, providers)
        ):
            return last
        spec = around.derived(consumer).spec
        asked = {"numbers": list(consumer.numbers), "zones": list(consumer.zones), "parties": list(consumer.needs)}
        noted = HeldOpening(asked=sha256(asked), digest=sha256(spec.wire()))
        return cls(consumer, around.destinations, providers, spec, noted)


def openings_of(
    slug: str, made: Mapping[IntegrationKey, Made], held: Mapping[str, HeldOpening], left: Collection[str]
) -> OrganisationOpenings:
    """Return openings, of which these are left as they are held."""
    specs = {key: each for key, each in made.items() if key.name not in left and each.spec.openings}
    kept = {name: held[name] for name in sorted(left)}
    if not specs and not kept:
        return NO_OPENINGS
    noted = {**kept, **{key.name: each.noted for key, each in specs.items()}}
    kept_keys = frozenset(IntegrationKey(slug, name) for name in kept)
    return OrganisationOpenings({key: each.spec for key, each in specs.items()}, kept_keys, noted)


def surprises(
    share: Share, made: Mapping[IntegrationKey, Made], held: Mapping[str, HeldOpening], kept: Collection[str]
) -> Iterator[IntegrationKey]:
    """Yield what would change though the same is asked for, and what would go since its file did."""
    documents = {each.content.key for each in (*share.documents, *share.users)}
    for name, before in held.items():
        key = IntegrationKey(share.slug, name)
        now = made.get(key)
        changed = now is not None and now.noted.asked == before.asked and now.noted.digest != before.digest
        if changed or (key not in documents and name not in kept):
            yield key
