"""Whom the operator's namespace may talk to: nobody, but for the operator, which reaches exactly what its settings name.

NetworkPolicies know addresses and ports, no host names. Ports follow from the settings; addresses are any, unless the
site says which (`Reached`). Nothing comes in: the kubelet's probes come from the pod's own node, which every network
plugin lets through (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import Field

from sluse.desired.pod import LABELS, SELECTED
from sluse.desired.stack import Manifest
from sluse.model.settings import EngineName, PulumiSettings, Settings
from sluse.model.value import Cidr, Count, Unique, Value

_Addresses = Annotated[tuple[Cidr, ...], Unique]
_MANY = 20
_DNS = 53


class Reached(Value):
    """Addresses of what the operator talks to; none given means any address, on the ports that the settings name."""

    api_server: _Addresses = Field((), max_length=_MANY, description="The Kubernetes API servers.")
    api_server_ports: Annotated[tuple[Count, ...], Unique] = Field(
        (443, 6443),
        min_length=1,
        max_length=_MANY,
        description="Their ports: of the Service, and of the servers behind it, since plugins differ in which they see.",
    )
    remote: _Addresses = Field((), max_length=_MANY, description="The git remote.")
    authority: _Addresses = Field((), max_length=_MANY, description="The authority.")
    mail: _Addresses = Field((), max_length=_MANY, description="The mail server.")
    state: _Addresses = Field(
        (),
        max_length=_MANY,
        description="Where Pulumi's state and the key of it are, and whoever gives the credentials for both.",
    )


def isolation(settings: Settings, reached: Reached) -> tuple[Manifest, ...]:
    """Return the NetworkPolicies of an environment's namespace."""
    return (
        _policy(settings, "sluse-nothing", {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}),
        _policy(
            settings,
            "sluse-operator",
            {
                "podSelector": {"matchLabels": dict(SELECTED)},
                "policyTypes": ["Ingress", "Egress"],
                "egress": [_dns(), *_egress(settings, reached)],
            },
        ),
    )


def _policy(settings: Settings, name: str, spec: dict[str, Any]) -> Manifest:
    metadata = {"name": name, "namespace": settings.environment.namespace, "labels": dict(LABELS)}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": metadata, "spec": spec}


def _dns() -> dict[str, Any]:
    return {
        "to": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}],
        "ports": [{"protocol": protocol, "port": _DNS} for protocol in ("UDP", "TCP")],
    }


def _egress(settings: Settings, reached: Reached) -> Iterator[dict[str, Any]]:
    authority = settings.authority
    addresses = [authority.issuer, authority.registration_endpoint]
    if authority.federation is not None:
        addresses.append(authority.federation.instances)
    yield _rule(reached.api_server_ports, reached.api_server)
    yield _rule({_port(settings.remote.url)}, reached.remote)
    yield _rule({_port(address) for address in addresses}, reached.authority)
    if settings.mail is not None:
        yield _rule({settings.mail.port}, reached.mail)
    if settings.engine is EngineName.PULUMI and settings.pulumi is not None and (ports := _state(settings.pulumi)):
        yield _rule(ports, reached.state)


def _state(pulumi: PulumiSettings) -> frozenset[int]:
    """Return the ports of Pulumi's state and of the key of it: the address' own, or that of the `endpoint` it names."""
    addresses = [address for address in (pulumi.backend, pulumi.secrets_provider) if address is not None]
    away = [urlsplit(address) for address in addresses if not address.startswith("file:")]
    endpoints = [parse_qs(address.query).get("endpoint", [""])[0] for address in away]
    return frozenset(_port(each if "://" in each else f"https://{each}") for each in endpoints)


def _port(address: str) -> int:
    parts = urlsplit(address)
    return parts.port or (80 if parts.scheme == "http" else 443)


def _rule(ports: Collection[int], addresses: Collection[str]) -> dict[str, Any]:
    to = [{"ipBlock": {"cidr": address}} for address in addresses]
    return {
        **({"to": to} if to else {}),
        "ports": [{"protocol": "TCP", "port": port} for port in sorted(ports)],
    }
