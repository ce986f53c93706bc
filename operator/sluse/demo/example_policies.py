"""The generated part of `policies/`: the manifest of what is there, signed by demo roots, and those roots as a file.

The version stays what it is: the examples were never installed anywhere, so nobody has seen an earlier one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

from sluse.catalog.policies import DATA, FOLDER, MANIFEST
from sluse.delivery.sealing import files
from sluse.demo.signers import roots, signed_manifest
from sluse.model.policy.bundle import Manifest, SignedManifest

ROOTS = "operator/sluse/demo/material/roots.json"
"""What a sandbox pins; for `--roots` where somebody wants to try commands on the examples."""

MATERIAL = "operator/sluse/demo/material/policies"
"""Copies of the example policies, which the story begins with: an installation has no `policies/` beside it."""


def policy_files(root: Path) -> Iterator[tuple[str, str]]:
    """Yield every generated file: its path below the repository's root, and its text. Nothing where no policies are."""
    written = {name: root / FOLDER / name for name in DATA if (root / FOLDER / name).is_file()}
    if not written:
        return
    digests = {name: hashlib.sha256(file.read_bytes()).hexdigest() for name, file in written.items()}
    signed = signed_manifest(Manifest(version=_version(root / FOLDER / MANIFEST), files=digests))
    for path, content in files(signed).items():
        yield path, content.decode()
    for name, file in written.items():
        yield f"{MATERIAL}/{name}", file.read_text(encoding="utf-8")
    yield ROOTS, json.dumps(roots().wire(), indent=2) + "\n"


def _version(manifest: Path) -> int:
    if not manifest.is_file():
        return 1
    return SignedManifest.model_validate_json(manifest.read_text(encoding="utf-8")).manifest.version
