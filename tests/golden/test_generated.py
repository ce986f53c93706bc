"""What is made from the models is what is committed, and kubectl reads it as what it was made from."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from sluse.desired.crds import crds
from sluse.desired.environment import environment
from sluse.model.names import Environment
from sluse_stacks.generated import DEPLOY, generated
from sluse_stacks.settings import installation, parse
from sluse_stacks.stack_config import read_config

ROOT = Path(__file__).parents[2]
KUBECTL = Path(sys.executable).with_name("kubectl")


def check(root: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sluse_stacks", "--root", str(root), *flags],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_every_generated_file_is_committed_as_it_would_be_made_now() -> None:
    result = check(ROOT, "--check")
    assert (result.returncode, result.stdout) == (0, ""), result.stderr


def test_no_file_among_the_generated_ones_is_left_over() -> None:
    committed = {
        str(path.relative_to(ROOT))
        for folder in (DEPLOY, "tests/golden/crds", "tests/golden/manifests")
        for path in (ROOT / folder).rglob("*.yaml")
    }
    assert committed == {path for path in generated(ROOT) if path.endswith(".yaml")}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("stacks", "integrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_check_names_a_file_that_was_edited_and_changes_nothing(copy: Path) -> None:
    assert check(copy).returncode == 0
    edited = copy / DEPLOY / "test" / "access.yaml"
    edited.write_text("edited\n", encoding="utf-8")
    result = check(copy, "--check")
    assert (result.returncode, result.stdout) == (1, f"{DEPLOY}/test/access.yaml\n")
    assert edited.read_text(encoding="utf-8") == "edited\n"


def test_a_setting_that_is_wrong_is_one_message_with_its_name(copy: Path) -> None:
    config = copy / "stacks" / "Pulumi.test.yaml"
    config.write_text(config.read_text(encoding="utf-8").replace("engine: embedded", "engine: steam"), encoding="utf-8")
    result = check(copy, "--check")
    assert result.returncode == 2
    assert "sluse:engine" in result.stderr
    assert "Traceback" not in result.stderr


OVERLAYS = {"test": [Environment.TEST], "production": [Environment.PRODUCTION], "both": list(Environment)}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kustomize_builds_exactly_the_environments_and_what_is_kept_apart(overlay: str) -> None:
    wanted = [
        manifest
        for place in OVERLAYS[overlay]
        for manifest in environment(
            installation(place, parse(read_config(ROOT / "stacks" / f"Pulumi.{place.value}.yaml")))
        )
    ]
    kept, running = built(f"{overlay}/kept"), built(overlay)
    assert by_identity([*kept, *running]) == by_identity(wanted)
    assert {manifest["kind"] for manifest in kept} == {"CustomResourceDefinition", "Namespace"}
    assert not {"CustomResourceDefinition", "Namespace"} & {manifest["kind"] for manifest in running}
    assert len(by_identity([*kept, *running])) == len(kept) + len(running), "nothing is built twice"


def built(overlay: str) -> list[Any]:
    if not KUBECTL.exists():
        pytest.skip("kubectl is not installed beside this Python")
    result = subprocess.run(
        [KUBECTL, "kustomize", ROOT / DEPLOY / overlay], capture_output=True, text=True, check=True, timeout=60
    )
    return list(yaml.safe_load_all(result.stdout))


def test_the_golden_crds_are_the_ones_that_are_deployed() -> None:
    for crd in crds():
        name = crd["metadata"]["name"].partition(".")[0]
        golden = yaml.safe_load((ROOT / "tests/golden/crds" / f"{name}.yaml").read_text(encoding="utf-8"))
        assert golden == crd


def by_identity(manifests: Any) -> dict[tuple[str, str, str], Any]:
    return {
        (manifest["kind"], manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"]): manifest
        for manifest in manifests
    }
