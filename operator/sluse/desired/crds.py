"""The CustomResourceDefinitions of `sluse.nhn.no`, generated from the models of `sluse.model.resources`.

The schema of a derived kind holds no defaults: an API server that fills them in would make every object differ
from the manifest we declared, and each look would find a drift that is none. The one kind that a person writes,
IntegrationRepository, keeps its defaults, since kubectl is where that person looks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sluse.desired.json_schema import JsonSchema, json_schema
from sluse.desired.stack import Manifest
from sluse.desired.structural import structural
from sluse.model.names import GROUP, VERSION
from sluse.model.resources.acceptance_test import AcceptanceTestSpec, AcceptanceTestStatus
from sluse.model.resources.helseid_client import HelseIDClientSpec, HelseIDClientStatus
from sluse.model.resources.identity_federation import IdentityFederationSpec, IdentityFederationStatus
from sluse.model.resources.integration import IntegrationSpec, IntegrationStatus
from sluse.model.resources.integration_repository import IntegrationRepositorySpec, IntegrationRepositoryStatus
from sluse.model.resources.network_opening import NetworkOpeningSpec, NetworkOpeningStatus
from sluse.model.value import Value

PART_OF = {"app.kubernetes.io/part-of": "sluse"}
"""Label of everything that an environment is made of."""

_KEYED = {"conditions": ("type",)}


@dataclass(frozen=True)
class Column:
    """A printer column of `kubectl get`. Priority 1 shows only with `-o wide`."""

    name: str
    path: str
    type: str = "string"
    priority: int = 0


@dataclass(frozen=True)
class Kind:
    """One custom resource kind.

    `immutable` names spec fields that never change once written; `rules` are CEL over the spec, `root_rules`
    over the object; `defaults` tells whether the spec's schema keeps the model's defaults.
    """

    kind: str
    plural: str
    short: tuple[str, ...]
    description: str
    spec: type[Value]
    status: type[Value]
    columns: tuple[Column, ...]
    immutable: tuple[str, ...] = ()
    rules: tuple[Mapping[str, str], ...] = ()
    root_rules: tuple[Mapping[str, str], ...] = ()
    defaults: bool = False

    @property
    def crd_name(self) -> str:
        """`<plural>.sluse.nhn.no`."""
        return f"{self.plural}.{GROUP}"


def _ready(member: str) -> str:
    return f'.status.conditions[?(@.type=="Ready")].{member}'


_READY = Column("Ready", _ready("status"))
_REASON = Column("Reason", _ready("reason"))
_MESSAGE = Column("Message", _ready("message"), priority=1)
_WAITING = Column("Waiting on", ".status.waitingFor.on")
_AGE = Column("Age", ".metadata.creationTimestamp", "date")

KINDS: tuple[Kind, ...] = (
    Kind(
        kind="HelseIDClient",
        plural="helseidclients",
        short=("hidc",),
        description="One client of one integration at the authority of this environment. Written by the operator only.",
        spec=HelseIDClientSpec,
        status=HelseIDClientStatus,
        columns=(
            Column("Use", ".spec.use"),
            _READY,
            _REASON,
            Column("Client ID", ".status.clientId"),
            _WAITING,
            _AGE,
            _MESSAGE,
        ),
        immutable=("organisation", "integration", "client"),
        rules=(
            {
                "rule": "self.use == 'Retired' || has(self.registration)",
                "message": "registration is required unless use is Retired",
            },
        ),
        root_rules=(
            {
                "rule": "self.metadata.name == self.spec.organisation + '.' + self.spec.integration"
                " + '.' + self.spec.client",
                "message": "metadata.name must be <organisation>.<integration>.<client>",
            },
        ),
    ),
    Kind(
        kind="IntegrationRepository",
        plural="integrationrepositories",
        short=("irepo",),
        description="A git source of integrations and how its last sync went.",
        spec=IntegrationRepositorySpec,
        status=IntegrationRepositoryStatus,
        columns=(
            Column("Branch", ".spec.branch"),
            Column("Commit", ".status.commit"),
            _READY,
            _REASON,
            Column("Problems", ".status.problems", "integer"),
            _AGE,
            _MESSAGE,
        ),
        defaults=True,
    ),
    Kind(
        kind="Integration",
        plural="integrations",
        short=("integ",),
        description="Summary of one authored file and where it stands. Written by the operator only.",
        spec=IntegrationSpec,
        status=IntegrationStatus,
        columns=(
            Column("Stage", ".status.stage"),
            _WAITING,
            Column("For", ".status.waitingFor.reason"),
            Column("Title", ".spec.title"),
            _AGE,
        ),
        immutable=("organisation", "name"),
    ),
    Kind(
        kind="IdentityFederation",
        plural="identityfederations",
        short=("idfed",),
        description="One identity provider at the authority of this environment. Written by the operator only.",
        spec=IdentityFederationSpec,
        status=IdentityFederationStatus,
        columns=(Column("Use", ".spec.use"), _READY, _REASON, _WAITING, _AGE, _MESSAGE),
        immutable=("organisation", "provider"),
        rules=(
            {
                "rule": "self.use == 'Retired' || has(self.federation)",
                "message": "federation is required unless use is Retired",
            },
        ),
    ),
    Kind(
        kind="NetworkOpening",
        plural="networkopenings",
        short=("netopen",),
        description="What an organisation must reach: HelseID and identity providers. Written by the operator only.",
        spec=NetworkOpeningSpec,
        status=NetworkOpeningStatus,
        columns=(Column("Openings", ".status.openings", "integer"), _READY, _REASON, _AGE, _MESSAGE),
        immutable=("organisation", "name"),
    ),
    Kind(
        kind="AcceptanceTest",
        plural="acceptancetests",
        short=("acctest",),
        description="A submitted acceptance test and its verdict: what gates production. Written by the operator only.",
        spec=AcceptanceTestSpec,
        status=AcceptanceTestStatus,
        columns=(
            Column("Integration", ".spec.integration"),
            Column("Approved", ".status.approved", "boolean"),
            _REASON,
            _AGE,
            _MESSAGE,
        ),
        immutable=("organisation", "name"),
    ),
)


def crds() -> tuple[Manifest, ...]:
    """Return the CRDs, sorted by name."""
    return tuple(_crd(kind) for kind in sorted(KINDS, key=lambda kind: kind.crd_name))


def _crd(kind: Kind) -> Manifest:
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": kind.crd_name, "labels": dict(PART_OF)},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": kind.kind,
                "listKind": f"{kind.kind}List",
                "plural": kind.plural,
                "singular": kind.kind.lower(),
                "shortNames": list(kind.short),
                "categories": ["sluse"],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": {"status": {}},
                    "additionalPrinterColumns": [_column(column) for column in kind.columns],
                    "schema": {"openAPIV3Schema": _schema(kind)},
                }
            ],
        },
    }


def _column(column: Column) -> dict[str, Any]:
    shown: dict[str, Any] = {"name": column.name, "type": column.type, "jsonPath": column.path}
    return {**shown, "priority": column.priority} if column.priority else shown


def _schema(kind: Kind) -> JsonSchema:
    spec = _part(kind.spec)
    for name in kind.immutable:
        spec["properties"][name]["x-kubernetes-validations"] = [
            {"rule": "self == oldSelf", "message": f"{name} never changes: it is part of who this is"}
        ]
    if kind.rules:
        spec["x-kubernetes-validations"] = [dict(rule) for rule in kind.rules]
    root: JsonSchema = {
        "type": "object",
        "description": kind.description,
        "required": ["spec"],
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"type": "object"},
            "spec": spec if kind.defaults else _without_defaults(spec),
            "status": _without_defaults(_part(kind.status)),
        },
    }
    return {**root, "x-kubernetes-validations": [dict(rule) for rule in kind.root_rules]} if kind.root_rules else root


def _part(model: type[Value]) -> JsonSchema:
    return structural(json_schema(model), keyed=_KEYED)


def _without_defaults(node: JsonSchema) -> JsonSchema:
    kept: JsonSchema = {}
    for key, value in node.items():
        if key == "properties":
            kept[key] = {name: _without_defaults(schema) for name, schema in value.items()}
        elif key in {"items", "additionalProperties"}:
            kept[key] = _without_defaults(value)
        elif key != "default":
            kept[key] = value
    return kept
