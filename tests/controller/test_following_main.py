"""What is merged becomes what the authority holds, by the operator alone."""

from __future__ import annotations

from sluse.demo.expect import eventually
from worlds.documents import OTHER, READ, Supplier
from worlds.operated import Operated


async def test_what_is_merged_is_registered_and_told_to_the_supplier(shared: Operated, mine: Supplier) -> None:
    await shared.merge(mine.everything())
    (body,) = await shared.ready(mine.sync)
    page = await shared.stage(mine.slug, "TestReady")
    (held,) = shared.registrations(mine.slug)
    assert body["status"]["clientId"] == held.client_id
    assert [client["clientId"] for client in page["clients"]] == [held.client_id]
    assert body["status"]["keyIds"] == [key["kid"] for key in body["spec"]["registration"]["keys"]]


async def test_a_changed_file_changes_the_client_and_leaves_its_neighbour(
    shared: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    await shared.merge(mine.everything())
    await shared.ready(mine.sync)
    theirs, before = shared.registrations(neighbour.slug), shared.registrations(mine.slug)
    await shared.merge(mine.integration(scopes=(OTHER,)))
    await shared.declared(mine.sync, OTHER)
    (after,) = shared.registrations(mine.slug)
    assert after.metadata.scopes == (OTHER,)
    assert [after.client_id] == [held.client_id for held in before], "the same client, none twice"
    assert shared.registrations(neighbour.slug) == theirs


async def test_a_deleted_file_retires_its_clients_and_then_the_resources_leave(
    shared: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    await shared.merge(mine.everything())
    await shared.ready(mine.sync)
    await shared.merge(mine.nothing())
    await shared.stage(mine.slug, "Retired")

    async def absent() -> bool:
        return not await shared.client(mine.sync)

    await eventually(absent, "the resource leaves the cluster")
    assert shared.registrations(mine.slug) == ()
    assert len(shared.registrations(neighbour.slug)) == 1
    assert (await shared.held(mine.slug))["integrations"]["journal"]["clients"]["sync"]["retired"]


async def test_a_client_without_its_key_file_is_registered_when_it_comes(shared: Operated, mine: Supplier) -> None:
    await shared.merge({**mine.organisation(), **mine.integration()})
    page = await shared.stage(mine.slug, "Ordered")
    assert "The client `sync` has no public key for test" in page["waiting"][0]["message"]
    assert shared.registrations(mine.slug) == ()
    await shared.merge(mine.keys())
    await shared.ready(mine.sync)
    await shared.stage(mine.slug, "TestReady")


async def test_a_key_file_that_vanishes_keeps_the_client_as_it_is(shared: Operated, mine: Supplier) -> None:
    await shared.merge(mine.everything())
    await shared.ready(mine.sync)
    before = shared.registrations(mine.slug)
    await shared.synced(await shared.merge({mine.key_path(): None}))
    assert shared.registrations(mine.slug) == before
    assert await shared.client(mine.sync)


async def test_a_broken_file_keeps_the_client_and_its_neighbours_go_on(shared: Operated, mine: Supplier) -> None:
    other = Supplier(f"{mine.slug}-beside", mine.position + 300)
    await shared.merge({**mine.everything(), **other.everything()})
    await shared.ready(mine.sync, other.sync)
    await shared.merge({mine.path(): "kind: [ServiceIntegration\n", **other.integration(scopes=(OTHER,))})
    await shared.declared(other.sync, OTHER)
    assert [held.metadata.scopes for held in shared.registrations(mine.slug)] == [(READ,)]
    await shared.merge(mine.integration(scopes=(OTHER,)))
    await shared.declared(mine.sync, OTHER)
    assert len(shared.registrations(mine.slug)) == 1


async def test_a_wrong_file_is_told_to_its_supplier_with_the_place(shared: Operated, mine: Supplier) -> None:
    await shared.merge(mine.everything())
    await shared.ready(mine.sync)
    await shared.stage(mine.slug, "TestReady")
    stranger = Supplier("nobody", mine.position + 600)
    text = mine.integration()[mine.path()]
    assert text is not None
    await shared.merge({mine.path(): text.replace(mine.number, stranger.number)})

    def told() -> bool:
        rows = shared.page(mine.slug).get("waiting", ())
        return any(row["reason"] == "SourceInvalid" and f"{mine.path()}:" in row["message"] for row in rows)

    await eventually(told, "the page says what is wrong and where")
    assert len(shared.registrations(mine.slug)) == 1


async def test_many_files_gone_at_once_are_held_until_somebody_says_that_they_are_meant(
    shared: Operated, mine: Supplier
) -> None:
    names = [f"service-{position}" for position in range(9)]
    files = {path: text for name in names for path, text in mine.everything(name).items()}
    await shared.merge(files)
    await shared.ready(*(mine.resource(name, "sync") for name in names))
    commit = await shared.merge({path: text for name in names for path, text in mine.nothing(name).items()})

    async def held() -> str | None:
        rows = (await shared.repository("FuseHeld"))["status"]["conditions"]
        return next((row["message"] for row in rows if row["type"] == "FuseHeld"), None)

    annotation, _, value = (await eventually(held, "the fuse holds")).rpartition(" ")[2].partition("=")
    assert value == commit
    assert len(shared.registrations(mine.slug)) == len(names), "nothing was retired"
    await shared.annotate_repository(annotation, value)
    await eventually(lambda: shared.registrations(mine.slug) == (), "what was meant is retired")
