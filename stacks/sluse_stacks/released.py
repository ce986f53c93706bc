"""The forms of a release, kept as files, and what the present code would break of them.

`tests/golden/released/<version>/` has every CRD (`crds/`) and the schema of everything else that outlives a release
(`forms/`): authored files, signed records, `policies/`, ledgers, the settings file. It is written once, by
`python -m sluse_stacks --release`, and never rebuilt. Only the newest release is compared: each was held to the one before.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sluse.catalog.records import AcceptedBody
from sluse.desired.crds import crds
from sluse.desired.evolution import definitions, schemas
from sluse.desired.evolution.breaking import Breaking
from sluse.desired.evolution.forms import form
from sluse.desired.schema import AUTHORED
from sluse.ledger.branch.chain import Genesis, Head
from sluse.model.evidence import Evidence
from sluse.model.held import OrganisationLedger
from sluse.model.keys import Jwks
from sluse.model.policy.authority import AuthorityProfile
from sluse.model.policy.bundle import Repository, SignedManifest
from sluse.model.policy.calendar import Calendar
from sluse.model.policy.network import NetworkCatalogue
from sluse.model.policy.people import Operators, Reviewers
from sluse.model.policy.rules import ExistingProviders, GatePolicy
from sluse.model.records import AcceptanceTest, Decision
from sluse.model.settings import Settings

FOLDER = "tests/golden/released"

FORMS: Mapping[str, type[BaseModel]] = {
    **AUTHORED,
    **{
        model.__name__: model
        for model in (
            *(Jwks, AcceptanceTest, Decision, Evidence, AcceptedBody),
            *(Repository, SignedManifest, Reviewers, Operators, Calendar, GatePolicy, ExistingProviders),
            *(NetworkCatalogue, AuthorityProfile, OrganisationLedger, Genesis, Head, Settings),
        )
    },
}
"""Everything beside custom resources that a later release must still read."""


def release() -> dict[str, str]:
    """Return the files of a release made of the present code, by their path in its folder."""
    definitions = {f"crds/{crd['spec']['names']['plural']}.json": _text(crd) for crd in crds()}
    return definitions | {f"forms/{name}.json": _text(form(model)) for name, model in FORMS.items()}


def newest(root: Path) -> Path | None:
    """Return the folder of the newest release; None where there is none."""
    folders = (path for path in (root / FOLDER).glob("*.*.*") if path.is_dir())
    return max(folders, key=lambda path: tuple(int(part) for part in path.name.split(".")), default=None)


def breaking(released: Path) -> tuple[Breaking, ...]:
    """Return what the present code breaks of a release."""
    old = [json.loads(path.read_bytes()) for path in sorted((released / "crds").glob("*.json"))]
    return (*definitions.breaking(old, crds()), *_forms(released))


def _forms(released: Path) -> Iterator[Breaking]:
    for path in sorted((released / "forms").glob("*.json")):
        name = path.stem
        if name not in FORMS:
            yield Breaking(name, "FormRemoved", "nothing reads this form any more")
            continue
        for each in schemas.breaking(json.loads(path.read_bytes()), form(FORMS[name])):
            yield Breaking(f"{name} {each.path}".rstrip(), each.reason, each.message)


def _text(value: Mapping[str, Any]) -> str:
    return json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
