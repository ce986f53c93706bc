"""A deleted file ends nothing in production; a signed retirement disables first, waits, then deletes."""

from __future__ import annotations

from datetime import timedelta

from sluse.demo.expect import eventually, expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import PRODUCTION, Stage
from sluse.demo.story.acts import ALM, JOURNAL, decided
from sluse.demo.story.opened import NEW
from sluse.demo.story.seen import at_authority, client_of, stage_reached, status_page
from sluse.demo.story.token import service

DAYS_DISABLED = 3


async def ended(stage: Stage, tell: Narrator) -> None:
    """Nothing leaves production silently."""
    tell.chapter("The end in production, signed")
    page = status_page(stage, JOURNAL, PRODUCTION)
    client_id = client_of(page, "sync")["clientId"]
    mine = service(stage, client_id, stage.keys[f"{JOURNAL}.sync.{PRODUCTION.value}"], PRODUCTION)
    answer = await mine.token((NEW,))
    expect(page is not None and page["stage"] == "Live", "production is still live", page)
    expect(answer.status == 200, "a token in production although the file is gone", answer.error)
    tell.fact("operator", "of production keeps the service although its file is gone: nobody has signed its end")

    await decided(stage, ALM, ("retire", JOURNAL, "--delete-after-days", str(DAYS_DISABLED)))
    with tell.waiting("production is disabled"):
        await stage_reached(stage, JOURNAL, "Retiring", PRODUCTION)
        await eventually(
            lambda: client_of(status_page(stage, JOURNAL, PRODUCTION), "sync")["use"] == "Withheld",
            "the client is disabled",
        )
    refused = await mine.token((NEW,))
    expect(refused.status in {400, 401}, "a disabled client gets no token", refused.error)
    expect(at_authority(stage, client_id, PRODUCTION) is not None, "and is still there")
    tell.fact("reviewer", f"signs its end: disabled at once ({refused.error}), to be deleted in {DAYS_DISABLED} days")

    stage.pass_time(timedelta(days=DAYS_DISABLED, minutes=5))
    with tell.waiting("production is deleted"):
        await stage_reached(stage, JOURNAL, "Retired", PRODUCTION)
    expect(at_authority(stage, client_id, PRODUCTION) is None, f"client {client_id} is gone in production")

    async def gone() -> bool:
        stage.operators.expect_alive()
        return await stage.resource(f"{JOURNAL}.sync", PRODUCTION) is None

    await eventually(gone, "the retired resource leaves production's stack")
    tell.fact("operator", "deletes it when the days are over, and lets it leave the stack")
