"""The import contracts of pyproject.toml are kept, and they can be broken."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
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


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (each.name.partition(".")[0] for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


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


def test_what_calls_itself_pure_imports_nothing_that_acts() -> None:
    """The contract knows whole rooms; elsewhere a module's own docstring is the promise."""
    acting, promised = {"asyncio", "socket", "subprocess", "os", "threading", "time"}, []
    for path in (each for folder in CODE.split(os.pathsep) for each in Path(folder).rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if re.search(r"\bPure[.;]", ast.get_docstring(tree) or ""):
            promised.append(path)
            assert acting.isdisjoint(imported(tree)), f"{path.relative_to(ROOT)} acts"
    assert promised


def test_the_operators_page_lists_the_rooms_from_the_innermost_to_the_outermost() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    depth = {room.strip("() "): -number for number, layer in enumerate(layers) for room in layer.split("|")}
    page = (ROOT / "operator" / "README.md").read_text(encoding="utf-8")
    listed = [depth[room] for room in re.findall(r"^\| `(\w+)(?:/|\.py)` \|", page, re.MULTILINE)]
    assert listed == sorted(listed)
