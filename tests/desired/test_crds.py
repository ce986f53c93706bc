"""The CRDs keep Kubernetes' rules for structural schemas, bound everything, and say what kubectl should show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cel
import jsonschema_rs
import pytest
import yaml

from sluse.desired.crds import KINDS, crds
from sluse.desired.registrations import registrations
from sluse.desired.structural import FORMATS, structural
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment
from sluse.model.registration import Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.service_integration import ServiceIntegration

ROOT = Path(__file__).parents[2]
CRDS = {crd["spec"]["names"]["kind"]: crd for crd in crds()}
BOUNDED_FORMATS = {"date-time", "date"}


def schema_of(kind: str) -> dict[str, Any]:
    schema: dict[str, Any] = CRDS[kind]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    return schema


def nodes(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, node
    for name, below in node.get("properties", {}).items():
        yield from nodes(below, f"{path}.{name}")
    for keyword in ("items", "additionalProperties"):
        if isinstance(node.get(keyword), dict):
            yield from nodes(node[keyword], f"{path}[]")


NODES = [(f"{kind}{path}", node) for kind in CRDS for path, node in nodes(schema_of(kind))]


@pytest.fixture(scope="module")
def client() -> dict[str, Any]:
    document = ServiceIntegration.model_validate(
        yaml.safe_load((ROOT / "integrations/fjordlegen/journal.yaml").read_text(encoding="utf-8"))
    )
    key = ClientKey("fjordlegen", "journal", "web")
    keys = Jwks.model_validate_json((ROOT / "integrations/fjordlegen/keys/journal/web.test.jwks.json").read_bytes())
    wanted = registrations(document, {key: keys}, Environment.TEST)
    spec = HelseIDClientSpec(
        organisation="fjordlegen", integration="journal", client="web", use=Use.OPEN, registration=wanted[key]
    )
    return {"metadata": {"name": "fjordlegen.journal.web"}, "spec": spec.wire()}


def test_all_kinds_are_there_sorted_and_named_after_their_group() -> None:
    names = [crd["metadata"]["name"] for crd in crds()]
    assert names == sorted(names) == [f"{crd['spec']['names']['plural']}.sluse.nhn.no" for crd in crds()]
    derived = {"HelseIDClient", "IdentityFederation", "NetworkOpening", "Integration", "AcceptanceTest"}
    assert set(CRDS) == derived | {"IntegrationRepository"}


@pytest.mark.parametrize("kind", CRDS)
def test_every_kind_is_namespaced_in_the_category_with_a_status_subresource(kind: str) -> None:
    spec = CRDS[kind]["spec"]
    assert (spec["scope"], spec["names"]["categories"]) == ("Namespaced", ["sluse"])
    assert spec["versions"][0]["subresources"] == {"status": {}}
    assert [version["storage"] for version in spec["versions"]] == [True]


def test_no_short_name_is_taken_twice() -> None:
    short = [name for kind in KINDS for name in kind.short]
    assert len(short) == len(set(short))


def test_every_node_is_structural() -> None:
    forbidden = {
        *("$ref", "$defs", "anyOf", "oneOf", "allOf", "not", "const", "uniqueItems", "nullable", "title", "examples"),
        *("patternProperties", "propertyNames", "definitions", "dependencies", "deprecated", "id"),
    }
    for path, node in NODES:
        assert node["type"] in {"object", "array", "string", "integer", "number", "boolean"}, path
        assert node.keys().isdisjoint(forbidden), path
        assert node.get("additionalProperties") is not False, path
        assert not ("properties" in node and "additionalProperties" in node), path
        assert node.get("format", "date-time") in FORMATS, path
        assert set(node.get("required", ())) <= set(node.get("properties", ())), path


def test_every_string_list_and_map_is_bounded() -> None:
    of_the_api_server = {f"{kind}.{field}" for kind in CRDS for field in ("apiVersion", "kind")}
    for path, node in NODES:
        if node["type"] == "string" and path not in of_the_api_server:
            assert "maxLength" in node or "enum" in node or node.get("format") in BOUNDED_FORMATS, path
        if node["type"] == "array":
            assert "maxItems" in node, path
            assert node["x-kubernetes-list-type"] in {"atomic", "set", "map"}, path
        if "additionalProperties" in node:
            assert "maxProperties" in node, path


def test_list_types_are_what_the_models_say() -> None:
    types = {path: node["x-kubernetes-list-type"] for path, node in NODES if node["type"] == "array"}
    assert types["IntegrationRepository.spec.organisations"] == "set"
    assert types["HelseIDClient.spec.registration.keys"] == "atomic"
    conditions = [kind for path, kind in types.items() if path.endswith(".status.conditions")]
    assert conditions == ["map"] * len(CRDS)


def test_only_the_kind_that_people_write_has_defaults() -> None:
    defaults = {path: node["default"] for path, node in NODES if "default" in node}
    assert defaults == {
        "IntegrationRepository.spec.branch": "main",
        "IntegrationRepository.spec.path": "integrations",
        "IntegrationRepository.spec.interval": "1m",
        "IntegrationRepository.spec.suspend": False,
    }


def test_printer_columns_point_at_fields_that_exist() -> None:
    for kind in KINDS:
        known = {path for path, _ in nodes(schema_of(kind.kind))} | {".metadata.creationTimestamp"}
        for column in kind.columns:
            path = column.path.replace('[?(@.type=="Ready")]', "[]")
            assert path in known, column


def test_columns_are_those_that_people_ask_for() -> None:
    shown = {
        kind: [c["name"] for c in crd["spec"]["versions"][0]["additionalPrinterColumns"]] for kind, crd in CRDS.items()
    }
    assert shown == {
        "HelseIDClient": ["Use", "Ready", "Reason", "Client ID", "Waiting on", "Age", "Message"],
        "IntegrationRepository": ["Branch", "Commit", "Ready", "Reason", "Problems", "Age", "Message"],
        "Integration": ["Stage", "Waiting on", "For", "Title", "Age"],
        "IdentityFederation": ["Use", "Ready", "Reason", "Waiting on", "Age", "Message"],
        "NetworkOpening": ["Openings", "Ready", "Reason", "Age", "Message"],
        "AcceptanceTest": ["Integration", "Approved", "Reason", "Age", "Message"],
    }


def test_a_real_client_fits_its_schema_and_a_broken_one_does_not(client: dict[str, Any]) -> None:
    validator = jsonschema_rs.validator_for(schema_of("HelseIDClient")["properties"]["spec"])
    assert validator.is_valid(client["spec"])
    broken = {**client["spec"], "registration": {**client["spec"]["registration"], "scopes": []}}
    assert not validator.is_valid(broken)
    assert not validator.is_valid({**client["spec"], "use": "Perhaps"})


def test_an_open_client_needs_a_registration_and_a_retired_one_does_not(client: dict[str, Any]) -> None:
    (rule,) = [rule["rule"] for rule in schema_of("HelseIDClient")["properties"]["spec"]["x-kubernetes-validations"]]
    bare = {name: client["spec"][name] for name in ("organisation", "integration", "client")}
    assert cel.evaluate(rule, {"self": client["spec"]}) is True
    assert cel.evaluate(rule, {"self": {**bare, "use": "Retired"}}) is True
    assert cel.evaluate(rule, {"self": {**bare, "use": "Open"}}) is False


def test_the_name_of_a_client_must_be_who_it_is(client: dict[str, Any]) -> None:
    (rule,) = [rule["rule"] for rule in schema_of("HelseIDClient")["x-kubernetes-validations"]]
    assert cel.evaluate(rule, {"self": client}) is True
    assert cel.evaluate(rule, {"self": {**client, "metadata": {"name": "fjordlegen.journal.other"}}}) is False


def test_identity_never_changes() -> None:
    spec = schema_of("HelseIDClient")["properties"]["spec"]["properties"]
    for name in ("organisation", "integration", "client"):
        assert [rule["rule"] for rule in spec[name]["x-kubernetes-validations"]] == ["self == oldSelf"]
    assert "x-kubernetes-validations" not in spec["use"]


def test_a_keyword_without_a_counterpart_is_an_error_not_a_loss() -> None:
    with pytest.raises(ValueError, match="patternProperties"):
        structural({"type": "object", "patternProperties": {}}, keyed={})


def test_a_long_description_is_cut_and_an_unknown_format_dropped() -> None:
    found = structural({"type": "string", "description": "x" * 300, "format": "uri"}, keyed={})
    assert (len(found["description"]), "format" in found) == (200, False)


def test_a_set_of_objects_is_atomic_since_kubernetes_has_no_other_word_for_it() -> None:
    item = {"type": "object", "properties": {}}
    found = structural({"type": "array", "uniqueItems": True, "items": item}, keyed={})
    assert found["x-kubernetes-list-type"] == "atomic"
