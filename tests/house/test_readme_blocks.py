"""What the front pages tell people to type works, typed as it stands there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "integrations/README.md")
NOT_RUN = {
    "make demo": "it installs first; tests/cli/test_demo_process.py plays the story",
    "make test": "this is it",
    "make e2e": "it may take minutes to build, and is a run of its own",
}
_BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_FILE = re.compile(r"^`(integrations/[^`<]+)`:\n\n```yaml\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def text(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def scripts(page: str) -> list[str]:
    return [block for _, block in _BLOCK.findall(text(page))]


def runnable(script: str) -> str:
    """Return a block without the lines that are not run."""
    return "".join(line for line in script.splitlines(keepends=True) if command(line) not in NOT_RUN)


def command(line: str) -> str:
    return line.partition("#")[0].strip()


SCRIPTS = [(page, number) for page in PAGES for number, script in enumerate(scripts(page)) if runnable(script).strip()]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The examples, as a checkout with its environment has them."""
    place = tmp_path / "checkout"
    shutil.copytree(ROOT / "integrations", place / "integrations")
    (place / ".git").mkdir()
    (place / ".venv").mkdir()
    (place / ".venv" / "bin").symlink_to(Path(sys.executable).parent)
    return place


@pytest.mark.parametrize(("page", "number"), SCRIPTS)
def test_the_block_runs(page: str, number: int, checkout: Path, tmp_path: Path) -> None:
    for path, content in _FILE.findall(text(page)):  # what the page tells to write
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        (checkout / path).write_text(content, encoding="utf-8")
    environment = {"PATH": os.defpath, "HOME": str(tmp_path)}
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", runnable(scripts(page)[number])],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_each_page_has_a_block_that_runs() -> None:
    assert {page for page, _ in SCRIPTS} == set(PAGES)


def test_what_is_not_run_is_still_told_somewhere() -> None:
    told = {command(line) for page in PAGES for script in scripts(page) for line in script.splitlines()}
    assert NOT_RUN.keys() <= told
