"""The editors' schema: what it lets through, what it underlines, and the command that prints it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from click.testing import CliRunner

from sluse.cli.schema import command
from sluse.desired.crds import crds
from sluse.desired.json_schema import json_schema
from sluse.desired.schema import AUTHORED, schema
from sluse.model.resources.status import Handled
from sluse.words.language import Language, in_language
from sluse.words.said import english

BOKMAL = in_language(Language.BOKMAL)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def journal() -> dict[str, Any]:
    text = (ROOT / "integrations/fjordlegen/journal.yaml").read_text(encoding="utf-8")
    document: dict[str, Any] = yaml.safe_load(text)
    return document


def problems(document: Any, kind: str | None = "ServiceIntegration") -> list[str]:
    return [
        "/".join(map(str, error.instance_path))
        for error in jsonschema_rs.validator_for(schema(kind, words=english)).iter_errors(document)
    ]


@pytest.mark.parametrize("kind", [*AUTHORED, None])
def test_it_is_a_schema_of_its_dialect_with_titles_and_descriptions(kind: str | None) -> None:
    found = schema(kind, words=english)
    assert found["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(found)
    assert found["title"]
    assert found["description"]
    assert all(definition["title"] for definition in found["$defs"].values())


def test_fields_have_descriptions_and_some_have_examples() -> None:
    service = schema("ServiceIntegration", words=english)["$defs"]["Service"]["properties"]
    assert all(field.get("description") for field in service.values())
    assert service["title"]["examples"]


def test_no_description_talks_of_our_code() -> None:
    assert ".py" not in json.dumps(schema(words=english))


def test_an_unknown_kind_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        schema("Nonsense", words=english)


def test_a_misspelt_field_is_underlined_where_it_stands(journal: dict[str, Any]) -> None:
    journal["spec"]["clients"][0]["scope"] = []
    assert problems(journal) == ["spec/clients/0"]


def test_a_local_time_is_right_and_one_with_an_offset_is_not(journal: dict[str, Any]) -> None:
    assert problems(journal) == []
    journal["spec"]["plan"]["productionNotBefore"] = "2027-02-01T08:00+01:00"
    assert set(problems(journal)) == {"spec/plan/productionNotBefore"}


def test_a_scope_that_stands_twice_is_underlined(journal: dict[str, Any]) -> None:
    journal["spec"]["clients"][0]["scopes"] *= 2
    assert problems(journal) == ["spec/clients/0/scopes"]


def test_an_optional_list_is_bounded_too(journal: dict[str, Any]) -> None:
    journal["spec"]["clients"][0]["test"]["scopes"] = [f"nhn:api/{n}" for n in range(101)]
    assert problems(journal) == ["spec/clients/0/test/scopes"]


def test_the_kind_decides_what_is_expected(journal: dict[str, Any]) -> None:
    assert problems(journal, None) == []
    other = copy.deepcopy(journal) | {"kind": "Organisation"}
    assert problems(other, None) == [""]


def test_a_map_keeps_its_bounds() -> None:
    assert json_schema(Handled)["properties"]["annotations"]["maxProperties"] == 5


@pytest.mark.parametrize("kind", AUTHORED)
def test_the_command_prints_the_schema_of_a_kind(kind: str) -> None:
    result = CliRunner().invoke(command, [kind])
    assert (result.exit_code, json.loads(result.stdout)) == (0, schema(kind, words=english))


def test_the_command_prints_the_schema_of_all() -> None:
    assert json.loads(CliRunner().invoke(command, []).stdout) == schema(words=english)


def test_the_command_prints_crds_that_kubectl_can_apply() -> None:
    printed = json.loads(CliRunner().invoke(command, ["--crds"]).stdout)
    assert (printed["kind"], printed["items"]) == ("List", list(crds()))


def test_an_unknown_kind_is_one_message_that_names_the_known_ones() -> None:
    result = CliRunner().invoke(command, ["Nonsense"])
    assert result.exit_code == 2
    assert "ServiceIntegration" in result.stderr


def test_a_kind_and_crds_together_are_refused() -> None:
    assert CliRunner().invoke(command, ["Organisation", "--crds"]).exit_code == 2


def fields(node: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field of a schema, with its name."""
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from fields(child)
    if isinstance(node, dict) and isinstance(node.get("properties"), dict):
        yield from node["properties"].items()


def bare(node: Any) -> Any:
    """Return a schema without what people read of it."""
    if isinstance(node, list):
        return [bare(each) for each in node]
    if not isinstance(node, dict):
        return node
    inside = {"properties": {name: bare(field) for name, field in node.get("properties", {}).items()}}
    kept = {key: bare(value) for key, value in node.items() if key not in {"title", "description", "properties"}}
    return kept | (inside if "properties" in node else {})


def test_every_field_has_a_title_in_either_language() -> None:
    titles = {name: field["title"] for name, field in fields(schema(words=english))}
    assert titles["productionNotBefore"] == "Production not before"
    assert {name: field["title"] for name, field in fields(schema(words=BOKMAL))}.keys() == titles.keys()


def test_the_schema_in_bokmal_lets_through_and_refuses_the_same() -> None:
    told = schema(words=BOKMAL)
    assert bare(told) == bare(schema(words=english))
    plan = told["$defs"]["Plan"]["properties"]["testFrom"]
    assert plan["title"] == "Test fra"
    assert plan["description"].startswith("Første dag tjenesteleverandøren ønsker å bruke test.")
