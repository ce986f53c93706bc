from __future__ import annotations

from typing import Any


async def test_a_created_object_gets_its_identity_from_the_server(kube: Any) -> None:
    reply = await kube.post(kube.widgets, kube.widget())
    assert reply.code == 201
    metadata = reply.body["metadata"]
    assert metadata["uid"]
    assert metadata["creationTimestamp"].endswith("Z")
    assert int(metadata["resourceVersion"]) > 0
    assert metadata["generation"] == 1
    assert metadata["namespace"] == kube.namespace
    assert (await kube.get(f"{kube.widgets}/one")).body == reply.body


async def test_a_generated_name_completes_the_prefix(kube: Any) -> None:
    body = kube.configmap()
    body["metadata"] = {"generateName": "some-"}
    names = {(await kube.post(kube.configmaps, body)).body["metadata"]["name"] for _ in range(2)}
    assert len(names) == 2
    assert all(name.startswith("some-") and len(name) == 10 for name in names)


async def test_a_taken_name_is_a_conflict(kube: Any) -> None:
    await kube.post(kube.configmaps, kube.configmap())
    reply = await kube.post(kube.configmaps, kube.configmap())
    assert (reply.code, reply.body["reason"]) == (409, "AlreadyExists")
    assert reply.body["message"] == 'configmaps "one" already exists'


async def test_an_absent_object_is_not_found_with_its_name(kube: Any) -> None:
    reply = await kube.get(f"{kube.widgets}/absent")
    assert (reply.code, reply.body["kind"], reply.body["reason"]) == (404, "Status", "NotFound")
    assert reply.body["details"]["name"] == "absent"


async def test_a_create_in_an_absent_namespace_is_not_found(kube: Any) -> None:
    reply = await kube.post("/api/v1/namespaces/absent-namespace/configmaps", kube.configmap())
    assert (reply.code, reply.body["message"]) == (404, 'namespaces "absent-namespace" not found')


async def test_names_labels_and_bodies_are_checked(kube: Any) -> None:
    upper = kube.configmap("Upper")
    labelled = kube.configmap()
    labelled["metadata"]["labels"] = {"a": "not a label!"}
    assert (await kube.post(kube.configmaps, upper)).code == 422
    assert (await kube.post(kube.configmaps, labelled)).code == 422
    assert (await kube.call("POST", kube.configmaps, b"{")).code == 400
    assert (await kube.post(kube.configmaps, {**kube.configmap(), "kind": "Secret"})).code == 400
    elsewhere = kube.configmap()
    elsewhere["metadata"]["namespace"] = "default"
    assert (await kube.post(kube.configmaps, elsewhere)).code == 400


async def test_a_replace_moves_revision_and_generation(kube: Any) -> None:
    body = (await kube.post(kube.widgets, kube.widget())).body
    body["spec"]["size"] = 5
    reply = await kube.put(f"{kube.widgets}/one", body)
    assert reply.code == 200
    assert reply.body["metadata"]["generation"] == 2
    assert int(reply.body["metadata"]["resourceVersion"]) > int(body["metadata"]["resourceVersion"])


async def test_a_label_moves_the_revision_but_not_the_generation(kube: Any) -> None:
    created = (await kube.post(kube.widgets, kube.widget())).body
    reply = await kube.merge(f"{kube.widgets}/one", {"metadata": {"labels": {"a": "b"}}})
    assert reply.body["metadata"]["generation"] == 1
    assert reply.body["metadata"]["resourceVersion"] != created["metadata"]["resourceVersion"]


async def test_writes_that_change_nothing_keep_the_revision(kube: Any) -> None:
    created = (await kube.post(kube.widgets, kube.widget())).body
    path, revision = f"{kube.widgets}/one", created["metadata"]["resourceVersion"]
    same = [
        await kube.put(path, created),
        await kube.merge(path, {"spec": {"size": 3}}),
        await kube.merge(f"{path}/status", {}),
        await kube.json_patch(path, [{"op": "replace", "path": "/spec/size", "value": 3}]),
    ]
    assert [reply.code for reply in same] == [200] * 4
    assert {reply.body["metadata"]["resourceVersion"] for reply in same} == {revision}


async def test_a_stale_write_is_a_conflict(kube: Any) -> None:
    created = (await kube.post(kube.widgets, kube.widget())).body
    await kube.merge(f"{kube.widgets}/one", {"spec": {"size": 4}})
    created["spec"]["size"] = 9
    reply = await kube.put(f"{kube.widgets}/one", created)
    assert (reply.code, reply.body["reason"]) == (409, "Conflict")
    old = created["metadata"]["resourceVersion"]
    stale = {"metadata": {"resourceVersion": old}, "spec": {"size": 9}}
    assert (await kube.merge(f"{kube.widgets}/one", stale)).code == 409


async def test_a_replace_of_a_custom_resource_needs_a_revision(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    reply = await kube.put(f"{kube.widgets}/one", kube.widget(size=4))
    assert reply.code == 422
    await kube.post(kube.configmaps, kube.configmap())
    assert (await kube.put(f"{kube.configmaps}/one", kube.configmap(a="b"))).code == 200


async def test_the_server_keeps_what_is_its_own(kube: Any) -> None:
    created = (await kube.post(kube.widgets, kube.widget())).body
    claims = {"creationTimestamp": "2001-01-01T00:00:00Z", "generation": 99}
    reply = await kube.merge(f"{kube.widgets}/one", {"metadata": claims})
    assert reply.code == 200
    assert reply.body["metadata"]["creationTimestamp"] == created["metadata"]["creationTimestamp"]
    assert reply.body["metadata"]["generation"] == 1


async def test_nobody_marks_an_object_as_deleted_but_by_deleting_it(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    reply = await kube.merge(f"{kube.widgets}/one", {"metadata": {"deletionTimestamp": "2001-01-01T00:00:00Z"}})
    assert (reply.code, reply.body["details"]["causes"][0]["field"]) == (422, "metadata.deletionTimestamp")
    assert "deletionTimestamp" not in (await kube.get(f"{kube.widgets}/one")).body["metadata"]


async def test_a_delete_says_what_it_deleted(kube: Any) -> None:
    created = (await kube.post(kube.widgets, kube.widget())).body
    reply = await kube.delete(f"{kube.widgets}/one")
    assert (reply.code, reply.body["status"]) == (200, "Success")
    assert reply.body["details"]["uid"] == created["metadata"]["uid"]
    assert (await kube.get(f"{kube.widgets}/one")).code == 404


async def test_delete_preconditions_protect_a_successor(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    for precondition in ({"uid": "another"}, {"resourceVersion": "1"}):
        reply = await kube.delete(f"{kube.widgets}/one", {"preconditions": precondition})
        assert (reply.code, reply.body["reason"]) == (409, "Conflict")
    assert (await kube.get(f"{kube.widgets}/one")).code == 200


async def test_a_dry_run_answers_but_stores_nothing(kube: Any) -> None:
    reply = await kube.post(kube.widgets, kube.widget(), dryRun="All")
    assert (reply.code, reply.body["spec"]["colour"]) == (201, "red")
    assert (await kube.get(f"{kube.widgets}/one")).code == 404
    created = (await kube.post(kube.widgets, kube.widget())).body
    changed = await kube.merge(f"{kube.widgets}/one", {"spec": {"size": 7}}, dryRun="All")
    assert changed.body["spec"]["size"] == 7
    await kube.delete(f"{kube.widgets}/one", dryRun="All")
    assert (await kube.get(f"{kube.widgets}/one")).body == created


async def test_unsupported_methods_and_media_are_refused(kube: Any) -> None:
    assert (await kube.call("PUT", kube.configmaps, kube.configmap())).code == 405
    assert (await kube.call("PUT", kube.widgets, kube.widget())).code == 400
    await kube.post(kube.widgets, kube.widget())
    assert (await kube.call("PATCH", f"{kube.widgets}/one", {}, media="application/json")).code == 415
    assert (await kube.strategic(f"{kube.widgets}/one", {})).code == 415
