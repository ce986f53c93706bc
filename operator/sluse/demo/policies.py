"""The `policies/` of the story: the example ones, with the sandbox's id and an empty calendar, signed by demo roots."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib import resources

from sluse.catalog.policies import DATA, FOLDER
from sluse.delivery.sealing import files
from sluse.demo.signers import signed_manifest
from sluse.model.policy.bundle import Manifest
from sluse.sandbox.sandbox import REPOSITORY_ID

_OWN = {
    "repository.yaml": f"id: {REPOSITORY_ID}\n",
    "calendar.yaml": "zone: Europe/Oslo\nfreezes: []\nwindows: []\n",
}


def beginning() -> Mapping[str, str]:
    """Return the files by path from the repository's root, version 1 of the manifest among them."""
    material = resources.files("sluse.demo") / "material" / FOLDER
    data = {name: _OWN.get(name) or (material / name).read_text(encoding="utf-8") for name in DATA}
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in data.items()}
    signed = files(signed_manifest(Manifest(version=1, files=digests)))
    return {
        **{f"{FOLDER}/{name}": text for name, text in data.items()},
        **{path: content.decode() for path, content in signed.items()},
    }
