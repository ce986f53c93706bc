"""The catalogue of `policies/network.yaml`, asked for one party in one zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from sluse.model.names import Environment
from sluse.model.policy.network import Certainty, Destination, NetworkCatalogue
from sluse.model.service_integration import NetworkZone

HELSEID = "helseid"
PROXY = "nhn-proxy"
"""Reached instead of everybody else by who is in the zone `proxy`."""


class Destinations:
    """What is known of one environment."""

    def __init__(self, catalogue: NetworkCatalogue, environment: Environment) -> None:
        self._of: Mapping[tuple[str, NetworkZone], tuple[Destination, ...]] = _grouped(catalogue, environment)

    def of(self, party: str, zone: NetworkZone) -> tuple[Destination, ...]:
        """Return where a party is reached from a zone. What is superseded counts only while nothing newer is known."""
        found = self._of.get((party, zone), ())
        return tuple(each for each in found if each.certainty is not Certainty.OLD) or found


def _grouped(
    catalogue: NetworkCatalogue, environment: Environment
) -> dict[tuple[str, NetworkZone], tuple[Destination, ...]]:
    found: defaultdict[tuple[str, NetworkZone], tuple[Destination, ...]] = defaultdict(tuple)
    for each in catalogue.destinations:
        if each.environment is environment:
            found[each.party, each.zone] += (each,)
    return dict(found)
