"""An API server, spoken to by kubectl, takes every generated file as it is meant, and refuses what the CRDs forbid."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from sluse.desired.access import operator_user
from sluse.model.names import Environment
from sluse.sandbox.sandbox import Sandbox
from worlds.admitted import WRITES, applied, asked, prepared

ROOT = Path(__file__).parents[2]
MANIFESTS = ROOT / "tests" / "golden" / "manifests" / "test"
WEB = "fjordlegen.journal.web"
OPERATOR = operator_user(Environment.TEST)
"""Admission lets nobody else write them."""

Kubectl = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def kubectl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kubectl]:
    program = Path(sys.executable).with_name("kubectl")
    if not program.exists():
        pytest.skip("kubectl is not installed beside this Python")
    with Sandbox(tmp_path_factory.mktemp("sandbox"), suppliers=()) as sandbox:
        kubeconfig = sandbox.kubeconfig()

        def run(*words: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
            command = [program, "--kubeconfig", kubeconfig, *words]
            return subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60)

        for folder in ("test/kept", "test"):
            applied = run("apply", "--server-side", "--force-conflicts", "-k", ROOT / "operator" / "deploy" / folder)
            assert applied.returncode == 0, applied.stderr
        for file in sorted(MANIFESTS.glob("*.yaml")):
            applied = run("--as", OPERATOR, "apply", "--server-side", "-f", file)
            assert applied.returncode == 0, applied.stderr
        yield run


def test_every_client_is_in_the_cluster_as_its_file_says(kubectl: Kubectl) -> None:
    wanted = {
        manifest["metadata"]["name"]: manifest["spec"]
        for file in MANIFESTS.glob("*.yaml")
        for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8"))
        if manifest["kind"] == "HelseIDClient"
    }
    listed = kubectl("-n", "sluse-test", "get", "helseidclients", "-o", "json")
    found = {item["metadata"]["name"]: item["spec"] for item in json.loads(listed.stdout)["items"]}
    assert found == wanted


@pytest.mark.parametrize(
    ("patch", "told"),
    [
        ({"spec": {"client": "other"}}, "client never changes"),
        ({"spec": {"registration": None}}, "registration is required unless use is Retired"),
        ({"spec": {"use": "Perhaps"}}, "Perhaps"),
        ({"spec": {"registration": {"scopes": []}}}, "scopes"),
    ],
)
def test_a_hand_edit_that_the_crd_forbids_is_refused_with_its_reason(
    kubectl: Kubectl, patch: dict[str, object], told: str
) -> None:
    result = kubectl(
        "--as", OPERATOR, "-n", "sluse-test", "patch", "hidc", WEB, "--type", "merge", "-p", json.dumps(patch)
    )
    assert result.returncode == 1
    assert told in result.stderr


def test_the_category_shows_all_of_ours(kubectl: Kubectl) -> None:
    shown = kubectl("-n", "sluse-test", "get", "sluse", "-o", "name").stdout
    assert f"helseidclient.sluse.nhn.no/{WEB}" in shown
    assert "integration.sluse.nhn.no/fjordlegen.journal" in shown
    assert "integrationrepository.sluse.nhn.no/integrations" in shown


def test_admission_lets_through_and_refuses_as_on_a_real_server(kubectl: Kubectl) -> None:
    prepared(kubectl)
    assert {write.what: asked(kubectl, write) for write in WRITES} == {write.what: write.refused for write in WRITES}


def test_an_overlay_applied_again_changes_nothing(kubectl: Kubectl) -> None:
    overlay = ROOT / "operator" / "deploy" / "test"
    assert applied(kubectl, overlay) == applied(kubectl, overlay)
