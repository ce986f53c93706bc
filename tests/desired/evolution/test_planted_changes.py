"""Each kind of breaking change, planted in a form, is refused by its name; each harmless one is let through."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from sluse.desired.evolution.breaking import REMEDIES, Breaking
from sluse.desired.evolution.schemas import breaking

Schema = dict[str, Any]
Change = Callable[[Schema], None]

OLD: Schema = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 40, "pattern": "^[a-z]+$"},
        "use": {"type": "string", "enum": ["Open", "Withheld"]},
        "kind": {"type": "string", "const": "Thing"},
        "since": {"type": "string", "format": "date"},
        "poll": {"type": "string", "default": "1m"},
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "nothing": {"type": "string", "nullable": True},
        "loose": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
        "scopes": {"type": "array", "maxItems": 5, "items": {"type": "string"}, "x-kubernetes-list-type": "set"},
        "labels": {"type": "object", "maxProperties": 5, "additionalProperties": {"type": "string"}},
        "anything": {"type": "object", "additionalProperties": True},
        "clients": {"type": "object", "patternProperties": {"^[a-z]+$": {"type": "string"}}},
        "inner": {
            "type": "object",
            "required": ["id"],
            "properties": {"id": {"type": "string"}, "note": {"type": "string"}},
            "x-kubernetes-validations": [{"rule": "self.id != ''", "message": "id is empty"}],
        },
        "timing": {"type": "object", "properties": {"drift": {"type": "integer"}}, "default": {"drift": 600}},
    },
}


def at(path: str, **change: Any) -> Change:
    """Set keywords of the schema at a path; None takes one away."""

    def changed(schema: Schema) -> None:
        node = schema
        for step in path.split("/") if path else ():
            node = node[step]
        for name, value in change.items():
            keyword = name.replace("__", "-")
            node.pop(keyword, None)
            if value is not None:
                node[keyword] = value

    return changed


def both(*changes: Change) -> Change:
    def changed(schema: Schema) -> None:
        for change in changes:
            change(schema)

    return changed


def without(path: str, name: str) -> Change:
    def changed(schema: Schema) -> None:
        node = schema
        for step in path.split("/"):
            node = node[step]
        del node[name]

    return changed


P = "properties"
INNER = "properties/inner/properties"
TIMING = "properties/timing"
RULES = "x__kubernetes__validations"
KNOWN_RULE = {"rule": "self.id != ''", "message": "id is empty"}


def ruled(rule: str) -> Change:
    return at("properties/inner", **{RULES: [KNOWN_RULE, {"rule": rule}]})


BREAKING: dict[str, tuple[Change, list[tuple[str, str]]]] = {
    "a field is removed": (without(P, "use"), [("use", "FieldRemoved")]),
    "a field below is removed": (without(INNER, "note"), [("inner.note", "FieldRemoved")]),
    "a field is renamed": (
        both(without(P, "use"), at(P, usage={"type": "string"})),
        [("use", "FieldRemoved")],
    ),
    "a type changes": (at("properties/count", type="string"), [("count", "TypeChanged")]),
    "the type of items changes": (at("properties/scopes/items", type="object"), [("scopes[]", "TypeChanged")]),
    "the type of a map's values changes": (
        at("properties/labels/additionalProperties", type="integer"),
        [("labels{}", "TypeChanged")],
    ),
    "a map becomes a group of fields": (
        at("properties/labels", additionalProperties=None, properties={"a": {"type": "string"}}),
        [("labels{}", "FieldRemoved")],
    ),
    "what was anything gets a type": (
        at("properties/anything", additionalProperties={"type": "string"}),
        [("anything{}", "TypeChanged")],
    ),
    "null may stand no more": (at("properties/nothing", nullable=None), [("nothing", "TypeChanged")]),
    "an old field becomes required": (at("", required=["name", "use"]), [("use", "FieldRequired")]),
    "a new field is required": (
        both(at("", required=["name", "new"]), at(P, new={"type": "string"})),
        [("new", "FieldRequired")],
    ),
    "a field below becomes required": (
        at("properties/inner", required=["id", "note"]),
        [("inner.note", "FieldRequired")],
    ),
    "a value may stand no more": (at("properties/use", enum=["Open"]), [("use", "ValueRemoved")]),
    "values are listed where all could stand": (at("properties/name", enum=["a"]), [("name", "ValueRemoved")]),
    "the one value is another": (at("properties/kind", const="Other"), [("kind", "ValueRemoved")]),
    "maxLength falls": (at("properties/name", maxLength=39), [("name", "BoundNarrowed")]),
    "minLength rises": (at("properties/name", minLength=3), [("name", "BoundNarrowed")]),
    "maximum falls": (at("properties/count", maximum=8), [("count", "BoundNarrowed")]),
    "minimum rises": (at("properties/count", minimum=1), [("count", "BoundNarrowed")]),
    "maxItems falls": (at("properties/scopes", maxItems=4), [("scopes", "BoundNarrowed")]),
    "minItems where none was": (at("properties/scopes", minItems=1), [("scopes", "BoundNarrowed")]),
    "maxProperties falls": (at("properties/labels", maxProperties=4), [("labels", "BoundNarrowed")]),
    "a pattern changes": (at("properties/name", pattern="^[a-z-]+$"), [("name", "PatternChanged")]),
    "a pattern where none was": (at("properties/poll", pattern="^[0-9]+m$"), [("poll", "PatternChanged")]),
    "the pattern of keys changes": (
        at("properties/clients", patternProperties={"^[a-z0-9]+$": {"type": "string"}}),
        [("clients{}", "PatternChanged")],
    ),
    "a format changes": (at("properties/since", format="date-time"), [("since", "FormatChanged")]),
    "a rule is added": (ruled("size(self.id) < 9"), [("inner", "RuleAdded")]),
    "a rule is added that only looks harmless": (
        both(at(INNER, new={"type": "string"}), ruled("!has(self.new) || true ? self.id == 'a' : true")),
        [("inner", "RuleAdded")],
    ),
    "a rule about an old field that may be absent": (
        ruled("!has(self.note) || self.note != ''"),
        [("inner", "RuleAdded")],
    ),
    "the list's type changes": (
        at("properties/scopes", x__kubernetes__list__type="atomic"),
        [("scopes", "ListTypeChanged")],
    ),
    "a default changes": (at("properties/poll", default="2m"), [("poll", "DefaultChanged")]),
    "a default goes": (at("properties/poll", default=None), [("poll", "DefaultChanged")]),
    "an old field gets a default": (at("properties/use", default="Open"), [("use", "DefaultChanged")]),
    "a group's default changes": (at(TIMING, default={"drift": 9}), [("timing", "DefaultChanged")]),
    "a group's default loses a field": (at(TIMING, default={}), [("timing", "DefaultChanged")]),
    "a group's default gains a field that has another default": (
        both(
            at(f"{TIMING}/properties", new={"type": "integer", "default": 1}),
            at(TIMING, default={"drift": 600, "new": 2}),
        ),
        [("timing", "DefaultChanged")],
    ),
    "unknown fields are dropped": (
        at("properties/loose", x__kubernetes__preserve__unknown__fields=None),
        [("loose", "UnknownFieldsDropped")],
    ),
    "a keyword that nobody judged": (at("properties/count", multipleOf=2), [("count", "KeywordChanged")]),
    "two at once": (
        both(without(P, "use"), at("properties/name", maxLength=4)),
        [("name", "BoundNarrowed"), ("use", "FieldRemoved")],
    ),
}

HARMLESS: dict[str, Change] = {
    "nothing": both(),
    "a group's default gains a new field as it is by itself": both(
        at(f"{TIMING}/properties", new={"type": "integer", "default": 1}),
        at(TIMING, default={"drift": 600, "new": 1}),
    ),
    "a new field": at(P, new={"type": "string", "maxLength": 4, "pattern": "^a"}),
    "a new group with required fields": at(
        P, new={"type": "object", "required": ["x"], "properties": {"x": {"type": "string"}}}
    ),
    "a new required field with a default": both(
        at("", required=["name", "new"]), at(P, new={"type": "string", "default": "x"})
    ),
    "a field need not stand any more": at("", required=[]),
    "a value more": at("properties/use", enum=["Open", "Withheld", "Retired"]),
    "any value": at("properties/use", enum=None),
    "wider bounds": both(
        at("properties/name", maxLength=41, minLength=1),
        at("properties/count", minimum=-1, maximum=10),
        at("properties/scopes", maxItems=None),
    ),
    "no pattern": at("properties/name", pattern=None),
    "no format": at("properties/since", format=None),
    "null may stand": at("properties/use", nullable=True),
    "a rule goes": at("properties/inner", **{RULES: None}),
    "a rule's message": at("properties/inner", **{RULES: [{**KNOWN_RULE, "message": "say who"}]}),
    "a rule about a new field alone": both(
        at(INNER, new={"type": "string"}), ruled("!has(self.new) || self.new != self.id")
    ),
    "other words for people": at("properties/name", description="What it is called", title="Name"),
}


@pytest.mark.parametrize(("change", "expected"), BREAKING.values(), ids=BREAKING)
def test_it_is_refused_by_name(change: Change, expected: list[tuple[str, str]]) -> None:
    found = changes(change)
    assert [(each.path, each.reason) for each in found] == expected
    assert all(each.remedy and each.remedy in str(each) for each in found)


@pytest.mark.parametrize("change", HARMLESS.values(), ids=HARMLESS)
def test_it_is_let_through(change: Change) -> None:
    assert changes(change) == []


def test_every_reason_of_a_schema_is_planted() -> None:
    planted = {reason for _, expected in BREAKING.values() for _, reason in expected}
    of_definitions = {"NameChanged", "DefinitionRemoved", "VersionRemoved", "StorageMoved", "SubresourceRemoved"}
    assert planted == REMEDIES.keys() - of_definitions - {"FormRemoved"}


def changes(change: Change) -> list[Breaking]:
    new = copy.deepcopy(OLD)
    change(new)
    return sorted(breaking(OLD, new))
