"""IdentityFederation under the real Kopf, at the sandbox's authority: merged, handed, meddled with, refused, ended."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluse.cluster.kinds import IDENTITY_FEDERATION, INTEGRATION
from sluse.controller.looking import RECONCILE_REQUESTED
from sluse.demo.expect import PATIENCE, eventually
from sluse.errors import NotFound
from sluse.sandbox.authority import provider_endpoint
from sluse.sandbox.authority.provider_rules import accept
from sluse.sandbox.sandbox import REPOSITORY_ID, Sandbox
from worlds.federation import instance
from worlds.operated import NAMESPACE, SOON, Operated, Writes, begun, difference
from worlds.provider_files import LoginProvider
from worlds.running import Running

POLAR = LoginProvider("polar", 60)
INSTANCE = f"{provider_endpoint.PATH}/{{alias}}"
OWNER = f"{REPOSITORY_ID}/test/{POLAR.resource}"

_requests = itertools.count()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with begun(tmp_path, POLAR.everything()) as opened:
        yield opened


@pytest.fixture
async def served(world: Operated) -> AsyncIterator[Operated]:
    """An identity provider is merged, and an operator runs."""
    with world.operator():
        yield world


async def resource(world: Operated) -> dict[str, Any]:
    try:
        return await world.object(IDENTITY_FEDERATION, POLAR.resource)
    except NotFound:
        return {}


async def says(world: Operated, reason: str) -> dict[str, Any]:
    """Wait until the resource says so of its present generation; return it."""

    async def look() -> dict[str, Any] | None:
        body = await resource(world)
        generation = body.get("metadata", {}).get("generation")
        rows = body.get("status", {}).get("conditions", ())
        said = {(row["reason"], row["observedGeneration"]) for row in rows}
        return body if (reason, generation) in said else None

    return await eventually(look, f"the federation says {reason}")


async def ask_for_look(world: Operated) -> None:
    patch = {"metadata": {"annotations": {RECONCILE_REQUESTED: f"{next(_requests)}"}}}
    await world.admin.merge(IDENTITY_FEDERATION, NAMESPACE, POLAR.resource, patch)


def provider(world: Operated) -> Any:
    """Return what stands at the authority; None where nothing does."""
    return world.authority.providers.get(POLAR.alias)


async def test_a_merged_file_becomes_a_federation_and_its_page_says_what_to_type_in(served: Operated) -> None:
    body = await says(served, "Registered")
    there = provider(served)
    assert (there.enabled, there.issuer, there.jwks_url) == (True, POLAR.issuer, f"{POLAR.issuer}/.well-known/jwks")
    assert there.config["owner"] == OWNER
    handed = {
        "clientId": "sts",
        "redirectUris": [f"{served.settings.authority.issuer}/signin-{POLAR.alias}"],
        "jwksUri": f"{served.settings.authority.issuer}/.well-known/openid-configuration/jwks",
    }
    assert body["status"]["handed"] == handed
    page = await served.stage(POLAR.slug, "TestReady", POLAR.alias)
    assert (page["kind"], page["federation"]["handed"], page["federation"]["use"]) == (
        "IdentityProvider", handed, "Open"
    )  # fmt: skip
    text = served.main.file("sluse/test", f"{POLAR.slug}/{POLAR.alias}.md")
    assert handed["redirectUris"][0] in str(text)


async def test_a_changed_file_changes_the_federation_and_a_deleted_one_ends_it(served: Operated) -> None:
    await says(served, "Registered")
    await served.merge(POLAR.document(protocol={"algorithms": ["ES256", "PS256"]}))
    await eventually(lambda: provider(served).algorithms == ("ES256", "PS256"), "the change has come")
    await says(served, "Registered")
    await served.merge(POLAR.nothing())
    await eventually(lambda: provider(served) is None, "it is ended")
    await served.stage(POLAR.slug, "Retired", POLAR.alias)

    async def gone() -> bool:
        return not await resource(served)

    await eventually(gone, "the resource has left the stack")


async def test_a_file_with_an_error_keeps_what_is_there(served: Operated) -> None:
    await says(served, "Registered")
    commit = await served.merge(POLAR.document(protocol={"algorithms": ["RS256"]}))
    await served.synced(commit)
    assert provider(served).algorithms == ("ES256",)

    async def told() -> bool:
        shown = await served.object(INTEGRATION, POLAR.resource)
        return bool(shown["status"].get("waitingFor", {}).get("reason") == "SourceInvalid")

    await eventually(told, "its owner is told")
    shown = await served.object(INTEGRATION, POLAR.resource)
    assert shown["status"]["waitingFor"]["on"] == "identity provider"


async def test_a_hand_edit_of_the_resource_is_not_acted_on_and_is_restored(served: Operated) -> None:
    body = await says(served, "Registered")
    writes = served.writes().authority
    edit = {"spec": {"federation": {"issuer": "https://evil.example"}}}
    await served.admin.merge(IDENTITY_FEDERATION, NAMESPACE, POLAR.resource, edit)

    async def restored() -> bool:
        found = await resource(served)
        return bool(found["spec"] == body["spec"] and found["metadata"]["generation"] > body["metadata"]["generation"])

    await eventually(restored, "the resource is as declared again")
    await says(served, "Registered")
    assert provider(served).issuer == POLAR.issuer
    assert served.writes().authority == writes, "the authority never saw it"


async def test_a_resource_deleted_by_hand_is_declared_again_and_the_authority_untouched(served: Operated) -> None:
    body = await says(served, "Registered")
    writes = served.writes().authority
    await served.admin.delete(IDENTITY_FEDERATION, NAMESPACE, POLAR.resource)

    async def another() -> bool:
        found = await resource(served)
        return bool(found) and found["metadata"]["uid"] != body["metadata"]["uid"]

    await eventually(another, "the resource is there again")
    assert (await says(served, "Registered"))["status"]["handed"] == body["status"]["handed"]
    assert served.writes().authority == writes


async def test_a_hand_edit_at_the_authority_is_put_right_when_somebody_asks_for_a_look(served: Operated) -> None:
    await says(served, "Registered")
    there = provider(served)
    edited = {**there.document(), "enabled": False, "config": {**there.config, "jwksUrl": "https://evil.example/jwks"}}
    assert served.authority.providers.replace(accept(edited))
    await ask_for_look(served)
    await eventually(lambda: provider(served) == there, "it is put right")


async def test_drift_is_found_by_the_schedule_and_a_look_that_finds_nothing_writes_nothing(world: Operated) -> None:
    world.timing = SOON
    with world.operator():
        await says(world, "Registered")
        await world.stage(POLAR.slug, "TestReady", POLAR.alias)
        there = provider(world)
        assert world.authority.providers.replace(accept({**there.document(), "enabled": False}))
        await eventually(lambda: provider(world).enabled, "the drift is found")
        before, looks = world.writes(), world.authority.requests.count("GET", INSTANCE)
        assert world.authority.requests.wait_for(looks + 3, PATIENCE, method="GET", template=INSTANCE)
        assert difference(before, world.writes()) == Writes({}, {}, 0)


async def test_a_restart_with_nothing_changed_asks_and_writes_nothing(world: Operated) -> None:
    with world.operator():
        await says(world, "Registered")
        await world.stage(POLAR.slug, "TestReady", POLAR.alias)
    before, asked = world.writes(), world.authority.requests.snapshot()
    with world.operator() as operator:
        await scheduled(operator)
    assert difference(before, world.writes()) == Writes({}, {}, 0)
    assert world.authority.requests.snapshot() == asked, "not even a question"


async def test_an_alias_that_somebody_else_has_is_a_conflict_until_they_give_it_up(world: Operated) -> None:
    theirs = accept(instance("https://login.elsewhere.example", POLAR.alias, owner="somebody/test/else.login"))
    world.authority.providers.add(theirs)
    world.timing = SOON
    with world.operator():
        body = await says(world, "OwnedByAnother")
        assert body["status"]["waitingFor"]["on"] == "cluster operator"
        assert "somebody/test/else.login" in str(body["status"]["conditions"])
        assert provider(world) == theirs
        world.authority.providers.remove(POLAR.alias)
        await says(world, "Registered")
        assert provider(world).config["owner"] == OWNER


async def test_without_an_admin_api_the_work_is_told_in_words(world: Operated) -> None:
    settings = world.settings
    alone = settings.model_copy(update={"authority": settings.authority.model_copy(update={"federation": None})})
    with Running(alone, world.sandbox.clock.now):
        body = await says(world, "RegistrarMissing")
        (ready,) = body["status"]["conditions"]
        assert (ready["type"], ready["status"]) == ("Ready", "False"), "a state, and no error"
        assert POLAR.issuer in ready["message"]
        page = await world.stage(POLAR.slug, "Ordered", POLAR.alias)

        async def told() -> bool:
            return bool(world.page(POLAR.slug, POLAR.alias)["waiting"])

        await eventually(told, "the page tells as well")
        (row,) = world.page(POLAR.slug, POLAR.alias)["waiting"]
        assert (row["on"], row["reason"]) == ("cluster operator", "RegistrarMissing")
    assert page["kind"] == "IdentityProvider"
    assert provider(world) is None


async def scheduled(operator: Running) -> None:
    """Wait until the operator has dealt with the federation, and looks again some time."""
    process = operator.process
    assert process is not None
    await eventually(lambda: len(process.federation_schedule) == 1, "it is scheduled")
