"""Whose word counts: the organisation bound, its terms and keys signed by itself, the plan agreed; production's operator starts."""

from __future__ import annotations

import asyncio

from sluse.demo.expect import expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import PRODUCTION, PROVIDER, SUPPLIER, Stage
from sluse.demo.story.acts import ALM, JOURNAL, LOGIN, MAINTAINER, PROVIDER_MAINTAINER, decided, on_branch, sent, signed
from sluse.demo.story.seen import page_says


async def trusted(stage: Stage, tell: Narrator) -> None:
    """Nothing opens production but signatures."""
    tell.chapter("Towards production: terms, keys and plan, each signed")
    with tell.waiting("the production operator has synced"):
        await page_says(stage, JOURNAL, "Ordered", lambda page: page["stage"] == "Ordered", PRODUCTION)
    count = stage.authority(PRODUCTION).admin.count()
    expect(count == 0, "nothing is registered in production", count)
    tell.fact(
        "operator",
        f"of production runs beside test's (pid {stage.operators.pid(PRODUCTION)}), trusts signatures only, and has registered nothing",
    )

    await decided(stage, ALM, *(("approve", each, "--type", "organisation") for each in (SUPPLIER, PROVIDER)))
    tell.fact("reviewer", "binds what Solvang and Fjell-ID own: numbers, domains and the key that speaks for each")

    await asyncio.gather(_provider_signs(stage), _supplier_signs(stage))
    await sent(stage, stage.provider, f"{PROVIDER}/terms", "Merge the terms that Fjell-ID accepted")
    await sent(stage, stage.supplier, f"{SUPPLIER}/production", "Merge terms and keys of Solvang")
    tell.fact(
        "supplier", "accepts the terms of use and vouches for its production keys, signed with the key that was bound"
    )

    await decided(stage, ALM, *(("approve", each, "--type", "plan") for each in (LOGIN, JOURNAL)))
    tell.fact(
        "reviewer",
        f"agrees to both plans: the journal in production not before {stage.production_day:%Y-%m-%d %H:%M} UTC",
    )

    shown = await asyncio.to_thread(stage.reviewer.sluse, "gate", JOURNAL)
    expect(
        shown.code == 1 and "NotSubmitted" in shown.out,
        "`sluse gate` says that an acceptance test is missing",
        shown.said,
    )
    tell.fact("reviewer", "asks `sluse gate` what is still missing", shown=shown.out)


async def _provider_signs(stage: Stage) -> None:
    await on_branch(stage.provider, f"{PROVIDER}/terms")
    await signed(stage, stage.provider, PROVIDER_MAINTAINER, "approve", PROVIDER, "--type", "terms")


async def _supplier_signs(stage: Stage) -> None:
    await on_branch(stage.supplier, f"{SUPPLIER}/production")
    for client in ("web", "sync"):
        stage.add_key(SUPPLIER, "journal", client, stage.supplier, PRODUCTION)
    await asyncio.to_thread(stage.supplier.commit, "Add the public keys of production")
    await signed(stage, stage.supplier, MAINTAINER, "approve", SUPPLIER, "--type", "terms")
    for client in ("web", "sync"):
        await signed(stage, stage.supplier, MAINTAINER, "approve", JOURNAL, "--type", "keys", "--client", client)
