"""A second integration asks for a scope that nobody owns: refused with the reason, and its neighbour is untouched."""

from __future__ import annotations

import asyncio
from typing import Any

from sluse.demo.expect import eventually, expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import SUPPLIER, Stage
from sluse.demo.story.seen import client_of, merge, pushed, status_page

SCOPE = "nhn:archive/api.write"


async def stranger(stage: Stage, tell: Narrator) -> None:
    """One that is refused blocks nobody."""
    tell.chapter("A second integration asks for a scope that does not exist")
    neighbour = f"{SUPPLIER}.journal.sync"
    before = await stage.resource(neighbour)
    stage.supplier.write(f"integrations/{SUPPLIER}/archive.yaml", stage.material(f"{SUPPLIER}/archive.yaml"))
    stage.add_key(SUPPLIER, "archive", "nightly", stage.supplier)
    pushed(stage, f"{SUPPLIER}/archive", "Order HelseID for Solvang Archive")
    merge(stage, f"{SUPPLIER}/archive", "Merge the order of Solvang Archive")

    def refused() -> dict[str, Any] | None:
        stage.operators.expect_alive()
        page = status_page(stage, f"{SUPPLIER}.archive")
        return (
            page
            if page is not None and any(SCOPE in waiting["message"] for waiting in page.get("waiting", ()))
            else None
        )

    with tell.waiting("the operator registers it"):
        page = await eventually(refused, f"the status branch says that {SCOPE} is refused")
    waiting = page["waiting"][0]
    expect(page["stage"] == "Ordered" and not client_of(page, "nightly").get("clientId"), "no client came of it", page)
    expect(waiting["on"] == "supplier", "it waits on the supplier", waiting)
    shown = await asyncio.to_thread(stage.supplier.sluse, "status", f"{SUPPLIER}.archive")
    tell.fact("authority", f"refuses it, and the supplier reads why: {waiting['message']}", shown=shown.out)

    after = await stage.resource(neighbour)
    expect(before is not None and after is not None, "the neighbour is there")
    same = (
        before is not None
        and after is not None
        and before["metadata"]["resourceVersion"] == after["metadata"]["resourceVersion"]
    )
    expect(same, "its neighbour was not written to")
    tell.fact("operator", f"left its neighbour {neighbour} untouched (same resourceVersion)")
