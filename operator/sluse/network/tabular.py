"""Openings as CSV and as JSON, for every other firewall and for programs."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence

from sluse.model.names import Environment
from sluse.model.policy.network import NetworkCatalogue
from sluse.network.derive import Derived
from sluse.words.said import say

HEADER = (
    *("organisation", "name", "environment", "zone", "party", "host", "address"),
    *("port", "protocol", "certainty", "reason"),
)


def as_csv(environment: Environment, found: Iterable[Derived]) -> str:
    """Return one line for each address; a host that no address is known of has one line without."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(HEADER)
    for each in found:
        writer.writerows(_rows(environment, each))
    return written.getvalue()


def as_json(environment: Environment, found: Iterable[Derived]) -> str:
    """Return all consumers with their openings and with what is not known."""
    consumers = [
        {
            "organisation": each.consumer.key.organisation,
            "name": each.consumer.key.name,
            "numbers": list(each.consumer.numbers),
            "openings": [opening.model_dump(mode="json", by_alias=True) for opening in each.openings],
            "notKnown": list(each.gaps),
        }
        for each in found
    ]
    written = {"environment": environment.value, "consumers": consumers}
    return json.dumps(written, indent=2, ensure_ascii=False) + "\n"


def catalogue_rows(catalogue: NetworkCatalogue, environment: Environment | None) -> Iterator[Sequence[str]]:
    """Yield the catalogue as a table with a header: what is known, how surely, and from where."""
    yield (
        say("PARTY"),
        say("ENVIRONMENT"),
        say("ZONE"),
        say("HOST"),
        say("PORT"),
        say("ADDRESSES"),
        say("CERTAINTY"),
        say("RETRIEVED"),
        say("SOURCE"),
    )
    rows = sorted(catalogue.destinations, key=lambda each: (each.party, each.environment, each.zone, each.host))
    for each in rows:
        if environment in {None, each.environment}:
            yield (
                *(each.party, each.environment.value, each.zone.value, each.host, str(each.port)),
                *(", ".join(each.addresses) or say("none known"), each.certainty.value),
                *(each.retrieved_at.isoformat(), each.source),
            )


def _rows(environment: Environment, derived: Derived) -> Iterator[Sequence[str]]:
    key = derived.consumer.key
    for each in derived.openings:
        for address in each.addresses or ("",):
            yield (
                *(key.organisation, key.name, environment.value, each.zone.value, each.party, each.host, address),
                *(str(each.port), "tcp", each.certainty.value, each.reason),
            )
