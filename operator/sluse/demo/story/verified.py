"""Anybody judges the operators' work again, offline; and sees where somebody has meddled with it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from sluse.demo import signers
from sluse.demo.clone import Clone
from sluse.demo.expect import expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import PRODUCTION, SUPPLIER, Stage

MACHINE = f"_ledger/{SUPPLIER}.json"


async def verified(stage: Stage, tell: Narrator) -> None:
    """Trust nobody's word that cannot be checked."""
    tell.chapter("Anybody verifies")
    roots = stage.home / "roots.json"
    roots.write_text(json.dumps(signers.roots().wire()))
    await asyncio.to_thread(stage.supplier.git, "fetch", "--quiet", "origin")
    agreed = await asyncio.to_thread(stage.supplier.sluse, "verify", "--roots", str(roots))
    expect(agreed.code == 0, "`sluse verify` agrees with everything that was done", agreed.said)
    tell.fact(
        "supplier",
        "judges every step of both operators again, from its own clone: `sluse verify` agrees",
        shown=agreed.out,
    )

    await asyncio.to_thread(_meddle, stage.supplier)
    found = await asyncio.to_thread(stage.supplier.sluse, "verify", "--roots", str(roots), "-e", PRODUCTION.value)
    expect(found.code == 1, "`sluse verify` finds the edited ledger", found.said)
    tell.fact("stranger", "edits the published ledger in a commit of its own; `sluse verify` says so", shown=found.out)


def _meddle(clone: Clone) -> None:
    """Put a commit on top of production's status branch, in this clone only, that makes history nicer."""
    branch = f"origin/{PRODUCTION.status_branch}"
    folder: Path = clone.path.parent / "meddled"
    clone.git("worktree", "add", "--quiet", "--detach", str(folder), branch)
    meddled = Clone(folder, clone.environment, clone.clock)
    text = (folder / MACHINE).read_text(encoding="utf-8")
    meddled.write(MACHINE, text.replace('"title":"Solvang Journal"', '"title":"Solvang Journal 2"'))
    meddled.commit("Publish what is held")
    clone.git("update-ref", f"refs/remotes/{branch}", meddled.git("rev-parse", "HEAD").strip())
