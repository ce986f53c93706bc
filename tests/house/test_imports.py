"""The import contracts of pyproject.toml are kept, and they can be broken."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINT = Path(sys.executable).with_name("lint-imports")
SECTION = "[tool.importlinter]"
CODE = os.pathsep.join(str(ROOT / folder) for folder in ("operator", "stacks", "policies"))
"""This tree's packages, whatever the environment was installed from."""


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--config", config, "--no-cache", "--no-logo"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": CODE},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


@pytest.fixture
def contracts() -> str:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert SECTION in text, "pyproject.toml has no import contracts"
    return text[text.index(SECTION) :]


def test_rooms_import_only_what_their_contract_allows() -> None:
    result = lint(ROOT / "pyproject.toml")
    assert result.returncode == 0, result.stdout
    assert "0 broken" in result.stdout


@pytest.mark.parametrize(
    ("allowed", "forbidden", "told"),
    [
        ("sluse.controller.** -> kopf", "sluse.controller.app -> kopf", "Kopf is known in the controller only BROKEN"),
        ('sluse.catalog.** -> yaml"', 'sluse.catalog.yaml -> yaml"', "YAML"),
        (
            '    "(rules)",\n    "model",',
            '    "model",\n    "(rules)",',
            "below them BROKEN",
        ),
    ],
    ids=["kopf", "yaml", "layers"],
)
def test_a_contract_that_is_not_kept_is_told(
    tmp_path: Path, contracts: str, allowed: str, forbidden: str, told: str
) -> None:
    assert allowed in contracts
    config = tmp_path / "contracts.toml"
    config.write_text(contracts.replace(allowed, forbidden), encoding="utf-8")
    result = lint(config)
    assert result.returncode == 1
    assert told in result.stdout
    assert "BROKEN" in result.stdout
