"""The operator syncs; the client is registered at the test authority; the supplier reads its client id from git."""

from __future__ import annotations

import asyncio

from sluse.demo.expect import expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import NEIGHBOUR, PRODUCTION, SUPPLIER, TEST, TESTERS, Stage
from sluse.demo.story.seen import at_authority, client_of, mailed, stage_reached


async def registered(stage: Stage, tell: Narrator) -> None:
    """Merged becomes registered, by the operator alone."""
    tell.chapter("The operator applies what is merged")
    begun = await asyncio.gather(*(asyncio.to_thread(stage.begin_ledger, each) for each in (TEST, PRODUCTION)))
    for each in begun:
        expect(each.code == 0, "`sluse ledger init` begins a ledger", each.said)
    heads = "".join(each.out for each in begun)
    tell.fact(
        "platform", "begins the ledgers of both environments; without one an operator writes nothing", shown=heads
    )

    pid = stage.operators.start(TEST)
    with tell.waiting("the test operator starts and syncs"):
        page = await stage_reached(stage, f"{SUPPLIER}.journal", "TestReady")
        for other in (f"{NEIGHBOUR}.transport", f"{TESTERS}.tester"):
            await stage_reached(stage, other, "TestReady")
    tell.fact("operator", f"runs as a process of its own (pid {pid}, Kopf) and has synced main")

    for name in ("web", "sync"):
        client_id = client_of(page, name)["clientId"]
        held = at_authority(stage, client_id)
        expect(held is not None, f"the authority has client {client_id}")
        resource = await stage.resource(f"{SUPPLIER}.journal.{name}")
        ready = [c["status"] for c in (resource or {}).get("status", {}).get("conditions", ()) if c["type"] == "Ready"]
        expect(ready == ["True"], f"HelseIDClient {SUPPLIER}.journal.{name} is Ready", resource)
    expect(stage.authority().admin.count() == 4, "four registrations, none twice", stage.authority().admin.count())
    tell.fact(
        "authority", "holds four clients: two of this supplier, one of its neighbour, one of the testers, none twice"
    )

    shown = await asyncio.to_thread(stage.supplier.sluse, "status", f"{SUPPLIER}.journal")
    expect(
        shown.code == 0 and client_of(page, "sync")["clientId"] in shown.out,
        "`sluse status` shows the client id",
        shown.said,
    )
    mail = await mailed(stage, f"drift@{SUPPLIER}.example", "TestReady", client_of(page, "sync")["clientId"])
    tell.fact("supplier", f"is told at its function mailbox that test is ready: {mail.message['Subject']}")
    tell.fact("supplier", "reads stage and client ids from the status branch, in its own clone", shown=shown.out)
