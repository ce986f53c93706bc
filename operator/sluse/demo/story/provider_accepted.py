"""NHN tests the identity provider with its synthetic users, through a client of its own, and accepts it."""

from __future__ import annotations

import asyncio

from sluse.demo.expect import expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import PRODUCTION, TESTERS, Stage
from sluse.demo.story.acts import FURU, HASSEL, LOGIN, decided
from sluse.demo.story.seen import stage_reached


async def provider_accepted(stage: Stage, tell: Narrator) -> None:
    """An identity provider's acceptance test is NHN's, not its own."""
    tell.chapter("NHN tests the identity provider")
    client = f"{TESTERS}.tester.login"
    users = [word for alias in ("smartcard", "app") for word in ("--user", f"{alias}={stage.login(alias)}")]
    words = ("acceptance", "run", LOGIN, "--through", client, "--key", f"login={stage.private_key(client)}", *users)
    signed = ("--sign", str(stage.signing_key(HASSEL)), "--name", "fjell-id-test-1", "--commit")
    with tell.waiting("synthetic users log in"):
        ran = await asyncio.to_thread(stage.reviewer.sluse, *words, *signed, *stage.reach())
    expect(ran.code == 0, "every case passes for both test users", ran.said)
    passed = [line for line in ran.said.splitlines() if line.startswith("passed")]
    tell.fact(
        "tester",
        "logs in as both synthetic users, by code flow and PKCE; identifier, method and level come back",
        shown="\n".join(passed),
    )

    await decided(stage, FURU, ("approve", LOGIN, "--type", "acceptance"))
    with tell.waiting("production federates it, withheld"):
        await stage_reached(stage, LOGIN, "Configured", PRODUCTION)
    held = stage.authority(PRODUCTION).providers.get("fjell-id")
    expect(held is not None and not held.enabled, "production has it, disabled until its day", held)
    tell.fact(
        "reviewer", "accepts it: production has Fjell-ID configured, and lets nobody in through it before its day"
    )
