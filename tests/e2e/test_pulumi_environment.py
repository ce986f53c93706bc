"""A platform person's `pulumi up -s test` on a real API server: it ends, says so again, and stops at the namespace when destroyed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from e2e.controlplane.control_plane import ControlPlane
from worlds import object_store
from worlds.engines import missing

LANGUAGE = "pulumi-language-python"
ROOT = Path(__file__).parents[2]

pytestmark = [
    pytest.mark.pulumi,
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(missing()) or shutil.which(LANGUAGE) is None, reason=f"without the CLI and {LANGUAGE}"),
]

_BUCKET = pytest.mark.skipif(object_store.missing(), reason=f"without {object_store.PROGRAM}")

Pulumi = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Kept:
    """Where an environment's state is kept, by what its secrets are encrypted, and what the CLI needs for both."""

    backend: str
    key: str
    surroundings: Mapping[str, str]


@pytest.fixture(params=["file", pytest.param("bucket", marks=_BUCKET)])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kept]:
    (tmp_path / "state").mkdir()
    if request.param == "file":
        passphrase = {"PULUMI_CONFIG_PASSPHRASE": "correct horse battery staple"}
        yield Kept(f"file://{tmp_path / 'state'}", "passphrase", passphrase)
    else:
        with object_store.object_store(tmp_path) as store:
            yield Kept(store.backend, store.secrets_provider, store.credentials)


@pytest.fixture
def pulumi(plane: ControlPlane, tmp_path: Path, kept: Kept) -> Pulumi:
    """The CLI in a copy of what it needs of the repository: it writes which key it takes into a stack's settings."""
    project = tmp_path / "project"
    project.mkdir()
    shutil.copy(ROOT / "Pulumi.yaml", project)
    shutil.copytree(ROOT / "stacks", project / "stacks")
    (project / ".venv").symlink_to(sys.prefix)
    surroundings = {
        "PATH": ":".join(str(Path(found).parent) for found in map(shutil.which, ("pulumi", LANGUAGE, "sh")) if found),
        "HOME": str(tmp_path),
        "KUBECONFIG": str(plane.kubeconfig()),
        "PULUMI_BACKEND_URL": kept.backend,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        **kept.surroundings,
    }

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *words],
            cwd=project,
            env=surroundings,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_an_environment_is_made_without_waiting_for_its_pods_and_its_destruction_stops_at_the_namespace(
    pulumi: Pulumi, kept: Kept
) -> None:
    assert pulumi("stack", "init", "test", "--secrets-provider", kept.key).returncode == 0
    made = pulumi("up", "-s", "test", "--yes", "--skip-preview")
    assert made.returncode == 0, made.stdout + made.stderr
    again = pulumi("up", "-s", "test", "--yes", "--skip-preview", "--refresh", "--expect-no-changes")
    assert again.returncode == 0, again.stdout + again.stderr
    gone = pulumi("destroy", "-s", "test", "--yes", "--skip-preview")
    assert gone.returncode != 0
    assert "Namespace::sluse-test" in gone.stdout
    assert "is protected" in gone.stdout
