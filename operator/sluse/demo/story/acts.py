"""What people do in several chapters: sign with a command, send a branch, put a decision on main."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sluse.demo import signers
from sluse.demo.clone import Clone, Ran
from sluse.demo.expect import expect
from sluse.demo.signers import DemoSigner
from sluse.demo.stage import PROVIDER, SUPPLIER, Stage
from sluse.demo.story.seen import merge

JOURNAL = f"{SUPPLIER}.journal"
ALM, FURU = signers.reviewer("alm"), signers.reviewer("furu")
MAINTAINER = signers.maintainer(SUPPLIER)
LOGIN = f"{PROVIDER}.fjell-id"
HASSEL = signers.reviewer("hassel")
PROVIDER_MAINTAINER = signers.maintainer(PROVIDER)


async def on_branch(clone: Clone, branch: str) -> None:
    """Let somebody begin a branch of their own (`<organisation>/<what>`) at what is merged."""
    await asyncio.to_thread(clone.git, "fetch", "--quiet", "origin")
    await asyncio.to_thread(clone.git, "checkout", "--quiet", "-B", branch, "--no-track", "origin/main")


async def sent(stage: Stage, clone: Clone, branch: str, message: str) -> str:
    """Let somebody push a branch, and the reviewer merge it; return the new HEAD."""
    await asyncio.to_thread(clone.git, "push", "--quiet", "origin", branch)
    return await asyncio.to_thread(merge, stage, branch, message)


async def signed(stage: Stage, clone: Clone, signer: DemoSigner, *words: str) -> Ran:
    """Let somebody sign with a command in a clone, and commit exactly what it wrote."""
    key: Path = stage.signing_key(signer)
    ran = await asyncio.to_thread(clone.sluse, *words, "--key", str(key), "--yes", "--commit")
    expect(ran.code == 0, f"`sluse {' '.join(words)}` signs", ran.said)
    return ran


async def decided(stage: Stage, signer: DemoSigner, *commands: tuple[str, ...]) -> None:
    """Let a reviewer sign one thing after the other on main, and push it."""
    for words in commands:
        await signed(stage, stage.reviewer, signer, *words)
    await asyncio.to_thread(stage.push_main)


async def tested(stage: Stage, name: str) -> Ran:
    """Let the supplier run the acceptance test of its journal for real, and commit the signed record."""
    keys = [
        word for client in ("web", "sync") for word in ("--key", f"{client}={stage.private_key(f'{JOURNAL}.{client}')}")
    ]
    words = ("acceptance", "run", JOURNAL, *keys, "--sign", str(stage.signing_key(MAINTAINER)), "--name", name)
    user = ("--user", f"smartcard={stage.login('smartcard')}")
    ran = await asyncio.to_thread(stage.supplier.sluse, *words, *user, *stage.reach(), "--commit")
    expect(ran.code == 0, "`sluse acceptance run` passes and writes the record", ran.said)
    return ran
