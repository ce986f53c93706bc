"""Openings as a NetworkPolicy and as a CiliumNetworkPolicy.

Both select only pods that ask for it by a label. A policy that selects a pod takes from it everything that no policy
allows, so one that selected all pods of a namespace would cut off what ran there before.

A NetworkPolicy knows addresses only, so hosts without one are named as not covered; and where no host has an address
there is no policy, since it would allow nothing and forbid the rest. Cilium follows the hosts' names instead.
https://kubernetes.io/docs/concepts/services-networking/network-policies/ and
https://docs.cilium.io/en/stable/security/policy/language/#dns-based
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sluse.model.names import GROUP, Environment, IntegrationKey
from sluse.model.policy.network import Certainty
from sluse.model.resources.network_opening import Opening

SELECTED = {f"{GROUP}/network-opening": "helseid"}
"""Pods with this label get the openings, and nothing else that no other policy gives them."""

NOT_COVERED = f"{GROUP}/not-covered"
NOT_VERIFIED = f"{GROUP}/not-verified"
_DNS = 53


def policy_name(environment: Environment, key: IntegrationKey) -> str:
    """Return what a policy is called: two environments of one cluster may share a namespace."""
    return f"{environment.namespace}.{key}"


def policy_labels(environment: Environment, key: IntegrationKey) -> dict[str, str]:
    """Return by which labels the policies of one NetworkOpening are found again, in whatever namespace."""
    return {
        "app.kubernetes.io/managed-by": "sluse",
        f"{GROUP}/environment": environment.value,
        f"{GROUP}/organisation": key.organisation,
        f"{GROUP}/integration": key.name,
    }


def not_covered(openings: Iterable[Opening]) -> tuple[str, ...]:
    """Return the hosts that no address is known of, in order."""
    return tuple(sorted({each.host for each in openings if not each.addresses}))


def network_policy(environment: Environment, key: IntegrationKey, openings: Sequence[Opening]) -> dict[str, Any] | None:
    """Return the NetworkPolicy, without a namespace; None where no address is known at all."""
    by_port: defaultdict[int, set[str]] = defaultdict(set)
    for each in openings:
        by_port[each.port].update(each.addresses)
    egress = [
        {
            "to": [{"ipBlock": {"cidr": address}} for address in sorted(addresses)],
            "ports": [{"protocol": "TCP", "port": port}],
        }
        for port, addresses in sorted(by_port.items())
        if addresses
    ]
    if not egress:
        return None
    dns = {
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
        "ports": [{"protocol": protocol, "port": _DNS} for protocol in ("UDP", "TCP")],
    }
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": _metadata(environment, key, {NOT_COVERED: not_covered(openings), **_unsure(openings)}),
        "spec": {
            "podSelector": {"matchLabels": dict(SELECTED)},
            "policyTypes": ["Egress"],
            "egress": [*egress, dns],
        },
    }


def cilium_policy(environment: Environment, key: IntegrationKey, openings: Sequence[Opening]) -> dict[str, Any] | None:
    """Return the CiliumNetworkPolicy, without a namespace; None where there is no opening."""
    by_port: defaultdict[int, set[str]] = defaultdict(set)
    for each in openings:
        by_port[each.port].add(each.host)
    if not by_port:
        return None
    hosts = [
        {
            "toFQDNs": [{"matchName": host} for host in sorted(names)],
            "toPorts": [{"ports": [{"port": str(port), "protocol": "TCP"}]}],
        }
        for port, names in sorted(by_port.items())
    ]
    # Names are learnt from the answers that pass Cilium's DNS proxy, so this rule is what makes the others work.
    dns = {
        "toEndpoints": [{"matchLabels": {"k8s:io.kubernetes.pod.namespace": "kube-system", "k8s:k8s-app": "kube-dns"}}],
        "toPorts": [
            {"ports": [{"port": str(_DNS), "protocol": "ANY"}], "rules": {"dns": [{"matchPattern": "*"}]}},
        ],
    }
    return {
        "apiVersion": "cilium.io/v2",
        "kind": "CiliumNetworkPolicy",
        "metadata": _metadata(environment, key, _unsure(openings)),
        "spec": {"endpointSelector": {"matchLabels": dict(SELECTED)}, "egress": [*hosts, dns]},
    }


def _metadata(environment: Environment, key: IntegrationKey, told: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    annotations = {name: ", ".join(hosts) for name, hosts in told.items() if hosts}
    return {
        "name": policy_name(environment, key),
        "labels": policy_labels(environment, key),
        **({"annotations": annotations} if annotations else {}),
    }


def _unsure(openings: Iterable[Opening]) -> dict[str, tuple[str, ...]]:
    hosts = {f"{each.host} ({each.certainty.value})" for each in openings if each.certainty is not Certainty.VERIFIED}
    return {NOT_VERIFIED: tuple(sorted(hosts))}
