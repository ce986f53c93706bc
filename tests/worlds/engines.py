"""The engine `pulumi` against the sandbox's Kubernetes API, where its CLI and its provider are on PATH."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from sluse.delivery.engine import Engine
from sluse.model.settings import PulumiSettings
from worlds.cluster import ClusterWorld

PROGRAMS = ("pulumi", "pulumi-resource-kubernetes")


def missing() -> Collection[str]:
    """Return the engines that cannot be run here."""
    return () if all(map(shutil.which, PROGRAMS)) else ("pulumi",)


def marks(engine: str) -> Any:
    """Return the marks of an engine's tests."""
    return (pytest.mark.pulumi, pytest.mark.timeout(300)) if engine == "pulumi" else ()


def pulumi_settings(folder: Path, **changes: object) -> PulumiSettings:
    """Return settings whose state, passphrase and home are below a folder."""
    (folder / "state").mkdir(exist_ok=True)
    passphrase = folder / "passphrase"
    passphrase.write_text("correct horse battery staple", encoding="utf-8")
    known = {"backend": f"file://{folder / 'state'}", "home": folder / "home", "passphrase_file": passphrase}
    return PulumiSettings.model_validate({**known, **changes})


def pulumi_engine(
    world: ClusterWorld,
    folder: Path,
    room: int = 300,
    *,
    settings: PulumiSettings | None = None,
    environment: Mapping[str, str] = os.environ,
) -> Engine:
    """Return an engine whose Pulumi stacks take `room` objects each; without `settings` its backend is in the folder."""
    from sluse_stacks.engine.adapter import PulumiEngine
    from sluse_stacks.engine.lean import Lean

    kubeconfig = world.kubeconfig(folder / "kubeconfig")
    lean = Lean(settings or pulumi_settings(folder), kubeconfig, dict(environment))
    return PulumiEngine(lean, world.operator, room)


def held(folder: Path) -> Mapping[str, list[str]]:
    """Return the names of the objects that each of Pulumi's stacks holds, as they stand in a folder's backend."""
    return {path.stem: _objects(path) for path in sorted((folder / "state" / ".pulumi" / "stacks").rglob("*.json"))}


def _objects(checkpoint: Path) -> list[str]:
    resources = json.loads(checkpoint.read_text(encoding="utf-8"))["checkpoint"]["latest"].get("resources", ())
    names = [resource["urn"].split("::", 2)[2].partition("::") for resource in resources]
    return sorted(name for kind, _, name in names if kind.startswith("kubernetes:"))
