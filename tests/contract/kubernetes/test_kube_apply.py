from __future__ import annotations

from typing import Any


def entry(item: Any, manager: str) -> Any:
    return next(entry for entry in item["metadata"]["managedFields"] if entry["manager"] == manager)


async def test_an_apply_creates_then_updates(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    created = await kube.apply(path, kube.widget(tags=["a"]))
    assert created.code == 201
    updated = await kube.apply(path, kube.widget(size=4, tags=["a"]))
    assert (updated.code, updated.body["spec"]["size"], updated.body["metadata"]["generation"]) == (200, 4, 2)
    again = await kube.apply(path, kube.widget(size=4, tags=["a"]))
    assert again.body["metadata"] == updated.body["metadata"]


async def test_an_apply_needs_a_manager(kube: Any) -> None:
    media = "application/apply-patch+yaml"
    reply = await kube.call("PATCH", f"{kube.widgets}/one", kube.widget(), media=media)
    assert reply.code in {400, 422}


async def test_managed_fields_name_what_was_applied(kube: Any) -> None:
    body = kube.widget(ports=[{"name": "a", "number": 1}], tags=["x"])
    body["metadata"]["labels"] = {"app": "x"}
    applied = (await kube.apply(f"{kube.widgets}/one", body)).body
    found = entry(applied, "first")
    assert (found["operation"], found["fieldsType"]) == ("Apply", "FieldsV1")
    assert found["fieldsV1"] == {
        "f:metadata": {"f:labels": {"f:app": {}}},
        "f:spec": {
            "f:size": {},
            "f:ports": {'k:{"name":"a"}': {".": {}, "f:name": {}, "f:number": {}}},
            "f:tags": {'v:"x"': {}},
        },
    }


async def test_updates_are_owned_too(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget(), fieldManager="poster")
    await kube.merge(f"{kube.widgets}/one", {"spec": {"label": "x"}}, fieldManager="patcher")
    await kube.merge(f"{kube.widgets}/one/status", {"status": {"phase": "Up"}}, fieldManager="patcher")
    item = (await kube.get(f"{kube.widgets}/one")).body
    assert entry(item, "poster")["fieldsV1"] == {"f:spec": {".": {}, "f:colour": {}, "f:size": {}}}
    owned = {
        e.get("subresource", ""): e["fieldsV1"] for e in item["metadata"]["managedFields"] if e["manager"] == "patcher"
    }
    assert owned == {"": {"f:spec": {"f:label": {}}}, "status": {"f:status": {".": {}, "f:phase": {}}}}


async def test_a_conflict_names_field_and_owner(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    await kube.apply(path, kube.widget(size=3), "first")
    reply = await kube.apply(path, kube.widget(size=4), "second")
    assert (reply.code, reply.body["reason"]) == (409, "Conflict")
    assert reply.body["message"] == 'Apply failed with 1 conflict: conflict with "first": .spec.size'
    assert reply.body["details"]["causes"] == [
        {"reason": "FieldManagerConflict", "message": 'conflict with "first"', "field": ".spec.size"}
    ]


async def test_a_conflict_with_an_update_says_when(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget(), fieldManager="poster")
    reply = await kube.apply(f"{kube.widgets}/one", kube.widget(size=4, colour="blue"))
    assert reply.code == 409
    assert reply.body["message"].startswith('Apply failed with 2 conflicts: conflicts with "poster" using')
    assert {cause["field"] for cause in reply.body["details"]["causes"]} == {".spec.size", ".spec.colour"}


async def test_force_takes_the_field_over(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    await kube.apply(path, kube.widget(size=3, label="x"), "first")
    reply = await kube.apply(path, kube.widget(size=4), "second", force="true")
    assert (reply.code, reply.body["spec"]["size"]) == (200, 4)
    assert entry(reply.body, "first")["fieldsV1"] == {"f:spec": {"f:label": {}}}


async def test_equal_values_are_shared_without_conflict(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    await kube.apply(path, kube.widget(label="x"), "first")
    assert (await kube.apply(path, kube.widget(label="x"), "second")).code == 200
    dropped = await kube.apply(path, kube.widget(), "first")
    assert dropped.body["spec"]["label"] == "x"
    assert "label" not in (await kube.apply(path, kube.widget(), "second")).body["spec"]


async def test_a_field_that_leaves_the_configuration_is_dropped(kube: Any) -> None:
    path = f"{kube.configmaps}/one"
    body = kube.configmap(a="1", b="2")
    body["metadata"]["annotations"] = {"x": "y"}
    await kube.apply(path, body)
    await kube.merge(path, {"data": {"c": "3"}}, fieldManager="other")
    reply = await kube.apply(path, kube.configmap(a="1"))
    assert reply.body["data"] == {"a": "1", "c": "3"}
    assert "annotations" not in reply.body["metadata"]


async def test_keyed_lists_and_sets_are_merged_by_item(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    await kube.apply(path, kube.widget(ports=[{"name": "a", "number": 1}], tags=["x"]), "first")
    theirs = kube.widget(ports=[{"name": "b", "number": 2}], tags=["y"])
    both = (await kube.apply(path, theirs, "second")).body["spec"]
    assert {port["name"] for port in both["ports"]} == {"a", "b"}
    assert sorted(both["tags"]) == ["x", "y"]
    alone = (await kube.apply(path, kube.widget(), "first")).body["spec"]
    assert alone["ports"] == [{"name": "b", "number": 2}]
    assert alone["tags"] == ["y"]


async def test_an_item_with_a_field_of_another_owner_stays(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    await kube.apply(path, kube.widget(ports=[{"name": "a", "number": 1}]), "first")
    await kube.apply(path, kube.widget(ports=[{"name": "a", "note": "mine"}]), "second")
    left = (await kube.apply(path, kube.widget(), "first")).body["spec"]
    assert left["ports"] == [{"name": "a", "note": "mine"}]


async def test_atomic_lists_are_replaced_whole(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    await kube.apply(path, kube.widget(steps=["a"]), "first")
    assert (await kube.apply(path, kube.widget(steps=["a", "b"]), "second")).code == 409
    assert (await kube.apply(path, kube.widget(steps=["b"]), "first")).body["spec"]["steps"] == ["b"]


async def test_the_status_is_applied_through_its_endpoint(kube: Any) -> None:
    await kube.apply(f"{kube.widgets}/one", kube.widget())
    body = {**kube.widget(), "status": {"phase": "Up"}}
    reply = await kube.apply(f"{kube.widgets}/one/status", body, "status-writer")
    assert (reply.code, reply.body["status"]) == (200, {"phase": "Up"})
    assert entry(reply.body, "status-writer")["subresource"] == "status"
    assert entry(reply.body, "status-writer")["fieldsV1"] == {"f:status": {"f:phase": {}}}
    assert (await kube.apply(f"{kube.widgets}/absent/status", kube.widget("absent"), "status-writer")).code == 404


async def test_an_applied_object_is_validated_and_strict_on_request(kube: Any) -> None:
    path = f"{kube.widgets}/one"
    assert (await kube.apply(path, kube.widget(size=-1))).code == 422
    assert (await kube.apply(path, kube.widget(bogus=1), fieldValidation="Strict")).code in {400, 422, 500}
    assert (await kube.get(path)).code == 404


async def test_an_apply_may_be_written_as_yaml(kube: Any) -> None:
    lines = [
        f"apiVersion: {kube.widget()['apiVersion']}",
        "kind: Widget",
        "metadata:",
        "  name: one",
        "spec:",
        "  size: 4",
        '  tags: ["no", "1"]',
    ]
    applied = await kube.call(
        "PATCH",
        f"{kube.widgets}/one",
        "\n".join(lines).encode(),
        media="application/apply-patch+yaml",
        fieldManager="first",
    )
    assert (applied.code, applied.body["spec"]["size"], applied.body["spec"]["tags"]) == (201, 4, ["no", "1"])
