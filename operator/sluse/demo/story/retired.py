"""The file is deleted; test retires the clients, and says so."""

from __future__ import annotations

from sluse.demo.expect import eventually, expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import NEIGHBOUR, SUPPLIER, Stage
from sluse.demo.story.seen import at_authority, client_of, merge, pushed, stage_reached, status_page
from sluse.demo.story.token import SCOPES, service


async def retired(stage: Stage, tell: Narrator) -> None:
    """What leaves git leaves test."""
    tell.chapter("The file is deleted")
    client_id = client_of(status_page(stage, f"{SUPPLIER}.journal"), "sync")["clientId"]
    neighbour = client_of(status_page(stage, f"{NEIGHBOUR}.transport"), "orders")["clientId"]
    branch = f"{SUPPLIER}/retire"
    stage.supplier.git("fetch", "--quiet", "origin")
    stage.supplier.git("checkout", "--quiet", "-B", branch, "--no-track", "origin/main")
    stage.supplier.git(
        "rm", "--quiet", "-r", f"integrations/{SUPPLIER}/journal.yaml", f"integrations/{SUPPLIER}/keys/journal"
    )
    pushed(stage, branch, "Retire Solvang Journal")
    merge(stage, branch, "Merge the retirement of Solvang Journal")
    with tell.waiting("the clients are retired"):
        await stage_reached(stage, f"{SUPPLIER}.journal", "Retired")
    expect(at_authority(stage, client_id) is None, f"client {client_id} is gone at the authority")
    tell.fact("supplier", "deletes the file; both clients are retired at the test authority")

    refused = await service(stage, client_id, stage.keys[f"{SUPPLIER}.journal.sync"]).token(SCOPES)
    expect(refused.status in {400, 401}, "the retired client gets no token", refused.error)
    tell.fact("authority", f"refuses the retired client: {refused.error}")

    async def gone() -> bool:
        stage.operators.expect_alive()
        return await stage.resource(f"{SUPPLIER}.journal.sync") is None

    await eventually(gone, "the retired resource leaves the stack")
    expect(at_authority(stage, neighbour) is not None, "the neighbour's client is still there")
    tell.fact("operator", "lets the resources leave the stack; the neighbour's client is still there")
