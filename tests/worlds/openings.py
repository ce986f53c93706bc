"""Who asks for openings, and a catalogue with documentation addresses (RFC 5737, RFC 3849)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sluse.catalog.yaml import dump, plain
from worlds.documents import Files, Supplier

CATALOGUE = "policies/network.yaml"
HOST, ADDRESS, OTHER = "helseid-sts.test.example", "192.0.2.10/32", "192.0.2.11/32"


def destination(party: str = "helseid", host: str = HOST, **values: object) -> dict[str, object]:
    """Return one entry of the catalogue: of test, seen from the internet, with one address."""
    return {
        "party": party,
        "environment": "test",
        "zone": "internet",
        "host": host,
        "addresses": [ADDRESS],
        "source": "invented for tests",
        "retrievedAt": "2026-11-01",
        "certainty": "verified",
        **values,
    }


def catalogue(*destinations: dict[str, object]) -> Files:
    """Return the catalogue's file; without arguments HelseID alone is known."""
    return {CATALOGUE: dump({"destinations": list(destinations or (destination(),))})}


def reaching(supplier: Supplier, zones: Sequence[str] = ("internet",)) -> Files:
    """Return a service, with its organisation and keys, whose own workloads reach HelseID."""
    files = supplier.everything()
    document: Any = plain(files[supplier.path()] or "")
    document["spec"]["network"] = {"zones": list(zones)}
    return {**files, supplier.path(): dump(document)}


def using(
    supplier: Supplier, services: Sequence[str], name: str = "bruk", zones: Sequence[str] = ("internet",)
) -> Files:
    """Return an organisation whose people use services."""
    spec = {
        "title": f"{supplier.slug} people",
        "services": [{"service": service, "neededBy": "2027-01-01"} for service in services],
        "zones": list(zones),
    }
    metadata = {"name": name, "organisation": supplier.slug}
    document = {"apiVersion": "sluse.nhn.no/v1alpha1", "kind": "UserOrganisation", "metadata": metadata, "spec": spec}
    return {**supplier.organisation(), f"integrations/{supplier.slug}/{name}.yaml": dump(document)}
