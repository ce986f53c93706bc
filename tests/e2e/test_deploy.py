"""The overlays on a real API server: taken strictly, applied twice without a change, judged by, and taken away again."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from e2e.controlplane.control_plane import ControlPlane
from worlds.admitted import (
    ADMIN,
    DERIVED,
    OPERATOR,
    WRITES,
    Kubectl,
    Write,
    applied,
    asked,
    config_map,
    integration,
    prepared,
)

DEPLOY = Path(__file__).parents[2] / "operator" / "deploy"
_PATIENCE = 30.0


@pytest.fixture(scope="module")
def kubectl(control_plane: ControlPlane) -> Kubectl:
    program, kubeconfig = Path(sys.executable).with_name("kubectl"), control_plane.kubeconfig()

    def run(*words: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        command = [program, "--kubeconfig", kubeconfig, *words]
        return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60)

    return run


@pytest.mark.parametrize("overlay", ["test", "production", "both"])
def test_an_overlay_is_taken_strictly_and_again_without_a_change(kubectl: Kubectl, overlay: str) -> None:
    for folder in (DEPLOY / overlay / "kept", DEPLOY / overlay):
        first = applied(kubectl, folder)
        kubectl("wait", "--for=condition=Established", "crd", "-l", "app.kubernetes.io/part-of=sluse")
        assert applied(kubectl, folder) == _settled(kubectl, folder, first)


def _settled(kubectl: Kubectl, folder: Path, first: dict[str, str]) -> dict[str, str]:
    """The server itself writes a status to a new kind and to a new namespace; only what we declare must stay."""
    return applied(kubectl, folder) if folder.name == "kept" else first


def test_admission_lets_through_and_refuses_as_the_rules_say(kubectl: Kubectl) -> None:
    applied(kubectl, DEPLOY / "test" / "kept")
    kubectl("wait", "--for=condition=Established", "crd", "-l", "app.kubernetes.io/part-of=sluse")
    applied(kubectl, DEPLOY / "test")
    prepared(kubectl)
    for write in WRITES:
        if write.refused:
            _in_force(kubectl, write)
    assert {write.what: asked(kubectl, write) for write in WRITES} == {write.what: write.refused for write in WRITES}


def _in_force(kubectl: Kubectl, write: Write) -> None:
    """Nobody tells when a policy is in force, nor when RBAC knows a new binding: ask until it is."""
    deadline = time.monotonic() + _PATIENCE
    while asked(kubectl, write) != write.refused and time.monotonic() < deadline:
        time.sleep(0.2)


def test_an_overlay_that_is_deleted_leaves_kinds_namespaces_and_the_ledger(kubectl: Kubectl) -> None:
    applied(kubectl, DEPLOY / "both" / "kept")
    kubectl("wait", "--for=condition=Established", "crd", "-l", "app.kubernetes.io/part-of=sluse")
    applied(kubectl, DEPLOY / "both")
    _in_force(kubectl, Write("an admin derives", ADMIN, integration(), DERIVED))
    for manifest in (config_map("sluse-ledger-kept"), integration()):
        made = kubectl("--as", OPERATOR, "apply", "--server-side", "-f", "-", stdin=json.dumps(manifest))
        assert made.returncode == 0, made.stderr
    gone = kubectl("delete", "-k", DEPLOY / "both")
    assert gone.returncode == 0, gone.stderr
    for what in (("integration", "a.b"), ("configmap", "sluse-ledger-kept")):
        assert kubectl("-n", "sluse-test", "get", *what).returncode == 0
    policies = kubectl("get", "validatingadmissionpolicies", "-l", "app.kubernetes.io/part-of=sluse", "-o", "name")
    assert (policies.returncode, policies.stdout) == (0, "")
