"""`sluse verify` as people run it: what it prints, how it ends, and what it writes for ssh-keygen."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sluse.cli import main
from sluse.model.names import Environment
from worlds.own_clone import GIT
from worlds.production import Production
from worlds.publishing import CONFIGURED, OPENS, ROOTS, Publishing, git


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Publishing:
    world = Publishing.begun(tmp_path_factory.mktemp("opened"), Production.accepted(at=CONFIGURED))
    asyncio.run(_story(world))
    world.clone("--bare")
    (world.folder / "roots.json").write_text(ROOTS.model_dump_json())
    return world


async def _story(world: Publishing) -> None:
    await world.genesis()
    await world.step()
    await world.step(OPENS)


def sluse(world: Publishing, *words: str, clone: str = "clone") -> Result:
    where = ("--repository", str(world.folder / clone), "--roots", str(world.folder / "roots.json"))
    return CliRunner(env=GIT).invoke(main, ["verify", *where, *words])


def test_what_agrees_is_told_with_the_head_to_remember(opened: Publishing) -> None:
    found = sluse(opened, "-e", "production")
    commit = git(opened.remote, "rev-parse", "sluse/production")
    assert found.exit_code == 0
    head = re.search(r"head     ([0-9a-f]{64})\n", found.stdout)
    assert head is not None
    assert found.stdout == (
        "production: agrees\n"
        "  checked  3 commits, publications 0 to 2; 2 steps of production\n"
        "  trusted  policies/ under the pinned roots; no remembered head, so a rewriting by the operator itself would not show\n"
        f"  head     {head[1]}\n"
        f"  commit   {commit}\n"
    )
    for remembered in (head[1], commit, head[1].upper()):
        again = sluse(opened, "-e", "production", "--trusted-head", remembered)
        assert (again.exit_code, "the remembered head of publication 2" in again.stdout) == (0, True)


def test_a_remembered_head_that_is_gone_ends_with_1_and_a_remedy(opened: Publishing) -> None:
    found = sluse(opened, "-e", "production", "--trusted-head", "7" * 64)
    assert found.exit_code == 1
    assert found.stdout.startswith("production: DISAGREES\n")
    assert f"sluse/production: error: HeadNotThere: the remembered head {'7' * 64} is not among" in found.stdout
    assert "\n  hint: the branch was rewritten or set back" in found.stdout


def test_a_branch_that_is_not_there_ends_with_2(opened: Publishing) -> None:
    found = sluse(opened)
    assert found.exit_code == 2
    assert found.stdout.startswith("test: could not be told\nsluse/test: untold: BranchMissing: ")
    assert "production: agrees" in found.stdout


def test_programs_get_the_same(opened: Publishing) -> None:
    test, production = json.loads(sluse(opened, "--output", "json").stdout)
    assert (test["verdict"], [each["reason"] for each in test["findings"]]) == ("untold", ["BranchMissing"])
    assert set(test["findings"][0]) == {"reason", "weight", "place", "message", "remedy"}
    assert production["verdict"] == "agrees"
    assert (production["commits"], production["steps"], production["sequence"]) == (3, 2, 2)


def test_without_roots_it_says_what_it_believed(opened: Publishing) -> None:
    words = ["verify", "-e", "production", "--repository", str(opened.folder / "clone")]
    found = CliRunner(env=GIT).invoke(main, words)
    assert found.exit_code == 0
    assert "trusted  policies/ as it is: no roots are pinned" in found.stdout


def test_what_is_no_clone_ends_with_2_and_a_hint(opened: Publishing, tmp_path: Path) -> None:
    found = CliRunner(env=GIT).invoke(main, ["verify", "--repository", str(tmp_path)])
    assert found.exit_code == 2
    assert found.stderr == f"error: {tmp_path} is not in a git clone\nhint: give one with --repository\n"
    assert opened.environment is Environment.PRODUCTION


def test_anybody_can_repeat_it_with_ssh_keygen_alone(opened: Publishing, tmp_path: Path) -> None:
    into = tmp_path / "export"
    found = sluse(opened, "-e", "production", "--export", str(into))
    assert found.exit_code == 0
    assert "8 signatures are in" in found.stderr  # a binding, terms, a plan, a test, its acceptance, keys; two of roots
    ran = _commands(into)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("Good ") == len((into / "signatures.tsv").read_text().splitlines())
    statement = next((into / "statements").rglob("*-acceptance/statement.json"))
    statement.write_bytes(statement.read_bytes().replace(b"approved", b"rejected"))
    spoilt = _commands(into)
    assert spoilt.returncode == 1
    assert re.search(
        r"NOT VERIFIED: statements/fjordlegen/decisions/journal/.*-acceptance/statement.json.1.sig", spoilt.stderr
    )


def test_nothing_is_written_over(opened: Publishing, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    found = sluse(opened, "-e", "production", "--export", str(tmp_path))
    assert found.exit_code == 2
    assert "is not empty" in found.stderr
    assert sorted(each.name for each in tmp_path.iterdir()) == ["mine"]


def _commands(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run what the README says."""
    (block,) = re.findall(r"```sh\n(.*?)```", (folder / "README.md").read_text(), re.DOTALL)
    return subprocess.run(
        ["sh", "-c", block], cwd=folder, env={"PATH": os.defpath}, capture_output=True, text=True, check=False
    )
