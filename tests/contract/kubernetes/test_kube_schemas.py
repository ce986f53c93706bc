from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


async def test_defaults_are_filled_in_and_unknown_fields_pruned(kube: Any) -> None:
    body = kube.widget(bogus=1, free={"any": {"thing": True}})
    reply = await kube.post(kube.widgets, body)
    assert reply.body["spec"] == {"size": 3, "colour": "red", "free": {"any": {"thing": True}}}
    assert reply.headers["Warning"] == '299 - "unknown field \\"spec.bogus\\""'


async def test_strict_validation_refuses_unknown_fields(kube: Any) -> None:
    reply = await kube.post(kube.widgets, kube.widget(bogus=1), fieldValidation="Strict")
    assert reply.code == 400
    assert 'strict decoding error: unknown field "spec.bogus"' in reply.body["message"]


INVALID: dict[str, tuple[dict[str, Any], str, str]] = {
    "wrong type": ({"size": "x"}, "spec.size", "must be of type integer"),
    "below the minimum": ({"size": -1}, "spec.size", "should be greater than or equal to 0"),
    "not in the enumeration": ({"colour": "green"}, "spec.colour", 'supported values: "red", "blue"'),
    "too long": ({"label": "abcdefghijklm"}, "spec.label", "Too long"),
    "not matching the pattern": ({"label": "A"}, "spec.label", "should match '^[a-z]*$'"),
    "a map with a wrong value": ({"limits": {"a": "b"}}, "spec.limits.a", "must be of type integer"),
    "neither number nor text": ({"port": True}, "spec.port", "integer"),
    "a keyed item without its key": ({"ports": [{"number": 1}]}, "spec.ports[0].name", "Required value"),
    "a key twice": ({"ports": [{"name": "a"}, {"name": "a"}]}, "spec.ports[1]", "Duplicate value"),
    "a set member twice": ({"tags": ["a", "a"]}, "spec.tags[1]", "Duplicate value"),
    "too many": ({"steps": None, "ports": [{"name": str(n)} for n in range(6)]}, "spec.ports", "Too many"),
    "refused by a rule": ({"size": 2000}, "spec", "too big"),
}


@pytest.mark.parametrize("case", INVALID)
async def test_an_invalid_object_is_refused_with_its_place(kube: Any, case: str) -> None:
    spec, field, message = INVALID[case]
    reply = await kube.post(kube.widgets, kube.widget(**{k: v for k, v in spec.items() if k != "steps"}))
    assert (reply.code, reply.body["reason"]) == (422, "Invalid")
    cause = next(cause for cause in reply.body["details"]["causes"] if cause["field"] == field)
    assert message in cause["message"]


async def test_null_where_it_may_not_be_is_no_value(kube: Any) -> None:
    reply = await kube.post(kube.widgets, kube.widget(label=None, colour=None))
    assert (reply.code, reply.body["spec"]) == (201, {"size": 3, "colour": "red"})


async def test_an_invalid_object_says_that_its_rules_were_not_looked_at(kube: Any) -> None:
    reply = await kube.post(kube.widgets, kube.widget(size="x"))
    assert "some validation rules were not checked" in reply.body["details"]["causes"][-1]["message"]


async def test_a_missing_required_field_is_named(kube: Any) -> None:
    body = kube.widget()
    del body["spec"]["size"]
    reply = await kube.post(kube.widgets, body)
    assert (reply.code, reply.body["details"]["causes"][0]["field"]) == (422, "spec.size")


async def test_nullable_fields_and_numbers_or_text_are_accepted(kube: Any) -> None:
    for number, port in enumerate((80, "http")):
        reply = await kube.post(kube.widgets, kube.widget(f"w-{number}", maybe=None, port=port))
        assert (reply.code, reply.body["spec"]["port"]) == (201, port)


async def test_a_transition_rule_compares_with_the_old_object(kube: Any) -> None:
    await kube.post(kube.widgets, kube.widget())
    assert (await kube.merge(f"{kube.widgets}/one", {"spec": {"size": 5}})).code == 200
    reply = await kube.merge(f"{kube.widgets}/one", {"spec": {"size": 4}})
    assert reply.code == 422
    assert "may not shrink" in reply.body["message"]


async def test_a_definition_is_established_and_serves_its_kind_until_deleted(
    kube: Any, make_definition: Callable[..., Any]
) -> None:
    plural = f"things{uuid.uuid4().hex[:6]}"
    body = make_definition(plural, plural.capitalize())
    path = f"{CRDS}/{body['metadata']['name']}"
    served = f"/apis/{body['spec']['group']}/v1/namespaces/{kube.namespace}/{plural}"
    assert (await kube.post(CRDS, body)).code == 201

    def established(reply: Any) -> bool:
        conditions = reply.body.get("status", {}).get("conditions") or []
        return {"type": "Established", "status": "True"}.items() <= {
            k: v for c in conditions if c["type"] == "Established" for k, v in c.items()
        }.items()

    found = await kube.until(path, established)
    assert found.body["status"]["storedVersions"] == ["v1"]
    await kube.until(served, lambda reply: reply.code == 200)
    thing = {**kube.widget(), "kind": plural.capitalize()}
    assert (await kube.post(served, thing)).code == 201
    assert (await kube.delete(path)).code == 200
    await kube.until(path, lambda reply: reply.code == 404)
    await kube.until(served, lambda reply: reply.code == 404)


async def test_a_changed_schema_is_in_force(kube: Any, make_definition: Callable[..., Any]) -> None:
    plural = f"gizmos{uuid.uuid4().hex[:6]}"
    fields = {"a": {"type": "string"}}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}}
    body = make_definition(plural, plural.capitalize(), schema)
    path = f"{CRDS}/{body['metadata']['name']}"
    served = f"/apis/{body['spec']['group']}/v1/namespaces/{kube.namespace}/{plural}"
    await kube.post(CRDS, body)
    await kube.until(served, lambda reply: reply.code == 200)
    fields["b"] = {"type": "string", "default": "filled"}
    assert (await kube.merge(path, {"spec": body["spec"]})).code == 200

    async def filled() -> bool:
        thing = {"apiVersion": f"{body['spec']['group']}/v1", "kind": plural.capitalize(), "metadata": {"name": "x"}}
        reply = await kube.post(served, {**thing, "spec": {"a": "1"}}, dryRun="All")
        return bool(reply.body.get("spec", {}).get("b") == "filled")

    for _ in range(200):
        if await filled():
            break
    assert await filled()
    await kube.delete(path)


UNSTRUCTURAL: dict[str, Any] = {
    "no type": {"properties": {"a": {"description": "x"}}},
    "a reference": {"properties": {"a": {"type": "object", "$ref": "#/x"}}},
    "properties and additionalProperties": {
        "properties": {"a": {"type": "object", "properties": {"b": {"type": "string"}}, "additionalProperties": False}}
    },
    "unique items": {"properties": {"a": {"type": "array", "uniqueItems": True, "items": {"type": "string"}}}},
    "keys that are not required": {
        "properties": {
            "a": {
                "type": "array",
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["k"],
                "items": {"type": "object", "properties": {"k": {"type": "string"}}},
            }
        }
    },
    "a default of another type": {"properties": {"a": {"type": "string", "default": 1}}},
    "a rule that cannot be parsed": {
        "properties": {"a": {"type": "string", "x-kubernetes-validations": [{"rule": "self ==", "message": "x"}]}}
    },
    "a rule about an unknown name": {
        "properties": {"a": {"type": "string", "x-kubernetes-validations": [{"rule": "other == self"}]}}
    },
    "an array without items": {"properties": {"a": {"type": "array"}}},
}


@pytest.mark.parametrize("case", UNSTRUCTURAL)
async def test_a_schema_that_is_not_structural_is_refused(
    kube: Any, make_definition: Callable[..., Any], case: str
) -> None:
    schema = {"type": "object", "properties": {"spec": {"type": "object", **UNSTRUCTURAL[case]}}}
    reply = await kube.post(CRDS, make_definition("refusals", "Refusal", schema))
    assert (reply.code, reply.body["reason"]) == (422, "Invalid")


async def test_a_definition_must_be_named_after_its_group(kube: Any, make_definition: Callable[..., Any]) -> None:
    body = make_definition("refusals", "Refusal")
    body["metadata"]["name"] = "other.example"
    reply = await kube.post(CRDS, body)
    assert reply.code == 422
    assert any(cause["field"] == "metadata.name" for cause in reply.body["details"]["causes"])
