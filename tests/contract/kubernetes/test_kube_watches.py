from __future__ import annotations

from typing import Any


def seen(event: Any) -> tuple[str, str]:
    return event["type"], event["object"]["metadata"]["name"]


async def test_a_watch_continues_from_a_list(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget("before"))
    revision = (await kube.get(kube.widgets)).body["metadata"]["resourceVersion"]
    async with kube.watch(kube.widgets, resourceVersion=revision) as event:
        await kube.post(kube.widgets, kube.widget())
        await kube.merge(f"{kube.widgets}/one", {"spec": {"size": 4}})
        await kube.delete(f"{kube.widgets}/one")
        events = [await event() for _ in range(3)]
    assert [seen(e) for e in events] == [("ADDED", "one"), ("MODIFIED", "one"), ("DELETED", "one")]
    revisions = [int(e["object"]["metadata"]["resourceVersion"]) for e in events]
    assert revisions == sorted(set(revisions))
    assert revisions[0] > int(revision)


async def test_missed_events_are_replayed(kube: Any) -> None:
    revision = (await kube.get(kube.widgets)).body["metadata"]["resourceVersion"]
    await kube.post(kube.widgets, kube.widget())
    await kube.delete(f"{kube.widgets}/one")
    async with kube.watch(kube.widgets, resourceVersion=revision) as event:
        assert [seen(await event()) for _ in range(2)] == [("ADDED", "one"), ("DELETED", "one")]


async def test_without_a_revision_a_watch_starts_with_what_exists(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    for query in ({}, {"resourceVersion": "0"}):
        async with kube.watch(kube.widgets, **query) as event:
            assert seen(await event()) == ("ADDED", "one")


async def test_true_in_any_spelling_is_a_watch(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    for spelling in ("1", "true", "True"):
        async with kube.watch(kube.widgets, watch=spelling) as event:
            assert seen(await event()) == ("ADDED", "one")


async def test_a_watch_ends_after_its_timeout(kube: Any) -> None:
    revision = (await kube.get(kube.widgets)).body["metadata"]["resourceVersion"]
    async with kube.watch(kube.widgets, resourceVersion=revision, timeoutSeconds="1") as event:
        assert await event() is None


async def test_initial_events_end_with_a_bookmark(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    query = {"sendInitialEvents": "true", "resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    async with kube.watch(kube.widgets, **query) as event:
        assert seen(await event()) == ("ADDED", "one")
        bookmark = await event()
        assert bookmark["type"] == "BOOKMARK"
        assert bookmark["object"]["metadata"]["annotations"] == {"k8s.io/initial-events-end": "true"}
        await kube.post(kube.widgets, kube.widget("two"))
        assert seen(await event()) == ("ADDED", "two")


async def test_a_watch_with_a_label_sees_objects_come_and_go(kube: Any) -> None:
    revision = (await kube.get(kube.widgets)).body["metadata"]["resourceVersion"]
    async with kube.watch(kube.widgets, resourceVersion=revision, labelSelector="team=a") as event:
        await kube.post(kube.widgets, kube.widget())
        for team in ("a", "b"):
            await kube.merge(f"{kube.widgets}/one", {"metadata": {"labels": {"team": team}}})
        assert [seen(await event()) for _ in range(2)] == [("ADDED", "one"), ("DELETED", "one")]


async def test_a_watch_on_one_name_sees_only_that(kube: Any) -> None:
    async with kube.watch(kube.widgets, fieldSelector="metadata.name=two") as event:
        for name in ("one", "two"):
            await kube.post(kube.widgets, kube.widget(name))
        assert seen(await event()) == ("ADDED", "two")


async def test_a_watch_of_one_namespace_does_not_see_another(kube: Any) -> None:
    revision = (await kube.get(kube.configmaps)).body["metadata"]["resourceVersion"]
    other = kube.configmap(f"other-{kube.namespace}")
    async with kube.watch(kube.configmaps, resourceVersion=revision, labelSelector="!kubernetes.io/x") as event:
        await kube.post("/api/v1/namespaces/default/configmaps", other)
        await kube.delete(f"/api/v1/namespaces/default/configmaps/{other['metadata']['name']}")
        await kube.post(kube.configmaps, kube.configmap("mine"))
        found = seen(await event())
        while found[1] == "kube-root-ca.crt":
            found = seen(await event())
        assert found == ("ADDED", "mine")


async def test_a_watch_in_table_form_sends_rows(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    kube._session.headers["Accept"] = "application/json;as=Table;v=v1;g=meta.k8s.io"
    async with kube.watch(kube.widgets) as event:
        first = await event()
        assert first["object"]["rows"][0]["cells"][0] == "one"
        assert first["object"]["columnDefinitions"][1]["name"] == "Size"
