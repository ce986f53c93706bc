"""Consumers and a catalogue -> the openings that each needs, and what is not known. Pure, sorted, deterministic.

Host first: an opening is towards a host, and has addresses only where the catalogue knows any. What cannot be opened
because nobody has said where it is becomes a gap, told in words, and never a guess.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from sluse.model.identity_provider import IdentityProvider
from sluse.model.names import Environment
from sluse.model.policy.network import Certainty, Destination, NetworkCatalogue
from sluse.model.resources.network_opening import NetworkOpeningSpec, Opening
from sluse.model.service_integration import NetworkZone
from sluse.model.tree import Tree
from sluse.network.catalogue import HELSEID, PROXY, Destinations
from sluse.network.consumer import Consumer, consumers
from sluse.words.said import say

MOST = 200
"""Openings of one consumer: the bound of the resource."""


@dataclass(frozen=True)
class Derived:
    """What one consumer needs. `gaps`: each a sentence on what could not be derived."""

    consumer: Consumer
    openings: tuple[Opening, ...]
    gaps: tuple[str, ...] = ()

    @property
    def spec(self) -> NetworkOpeningSpec:
        """What a cluster is told. The organisation must have a number."""
        key = self.consumer.key
        return NetworkOpeningSpec(
            organisation=key.organisation, name=key.name, numbers=self.consumer.numbers, openings=self.openings
        )


@dataclass(frozen=True)
class Surroundings:
    """What every consumer of one environment is derived from."""

    environment: Environment
    destinations: Destinations
    providers: Mapping[str, IdentityProvider]
    """Identity providers with a file of their own, by name."""

    def derived(self, consumer: Consumer) -> Derived:
        """Return what a consumer needs."""
        openings: dict[tuple[str, str, str, int], Opening] = {}
        gaps = list(consumer.unmet)
        for zone in consumer.zones:
            for party, reason in _parties(consumer, zone).items():
                found = [*self._known(party, zone, reason), *self._declared(party, zone, reason)]
                if not found:
                    gaps.append(say("{party} from {zone}: no host is known", party=party, zone=zone.value))
                for each in found:
                    openings.setdefault((zone.value, party, each.host, each.port), each)
        kept = tuple(openings[name] for name in sorted(openings))[:MOST]
        if len(openings) > MOST:
            gaps.append(
                say(
                    "{number} openings more than the {most} that one resource holds",
                    number=len(openings) - MOST,
                    most=MOST,
                )
            )
        return Derived(consumer, kept, tuple(sorted(gaps)))

    def _known(self, party: str, zone: NetworkZone, reason: str) -> Iterator[Opening]:
        for each in self.destinations.of(party, zone):
            yield _opening(each, reason)

    def _declared(self, party: str, zone: NetworkZone, reason: str) -> Iterator[Opening]:
        """Yield the issuer's host of a provider with a file. It says neither where logins are shown nor from which zone."""
        provider = self.providers.get(party)
        if provider is None or zone is NetworkZone.PROXY:
            return
        values = provider.spec.test if self.environment is Environment.TEST else provider.spec.production
        sure = Certainty.PARTLY if zone is NetworkZone.INTERNET else Certainty.UNVERIFIED
        # ValueError, pydantic's own included: an address without a host name is no opening; a rule tells its author.
        with suppress(ValueError):
            parts = urlsplit(values.issuer if values is not None else "")
            yield Opening(
                host=parts.hostname or "", port=parts.port or 443, zone=zone, party=party, certainty=sure, reason=reason
            )


def surroundings(
    catalogue: NetworkCatalogue, providers: Mapping[str, IdentityProvider], environment: Environment
) -> Surroundings:
    """Return what consumers are derived from."""
    return Surroundings(environment, Destinations(catalogue, environment), providers)


def derive(tree: Tree, catalogue: NetworkCatalogue, environment: Environment) -> tuple[Derived, ...]:
    """Return what everybody in a tree needs, in order."""
    around = surroundings(catalogue, providers_of(tree), environment)
    return tuple(around.derived(consumer) for consumer in consumers(tree, environment))


def providers_of(tree: Tree) -> dict[str, IdentityProvider]:
    """Return the identity providers that have a file, by the name that clients offer them by."""
    return {key.name: sourced.content for key, sourced in sorted(tree.providers.items())}


def _parties(consumer: Consumer, zone: NetworkZone) -> Mapping[str, str]:
    """Return whom a consumer meets from a zone: behind NHN's proxy that alone, whoever lies beyond it."""
    if zone is not NetworkZone.PROXY or not consumer.needs:
        return consumer.needs
    return {PROXY: consumer.needs.get(HELSEID, next(iter(consumer.needs.values())))}


def _opening(destination: Destination, reason: str) -> Opening:
    return Opening(
        host=destination.host,
        addresses=tuple(sorted(destination.addresses)),
        port=destination.port,
        zone=destination.zone,
        party=destination.party,
        certainty=destination.certainty,
        reason=reason,
    )
