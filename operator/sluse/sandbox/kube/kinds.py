"""What the API server itself does with the built-in kinds beyond their schema: fill in, translate, refuse."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import itertools
from collections.abc import Callable, Iterator
from typing import Any

from sluse.sandbox.kube.status import Cause, Object, bad_request

_DATA = 1024 * 1024


class Kinds:
    """Strategies by resource key. `fill` changes the object in place; `causes` are refusals."""

    def __init__(self) -> None:
        addresses = ipaddress.ip_network("10.96.0.0/12").hosts()
        self._addresses = itertools.islice(addresses, 9, None)
        self._fill: dict[tuple[str, str], Callable[[Object, Object | None], None]] = {
            ("", "namespaces"): _namespace,
            ("", "secrets"): _secret,
            ("", "services"): self._service,
            ("networking.k8s.io", "networkpolicies"): _network_policy,
            ("rbac.authorization.k8s.io", "rolebindings"): _binding,
            ("rbac.authorization.k8s.io", "clusterrolebindings"): _binding,
        }
        self._causes: dict[tuple[str, str], Callable[[Object, Object | None], Iterator[Cause]]] = {
            ("", "configmaps"): _data_causes,
            ("", "secrets"): _secret_causes,
            ("", "events"): _event_causes,
            ("apps", "deployments"): _deployment_causes,
            ("networking.k8s.io", "networkpolicies"): _network_policy_causes,
            ("rbac.authorization.k8s.io", "rolebindings"): _binding_causes,
            ("rbac.authorization.k8s.io", "clusterrolebindings"): _binding_causes,
        }

    def fill(self, key: tuple[str, str], item: Object, old: Object | None) -> None:
        strategy = self._fill.get(key)
        if strategy is not None:
            strategy(item, old)

    def causes(self, key: tuple[str, str], item: Object, old: Object | None) -> Iterator[Cause]:
        strategy = self._causes.get(key)
        return strategy(item, old) if strategy is not None else iter(())

    def _service(self, item: Object, old: Object | None) -> None:
        spec = item.setdefault("spec", {})
        spec.setdefault("type", "ClusterIP")
        spec.setdefault("sessionAffinity", "None")
        for port in spec.get("ports") or ():
            if isinstance(port, dict) and "port" in port:
                port.setdefault("targetPort", port["port"])
        if spec["type"] != "ExternalName" and not spec.get("clusterIP"):
            spec["clusterIP"] = old["spec"]["clusterIP"] if old else str(next(self._addresses))
            spec["clusterIPs"] = [spec["clusterIP"]]
        item.setdefault("status", {"loadBalancer": {}})


def _namespace(item: Object, old: Object | None) -> None:
    metadata = item["metadata"]
    metadata["labels"] = {**(metadata.get("labels") or {}), "kubernetes.io/metadata.name": metadata["name"]}
    if old is None:
        item["spec"] = {"finalizers": ["kubernetes"]}
        item["status"] = {"phase": "Active"}
    else:
        item["spec"] = old["spec"]  # only the finalize subresource changes it


def _secret(item: Object, old: Object | None) -> None:
    for value in (item.get("data") or {}).values():
        _decoded(value)
    text = item.pop("stringData", None)
    if isinstance(text, dict):
        encoded = {k: base64.b64encode(str(v).encode()).decode() for k, v in text.items()}
        item["data"] = {**(item.get("data") or {}), **encoded}
    item.setdefault("type", old["type"] if old else "Opaque")


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(value or "", validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise bad_request('Secret in version "v1" cannot be handled as a Secret: illegal base64 data') from None


def _network_policy(item: Object, old: Object | None) -> None:  # noqa: ARG001 - a strategy's signature
    spec = item.setdefault("spec", {})
    if isinstance(spec, dict) and not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]


def _binding(item: Object, old: Object | None) -> None:  # noqa: ARG001 - a strategy's signature
    for subject in item.get("subjects") or ():
        if isinstance(subject, dict) and subject.get("kind") in {"User", "Group"}:
            subject.setdefault("apiGroup", "rbac.authorization.k8s.io")


def _data_causes(item: Object, old: Object | None) -> Iterator[Cause]:
    size = sum(len(str(value)) for field in ("data", "binaryData") for value in (item.get(field) or {}).values())
    if size > _DATA:
        yield Cause("FieldValueTooLong", f"Too long: may not be more than {_DATA} bytes", "data")
    for name in {**(item.get("data") or {}), **(item.get("binaryData") or {})}:
        if len(name) > 253 or not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
            sentence = f"Invalid value: \"{name}\": a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
            yield Cause("FieldValueInvalid", sentence, f"data[{name}]")
    if old and old.get("immutable"):
        for field in ("data", "binaryData"):
            if item.get(field) != old.get(field):
                yield Cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", field)
        if not item.get("immutable"):
            yield Cause("FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set", "immutable")


def _secret_causes(item: Object, old: Object | None) -> Iterator[Cause]:
    yield from _data_causes(item, old)
    if old and item.get("type") != old.get("type"):
        yield Cause("FieldValueInvalid", f'Invalid value: "{item.get("type")}": field is immutable', "type")


def _event_causes(item: Object, old: Object | None) -> Iterator[Cause]:  # noqa: ARG001 - a strategy's signature
    namespace = (item.get("involvedObject") or {}).get("namespace") or ""
    own = item["metadata"].get("namespace") or ""
    if namespace != own and not (namespace == "" and own in {"default", "kube-system"}):
        sentence = f'Invalid value: "{namespace}": does not match event.namespace'
        yield Cause("FieldValueInvalid", sentence, "involvedObject.namespace")


def _deployment_causes(item: Object, old: Object | None) -> Iterator[Cause]:
    spec = item.get("spec") or {}
    wanted = (spec.get("selector") or {}).get("matchLabels") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels") or {}
    if wanted.items() - labels.items():
        sentence = "Invalid value: `selector` does not match template `labels`"
        yield Cause("FieldValueInvalid", sentence, "spec.template.metadata.labels")
    if old and spec.get("selector") != old["spec"].get("selector"):
        yield Cause("FieldValueInvalid", "Invalid value: field is immutable", "spec.selector")


def _network_policy_causes(item: Object, old: Object | None) -> Iterator[Cause]:  # noqa: ARG001 - a strategy's signature
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for r, rule in enumerate((item.get("spec") or {}).get(direction) or ()):
            for p, peer in enumerate((rule or {}).get(peers) or ()):
                yield from _peer_causes(peer or {}, f"spec.{direction}[{r}].{peers}[{p}]")


def _peer_causes(peer: Object, path: str) -> Iterator[Cause]:
    block = peer.get("ipBlock")
    if block is None:
        if not peer:
            yield Cause("FieldValueRequired", "Required value: must specify a peer", path)
        return
    if len(peer) > 1:
        sentence = "Forbidden: may not specify both ipBlock and another peer"
        yield Cause("FieldValueForbidden", sentence, path)
    for field, cidr in [("cidr", block.get("cidr")), *(("except", text) for text in block.get("except") or ())]:
        try:
            ipaddress.ip_network(cidr)
        except ValueError:
            sentence = f'Invalid value: "{cidr}": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
            yield Cause("FieldValueInvalid", sentence, f"{path}.ipBlock.{field}")


def _binding_causes(item: Object, old: Object | None) -> Iterator[Cause]:
    if old and item.get("roleRef") != old.get("roleRef"):
        yield Cause("FieldValueInvalid", "Invalid value: cannot change roleRef", "roleRef")
    for index, subject in enumerate(item.get("subjects") or ()):
        if subject.get("kind") not in {"User", "Group", "ServiceAccount"}:
            supported = 'supported values: "Group", "ServiceAccount", "User"'
            sentence = f'Unsupported value: "{subject.get("kind")}": {supported}'
            yield Cause("FieldValueNotSupported", sentence, f"subjects[{index}].kind")
