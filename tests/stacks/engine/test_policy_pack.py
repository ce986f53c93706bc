"""The policy pack under the real CLI: it judges before anything is written, and what it refuses is told by its rule."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from importlib import resources
from pathlib import Path

import pytest

from sluse.delivery.engine import Engine
from sluse.errors import EngineUnusable, Invalid
from sluse_stacks.engine.adapter import PulumiEngine
from sluse_stacks.engine.lean import Lean
from worlds.cluster import ClusterWorld
from worlds.engines import held, marks, pulumi_settings
from worlds.killable import cancelled
from worlds.stacks import stack

pytestmark = [*marks("pulumi")]

KEY = "-----BEGIN PRIVATE KEY-----"
PROGRAM = "pulumi-analyzer-policy-sluse"


def engine(world: ClusterWorld, folder: Path, *, program: bool = True) -> Engine:
    """Return an engine with the pack, and with its program on PATH or without."""
    here = folder / "bin"
    here.mkdir()
    if program:
        (here / PROGRAM).write_text(f"#!{sys.executable}\nfrom sluse_policies.analyzer import main\nmain()\n")
        (here / PROGRAM).chmod(0o755)
    pack = here / PROGRAM if program and starts_no_runtime() else resources.files("sluse_policies")
    settings = pulumi_settings(folder, policy_pack=str(pack))
    path = os.pathsep.join((str(here), os.environ["PATH"]))
    return PulumiEngine(
        Lean(settings, world.kubeconfig(folder / "kubeconfig"), {**os.environ, "PATH": path}), world.operator
    )


def starts_no_runtime() -> bool:
    """Tell whether the CLI has a pack's program named itself, and starts none for a runtime that is no language. 3.259 did, 3.274 does not."""
    cli = shutil.which("pulumi")
    assert cli is not None
    said = subprocess.run([cli, "version"], capture_output=True, text=True, check=True).stdout
    return tuple(map(int, said.strip().removeprefix("v").split(".")[:2])) >= (3, 274)


async def test_what_a_rule_forbids_is_not_written_and_named(world: ClusterWorld, tmp_path: Path) -> None:
    judged = engine(world, tmp_path)
    fine = stack()
    summary = fine.resources[-1]
    leaking = replace(
        fine, resources=(*fine.resources[:-1], {**summary, "spec": {**summary["spec"], "title": f"Journal {KEY}"}})
    )
    with pytest.raises(Invalid, match="resource-private-key") as raised:
        await judged.declare(leaking)
    assert KEY not in str(raised.value)
    assert "Integration/fjord.journal" not in await world.objects("fjord")
    with pytest.raises(Invalid, match="resource-private-key"):
        await judged.preview(leaking)
    await judged.declare(fine)
    assert (await world.objects("fjord")).keys() == {
        "HelseIDClient/fjord.journal.sync",
        "Integration/fjord.journal",
    }


async def test_a_declaration_that_is_cancelled_leaves_nothing_that_the_next_one_stumbles_over(
    world: ClusterWorld, tmp_path: Path
) -> None:
    judged = engine(world, tmp_path)
    await cancelled(world, judged, stack(clients=("a", "b", "c", "d")))
    await judged.declare(stack(clients=("a", "d")))
    assert held(tmp_path)["test.fjord"] == ["fjord.journal", "fjord.journal.a", "fjord.journal.d"]
    assert len(await world.objects("fjord")) == 3


async def test_without_its_program_nothing_is_written_and_the_remedy_told(world: ClusterWorld, tmp_path: Path) -> None:
    with pytest.raises(EngineUnusable, match="cannot run the policy pack") as raised:
        await engine(world, tmp_path, program=False).declare(stack())
    assert PROGRAM in str(raised.value.hint)
    assert await world.objects("fjord") == {}
