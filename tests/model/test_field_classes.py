"""The table of field classes covers every leaf of every authored kind exactly once, and nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from sluse.desired.json_schema import json_schema
from sluse.desired.schema import AUTHORED
from sluse.model.classes import FIELD_CLASSES, FieldClass, class_of, project


def leaves(kind: str) -> tuple[str, ...]:
    schema = json_schema(AUTHORED[kind])
    definitions = schema["$defs"]

    def walk(node: dict[str, Any], path: str) -> Iterator[str]:
        target = definitions[node["$ref"].removeprefix("#/$defs/")] if "$ref" in node else node
        if "properties" in target:
            for name, below in target["properties"].items():
                yield from walk(below, f"{path}.{name}" if path else name)
        elif "items" in target:
            yield from walk(target["items"], f"{path}[]")
        else:
            yield path

    return tuple(walk(schema["properties"]["spec"], ""))


def covers(row: str, leaf: str) -> bool:
    return leaf == row or leaf.startswith((f"{row}.", f"{row}["))


LEAVES = [(kind, leaf) for kind in AUTHORED for leaf in leaves(kind)]


def test_every_authored_kind_has_a_table() -> None:
    assert FIELD_CLASSES.keys() == AUTHORED.keys()


@pytest.mark.parametrize(("kind", "leaf"), LEAVES, ids=[f"{kind}.{leaf}" for kind, leaf in LEAVES])
def test_every_leaf_is_in_exactly_one_class(kind: str, leaf: str) -> None:
    rows = [row for row in FIELD_CLASSES[kind] if covers(row, leaf)]
    assert len(rows) == 1
    assert class_of(kind, leaf) is FIELD_CLASSES[kind][rows[0]]


@pytest.mark.parametrize("kind", AUTHORED)
def test_every_row_covers_a_leaf_that_exists(kind: str) -> None:
    stale = [row for row in FIELD_CLASSES[kind] if not any(covers(row, leaf) for leaf in leaves(kind))]
    assert stale == []


def test_a_field_that_no_row_covers_has_no_class() -> None:
    assert class_of("ServiceIntegration", "service") is None
    assert class_of("ServiceIntegration", "clients[].nam") is None


def test_projection_keeps_the_name_of_an_item_with_the_values_it_belongs_to() -> None:
    spec = {
        "clients": [
            {"name": "a", "scopes": ["s"], "production": {"organisationNumber": "1"}},
            {"name": "b", "scopes": ["s"]},
        ]
    }
    found = project("ServiceIntegration", spec, FieldClass.PRODUCTION)
    assert found == {"clients": [{"production": {"organisationNumber": "1"}, "name": "a"}]}


def test_projection_of_nothing_is_none() -> None:
    assert project("Organisation", {"title": "only operational"}, FieldClass.IDENTITY) is None
    assert project("Organisation", "not a mapping", FieldClass.IDENTITY) is None
