"""Every file of the repository that is made from the models and from stack config: path -> text.

CRDs, the editor's schema, the page of rules, the plain manifests and what the examples become are made in one place and are compared by one command
(`python -m sluse_stacks --check`, which the tests run too). It lives in this room because it is the lowest one that
knows both what an environment is made of and the settings of the two that we ship. It needs no Pulumi.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sluse.catalog.yaml import dump
from sluse.desired.crds import crds
from sluse.desired.environment import environment
from sluse.desired.schema import schema
from sluse.desired.stack import Manifest
from sluse.model.names import Environment
from sluse.rules.page import page
from sluse.rules.table import RULES
from sluse.words.language import Language, in_language
from sluse_stacks import working_tree
from sluse_stacks.settings import installation, parse
from sluse_stacks.stack_config import read_config

DEPLOY = "operator/deploy"
SCHEMAS = {"integrations/schema.json": Language.ENGLISH, "integrations/schema.nb.json": Language.BOKMAL}
PAGES_OF_RULES = {
    Language.ENGLISH: "operator/sluse/rules/RULES.md",
    Language.BOKMAL: "operator/sluse/rules/REGLER.md",
}
_HEADER = "# Made by `python -m sluse_stacks`; change the models or stacks/Pulumi.<environment>.yaml instead.\n"
_FILES = {
    "Namespace": "namespace",
    "ServiceAccount": "access",
    "Role": "access",
    "RoleBinding": "access",
    "ClusterRole": "access",
    "ClusterRoleBinding": "access",
    "FlowSchema": "access",
    "ValidatingAdmissionPolicy": "admission",
    "ValidatingAdmissionPolicyBinding": "admission",
    "NetworkPolicy": "network",
    "PodDisruptionBudget": "operator",
    "ConfigMap": "operator",
    "Deployment": "operator",
    "IntegrationRepository": "repository",
}


def generated(root: Path) -> dict[str, str]:
    """Return every generated file, by its path below `root`, where `stacks/` and `integrations/` are read."""
    files = {path: json_text(schema(words=in_language(language))) for path, language in SCHEMAS.items()}
    files |= {path: page(RULES, in_language(language)) for language, path in PAGES_OF_RULES.items()}
    names = []
    for crd in crds():
        name = crd["metadata"]["name"].partition(".")[0]
        names.append(f"{name}.yaml")
        for folder in (f"{DEPLOY}/crds", "tests/golden/crds"):
            files[f"{folder}/{name}.yaml"] = _yaml(crd)
    files[f"{DEPLOY}/crds/kustomization.yaml"] = _kustomization(names)
    for place in Environment:
        files |= _overlay(root, place)
    return files | _both() | _examples(root)


def json_text(value: Mapping[str, Any]) -> str:
    """Return JSON as it is committed."""
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _overlay(root: Path, place: Environment) -> dict[str, str]:
    settings = parse(read_config(root / "stacks" / f"Pulumi.{place.value}.yaml"))
    parts: dict[str, list[Manifest]] = {}
    for manifest in environment(installation(place, settings)):
        if manifest["kind"] != "CustomResourceDefinition":
            parts.setdefault(_FILES[manifest["kind"]], []).append(manifest)
    folder = f"{DEPLOY}/{place.value}"
    kept = _yaml(*parts.pop("namespace"))
    return {
        f"{folder}/kustomization.yaml": _kustomization([f"{name}.yaml" for name in parts]),
        **{f"{folder}/{name}.yaml": _yaml(*manifests) for name, manifests in parts.items()},
        f"{folder}/namespace/kustomization.yaml": _kustomization(["namespace.yaml"]),
        f"{folder}/namespace/namespace.yaml": kept,
        f"{folder}/kept/kustomization.yaml": _kustomization(["../../crds", "../namespace"]),
    }


def _both() -> dict[str, str]:
    """Return the overlays of one cluster that has both environments; what is kept has its own, so that nobody deletes it in passing."""
    namespaces = [f"../../{place.value}/namespace" for place in Environment]
    return {
        f"{DEPLOY}/both/kustomization.yaml": _kustomization([f"../{place.value}" for place in Environment]),
        f"{DEPLOY}/both/kept/kustomization.yaml": _kustomization(["../../crds", *namespaces]),
    }


def _examples(root: Path) -> dict[str, str]:
    """Return what the examples become in test, where it is anything; production's share is the gate's to decide."""
    place = Environment.TEST
    slugs = sorted(path.parent.name for path in (root / "integrations").glob("*/organisation.yaml"))
    stacks = {slug: working_tree.stack(root, place, slug).resources for slug in slugs}
    folder = f"tests/golden/manifests/{place.value}"
    return {f"{folder}/{slug}.yaml": _yaml(*resources) for slug, resources in stacks.items() if resources}


def _kustomization(resources: list[str]) -> str:
    return _yaml({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources})


def _yaml(*manifests: Manifest) -> str:
    return _HEADER + dump(*manifests)
