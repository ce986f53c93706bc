from __future__ import annotations

from typing import Any


async def fill(kube: Any, count: int) -> None:
    for number in range(count):
        body = kube.configmap(f"item-{number}")
        body["metadata"]["labels"] = {"parity": "even" if number % 2 == 0 else "odd", "number": str(number)}
        assert (await kube.post(kube.configmaps, body)).code == 201


def names(reply: Any) -> list[str]:
    own = [item["metadata"]["name"] for item in reply.body["items"]]
    return [name for name in own if name != "kube-root-ca.crt"]


async def test_a_list_is_typed_ordered_and_has_a_revision(kube: Any) -> None:
    await fill(kube, 3)
    reply = await kube.get(kube.configmaps)
    assert (reply.body["kind"], reply.body["apiVersion"]) == ("ConfigMapList", "v1")
    assert int(reply.body["metadata"]["resourceVersion"]) > 0
    assert names(reply) == ["item-0", "item-1", "item-2"]


async def test_every_namespace_can_be_listed_at_once(kube: Any) -> None:
    await fill(kube, 1)
    reply = await kube.get("/api/v1/configmaps", fieldSelector=f"metadata.namespace={kube.namespace}")
    assert names(reply) == ["item-0"]


async def test_label_selectors_select(kube: Any) -> None:
    await fill(kube, 4)
    wanted = {
        "parity=even": ["item-0", "item-2"],
        "parity==even,number!=0": ["item-2"],
        "number in (1, 2)": ["item-1", "item-2"],
        "parity,number notin (1,2,3)": ["item-0"],
        "parity=even,!absent": ["item-0", "item-2"],
        "absent": [],
        "parity=even,number=1": [],
    }
    for selector, found in wanted.items():
        assert names(await kube.get(kube.configmaps, labelSelector=selector)) == found, selector
    assert (await kube.get(kube.configmaps, labelSelector="a=b=c,")).code == 400


async def test_a_changed_label_moves_the_object_between_selections(kube: Any) -> None:
    await fill(kube, 1)
    await kube.merge(f"{kube.configmaps}/item-0", {"metadata": {"labels": {"parity": "odd"}}})
    assert names(await kube.get(kube.configmaps, labelSelector="parity=even")) == []
    assert names(await kube.get(kube.configmaps, labelSelector="parity=odd")) == ["item-0"]


async def test_field_selectors_know_names_and_refuse_the_rest(kube: Any) -> None:
    await fill(kube, 2)
    assert names(await kube.get(kube.configmaps, fieldSelector="metadata.name=item-1")) == ["item-1"]
    reply = await kube.get(kube.configmaps, fieldSelector="data.a=b")
    said = '"data.a" is not a known field selector: only "metadata.name", "metadata.namespace"'
    assert (reply.code, reply.body["message"]) == (400, said)


async def test_pages_show_one_snapshot(kube: Any) -> None:
    await fill(kube, 5)
    first = await kube.get(kube.configmaps, limit="2", labelSelector="number")
    await kube.delete(f"{kube.configmaps}/item-3")
    second = await kube.get(
        kube.configmaps, limit="2", labelSelector="number", **{"continue": first.body["metadata"]["continue"]}
    )
    third = await kube.get(
        kube.configmaps, limit="2", labelSelector="number", **{"continue": second.body["metadata"]["continue"]}
    )
    assert [names(page) for page in (first, second, third)] == [["item-0", "item-1"], ["item-2", "item-3"], ["item-4"]]
    assert not third.body["metadata"].get("continue")
    assert second.body["metadata"]["resourceVersion"] == first.body["metadata"]["resourceVersion"]
    assert (await kube.get(kube.configmaps, **{"continue": "nonsense"})).code in {400, 410}


async def test_a_selected_collection_is_deleted_at_once(kube: Any) -> None:
    await fill(kube, 4)
    reply = await kube.delete(kube.configmaps, labelSelector="parity=odd")
    assert reply.code == 200
    assert names(await kube.get(kube.configmaps, labelSelector="number")) == ["item-0", "item-2"]


async def test_a_table_has_the_printer_columns(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    await kube.merge(f"{kube.widgets}/one/status", {"status": {"conditions": [{"type": "Ready", "status": "True"}]}})
    accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    reply = await kube.call("GET", kube.widgets, headers={"Accept": accept})
    assert reply.body["kind"] == "Table"
    assert [column["name"] for column in reply.body["columnDefinitions"]] == ["Name", "Size", "Ready", "Age"]
    row = reply.body["rows"][0]
    assert row["cells"][:3] == ["one", 3, "True"]
    assert row["object"]["kind"] == "PartialObjectMetadata"
    one = await kube.call("GET", f"{kube.widgets}/one", headers={"Accept": accept}, includeObject="Object")
    assert one.body["rows"][0]["object"]["spec"]["size"] == 3


async def test_metadata_alone_can_be_listed(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
    reply = await kube.call("GET", kube.widgets, headers={"Accept": accept})
    assert reply.body["kind"] == "PartialObjectMetadataList"
    assert "spec" not in reply.body["items"][0]
