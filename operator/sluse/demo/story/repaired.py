"""The file changes and the client follows; what hands edit, here or at the authority, is refused, or found and put right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sluse.cluster.kinds import HELSEID_CLIENT
from sluse.demo.expect import eventually, expect
from sluse.demo.narrator import Narrator
from sluse.demo.stage import SUPPLIER, TEST, Stage
from sluse.demo.story.seen import at_authority, client_of, merge, pushed, status_page
from sluse.errors import Forbidden

OLD, NEW = "https://journal.test.solvang.example/signin-oidc", "https://ny.test.solvang.example/signin-oidc"
FOREIGN = "https://journal.test.kvitfjell.example/signin-oidc"
WEB = f"{SUPPLIER}.journal.web"
RULE = "derived-by-the-operator"


async def repaired(stage: Stage, tell: Narrator) -> None:
    """Git is the only way in."""
    tell.chapter("The file changes; hands meddle")
    client_id = client_of(status_page(stage, f"{SUPPLIER}.journal"), "web")["clientId"]
    stage.supplier.git("fetch", "--quiet", "origin")
    stage.supplier.git("checkout", "--quiet", "-B", f"{SUPPLIER}/redirect", "--no-track", "origin/main")
    stage.supplier.replace(f"integrations/{SUPPLIER}/journal.yaml", OLD, NEW)
    pushed(stage, f"{SUPPLIER}/redirect", "Move the sign-in address")
    merge(stage, f"{SUPPLIER}/redirect", "Merge the new sign-in address")
    with tell.waiting("the client follows"):
        await _redirects_to(stage, client_id, NEW)
    tell.fact("supplier", f"changes a redirect URI in the file; the client follows: {NEW}")

    body = await stage.cluster.get(HELSEID_CLIENT, TEST.namespace, WEB)
    refused = await _edited(stage, body)
    expect(isinstance(refused, Forbidden) and RULE in refused.message, f"admission refuses the edit: {RULE}", refused)
    tell.fact("admin", f"edits the custom resource by hand; the cluster's admission refuses it: {RULE}")

    async with stage.without_admission(HELSEID_CLIENT):
        with tell.waiting("the hand edit of the custom resource is let through, and repaired"):
            edited = await _edit_let_through(stage, body)
            await _resource_redirects_to(stage, NEW)
    held = at_authority(stage, client_id)
    expect(edited["metadata"]["generation"] > body["metadata"]["generation"], "the hand edit was really made")
    expect(
        held is not None and list(held.metadata.redirect_uris) == [NEW], "the authority never saw the hand edit", held
    )
    tell.fact("operator", "finds an edit made without admission, does not act on it, and restores the resource")

    stage.authority().admin.edit(client_id, redirect_uris=[FOREIGN])
    with tell.waiting("the hand edit at the authority is repaired"):
        await _redirects_to(stage, client_id, NEW)
    tell.fact("operator", "finds a hand edit of the client at the authority and puts it right")


async def _edited(stage: Stage, body: Mapping[str, Any]) -> dict[str, Any] | Forbidden:
    """Let the cluster's admin edit the resource by hand; return it as it is then, or how it was refused."""
    registration = {**body["spec"]["registration"], "redirectUris": [FOREIGN]}
    try:
        return await stage.cluster.merge(HELSEID_CLIENT, TEST.namespace, WEB, {"spec": {"registration": registration}})
    except Forbidden as error:
        return error


async def _edit_let_through(stage: Stage, body: Mapping[str, Any]) -> dict[str, Any]:
    """Edit it until that is let through: a server takes a moment to learn of a policy that is gone."""

    async def look() -> dict[str, Any] | None:
        edited = await _edited(stage, body)
        return None if isinstance(edited, Forbidden) else edited

    return await eventually(look, "the edit is let through")


async def _redirects_to(stage: Stage, client_id: str, uri: str) -> None:
    def look() -> bool:
        stage.operators.expect_alive()
        held = at_authority(stage, client_id)
        return held is not None and list(held.metadata.redirect_uris) == [uri]

    await eventually(look, f"client {client_id} redirects to {uri} at the authority")


async def _resource_redirects_to(stage: Stage, uri: str) -> None:
    async def look() -> bool:
        stage.operators.expect_alive()
        body = await stage.resource(WEB)
        return body is not None and body["spec"]["registration"]["redirectUris"] == [uri]

    await eventually(look, f"the resource {WEB} says {uri} again")
