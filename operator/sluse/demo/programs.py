"""What an engine needs on this machine, looked for before the story begins: in its midst nobody would look at an operator's log."""

from __future__ import annotations

import shutil
from importlib.util import find_spec

from sluse.errors import EngineUnusable
from sluse.model.settings import EngineName

PROGRAMS = ("pulumi", "pulumi-resource-kubernetes")
_PACKAGES = ("pulumi", "pulumi_kubernetes")


def expect_programs(engine: EngineName) -> None:
    """Raise `EngineUnusable` where the engine's programs are not on PATH, or its packages not installed."""
    if engine is EngineName.EMBEDDED:
        return
    missing = [name for name in PROGRAMS if shutil.which(name) is None]
    if missing:
        raise EngineUnusable(
            f"--engine pulumi plays with the real Pulumi, and {' and '.join(missing)} cannot be found on PATH",
            hint="install the Pulumi CLI and its Kubernetes provider, or leave the option out: the embedded engine needs neither",
        )
    if any(find_spec(name) is None for name in _PACKAGES):
        raise EngineUnusable(
            "--engine pulumi needs Pulumi's Python packages", hint="install sluse with its extra: sluse[pulumi]"
        )
