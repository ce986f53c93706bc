"""One function for each format in which openings are handed out: text, or manifests to be written as YAML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from sluse.model.names import Environment
from sluse.network import kubernetes, nftables, tabular
from sluse.network.derive import Derived
from sluse.words.said import say


class Format(StrEnum):
    """`kubernetes` and `cilium` are manifests, the others text."""

    CSV = "csv"
    NFTABLES = "nftables"
    JSON = "json"
    KUBERNETES = "kubernetes"
    CILIUM = "cilium"


def manifests(form: Format, environment: Environment, found: Iterable[Derived]) -> tuple[dict[str, Any], ...]:
    """Return the policies of all consumers that have one."""
    policy = kubernetes.network_policy if form is Format.KUBERNETES else kubernetes.cilium_policy
    made = (policy(environment, each.consumer.key, each.openings) for each in found)
    return tuple(each for each in made if each is not None)


def text(form: Format, environment: Environment, found: Sequence[Derived], sources: Sequence[str] = ()) -> str:
    """Return all consumers in a format that is text. `sources` are for nftables alone."""
    match form:
        case Format.CSV:
            return tabular.as_csv(environment, found)
        case Format.JSON:
            return tabular.as_json(environment, found)
        case _:
            return nftables.table(environment, found, sources)


def not_known(form: Format, found: Iterable[Derived]) -> Iterator[str]:
    """Yield what the format leaves out, a sentence each."""
    for each in found:
        key = each.consumer.key
        yield from (say("{key}: {gap}", key=key, gap=gap) for gap in each.gaps)
        if form in {Format.NFTABLES, Format.KUBERNETES}:
            hosts = kubernetes.not_covered(each.openings)
            yield from (
                say("{key}: no address of {host} is known, so the rules do not cover it", key=key, host=host)
                for host in hosts
            )
