"""Writes that an environment's admission lets through or refuses, and the rule that refuses; asked with kubectl as dry runs."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sluse.desired.access import operator_user
from sluse.model.names import GROUP, ORGANISATION_NUMBER, Environment

Kubectl = Callable[..., subprocess.CompletedProcess[str]]

OPERATOR = operator_user(Environment.TEST)
ADMIN = ""
NUMBER = "311000640"
PERSON = "02013299997"
"""Published by Skatteetaten as an example."""
MINE, NOBODYS = "labelled-for-admission", "not-labelled-for-admission"

DERIVED, LEDGER, KEPT = "derived-by-the-operator", "ledger-by-the-operator", "operator-keeps-to-its-own"
KEY, NUMBERED, BINARY = "resource-private-key", "resource-personal-identifier", "resource-binary-data"
ENCODED = "resource-encoded-private-key"
OPENING, ALONE, PLACED = "opening-by-the-operator", "operator-writes-openings-alone", "opening-in-a-labelled-namespace"


@dataclass(frozen=True)
class Write:
    """One write; `refused` is the rule that refuses it, empty for one that is let through."""

    what: str
    user: str
    manifest: dict[str, Any]
    refused: str = ""
    verb: str = "create"


def _object(kind: str, name: str, *, version: str = "v1", namespace: str = "sluse-test", **more: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **more}


def integration(title: str = "Journal") -> dict[str, Any]:
    spec = {"organisation": "a", "name": "b", "kind": "ServiceIntegration", "title": title}
    return _object("Integration", "a.b", version=f"{GROUP}/v1alpha1", spec=spec)


def annotated(key: str) -> dict[str, Any]:
    made = integration()
    made["metadata"]["annotations"] = {key: "1"}
    return made


def config_map(name: str, text: str = "") -> dict[str, Any]:
    return _object("ConfigMap", name, data={"ledger.json": text})


def opening(namespace: str = MINE, number: str = NUMBER, selected: str = f"{GROUP}/network-opening") -> dict[str, Any]:
    spec = {"podSelector": {"matchLabels": {selected: "helseid"}}, "policyTypes": ["Egress"], "egress": []}
    made = _object("NetworkPolicy", "sluse-test.a.b", version="networking.k8s.io/v1", namespace=namespace, spec=spec)
    labels = {"app.kubernetes.io/managed-by": "sluse", f"{GROUP}/environment": "test", ORGANISATION_NUMBER: number}
    made["metadata"]["labels"] = labels
    return made


def _unlabelled() -> dict[str, Any]:
    made = opening()
    del made["metadata"]["labels"]
    return made


_JWK = json.dumps({"kty": "EC", "d": "A" * 43})
_PEM = "-----BEGIN EC PRIVATE KEY-----"
_PEM_IN_BASE64 = base64.b64encode(_PEM.encode()).decode()
_PUBLIC_IN_BASE64 = base64.b64encode(b"-----BEGIN PUBLIC KEY-----").decode()
_LARGE = json.dumps([f"{index:064x}" for index in range(14_000)])

WRITES = (
    Write("the operator derives", OPERATOR, integration()),
    Write("an admin derives", ADMIN, integration(), DERIVED),
    Write("a number in a title", OPERATOR, integration(f"Pasient {PERSON}"), NUMBERED),
    Write("a key in a title", OPERATOR, integration(_PEM), KEY),
    Write("the operator's ledger", OPERATOR, config_map("sluse-ledger-a")),
    Write("a ledger of 940 KB", OPERATOR, config_map("sluse-ledger-a", _LARGE)),
    Write("an admin's ledger", ADMIN, config_map("sluse-ledger-a"), LEDGER),
    Write("an admin's other ConfigMap", ADMIN, config_map("other")),
    Write("the operator's other ConfigMap", OPERATOR, config_map("not-its-own"), KEPT),
    Write("a private JWK in a ledger", OPERATOR, config_map("sluse-ledger-a", _JWK), KEY),
    Write("a private key in base64", ADMIN, config_map("other", f"key: {_PEM_IN_BASE64}"), ENCODED),
    Write("a public key in base64", ADMIN, config_map("other", _PUBLIC_IN_BASE64)),
    Write("a number in anybody's ConfigMap", ADMIN, config_map("other", PERSON), NUMBERED),
    Write("a number in a name", ADMIN, config_map(f"patient-{PERSON}"), NUMBERED),
    Write("a number in a key", ADMIN, _object("ConfigMap", "other", data={f"{PERSON}.json": "{}"}), NUMBERED),
    Write("a private JWK of keys", ADMIN, _object("ConfigMap", "other", data={"kty": "EC", "d": "A" * 43}), KEY),
    Write("a number in an annotation's key", OPERATOR, annotated(f"example.org/{PERSON}"), NUMBERED),
    Write("what nobody can look into", ADMIN, _object("ConfigMap", "other", binaryData={"a": _PEM_IN_BASE64}), BINARY),
    Write("the operator's credential", OPERATOR, _object("Secret", "sluse-anchor-a.b.c")),
    Write("an admin's credential", ADMIN, _object("Secret", "sluse-anchor-a.b.c"), LEDGER),
    Write("the operator's other Secret", OPERATOR, _object("Secret", "other"), KEPT),
    Write("an admin's Secret", ADMIN, _object("Secret", "other")),
    Write("an admin's Lease", ADMIN, _object("Lease", "sluse-operator", version="coordination.k8s.io/v1"), LEDGER),
    Write("an opening", OPERATOR, opening()),
    Write("an opening where nobody said so", OPERATOR, opening(NOBODYS), PLACED),
    Write("an opening with another number", OPERATOR, opening(number="313231593"), PLACED),
    Write("an opening that selects others' pods", OPERATOR, opening(selected="app"), ALONE),
    Write("the operator's policy without labels", OPERATOR, _unlabelled(), ALONE),
    Write("an admin's opening", ADMIN, opening(), OPENING),
    Write("an admin's own policy", ADMIN, _unlabelled()),
)


def prepared(kubectl: Kubectl) -> None:
    """Make the two namespaces: one that its admin labelled, and one that nobody did."""
    for name, labels in ((MINE, {ORGANISATION_NUMBER: NUMBER}), (NOBODYS, {})):
        body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        made = kubectl("apply", "--server-side", "-f", "-", stdin=json.dumps(body))
        assert made.returncode == 0, made.stderr


def asked(kubectl: Kubectl, write: Write) -> str:
    """Return the rule that refuses a write, or nothing where it is let through."""
    person = ("--as", write.user) if write.user else ()
    done = kubectl(*person, write.verb, "--dry-run=server", "-f", "-", stdin=json.dumps(write.manifest))
    if done.returncode == 0:
        return ""
    return done.stderr.partition("denied request: ")[2].partition(":")[0] or done.stderr


def applied(kubectl: Kubectl, overlay: Path) -> dict[str, str]:
    """Apply an overlay, strictly; return the resourceVersion of each of its objects."""
    done = kubectl("apply", "--server-side", "--validate=strict", "-k", overlay, "-o", "json")
    assert done.returncode == 0, done.stderr
    items = json.loads(done.stdout)["items"]
    return {f"{item['kind']}/{item['metadata']['name']}": _version(item) for item in items}


def _version(item: dict[str, Any]) -> str:
    """Return what a change of the object changes. A flow schema's status is the server's own, written soon after."""
    metadata = item["metadata"]
    return str(metadata["generation"]) if item["kind"] == "FlowSchema" else metadata["resourceVersion"]
