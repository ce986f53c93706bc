"""Digests of released digest versions. No release may change one: an approved test would no longer count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sluse.desired.json_schema import json_schema
from sluse.model import digests
from sluse.model.classes import FieldClass, class_of
from sluse.model.envelope import Document
from sluse.model.identity_provider import IdentityProvider
from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration

KINDS: dict[str, type[Document]] = {
    kind.__name__: kind for kind in (ServiceIntegration, IdentityProvider, Organisation)
}
FILES = sorted((Path(__file__).parent / "digests").glob("v*.json"))
RELEASED = [json.loads(file.read_text(encoding="utf-8")) for file in FILES]
ENTRIES = [entry for each in RELEASED for entry in each["entries"]]
EXAMPLES = sorted((Path(__file__).parents[2] / "integrations").glob("*/*.yaml"))
IN_A_DIGEST = {FieldClass.TESTED, FieldClass.PRODUCTION, FieldClass.IDENTITY}


def name_of(entry: dict[str, Any]) -> str:
    metadata = entry["document"]["metadata"]
    return f"{metadata['organisation']}/{metadata['name']}"


def digests_of(document: dict[str, Any]) -> dict[str, str]:
    model = KINDS[document["kind"]].model_validate(document)
    if isinstance(model, Organisation):
        return {"O": digests.sha256(digests.organisation(model))}
    assert isinstance(model, ServiceIntegration | IdentityProvider)
    return {"T": digests.sha256(digests.tested(model)), "P": digests.sha256(digests.production(model))}


def fields(kind: str) -> dict[str, Any]:
    """Every field that is in a digest, in all its depth, with its default; None stands for none, required fields say so."""
    schema = json_schema(KINDS[kind])

    def below(node: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
        target = schema["$defs"][node["$ref"].removeprefix("#/$defs/")] if "$ref" in node else node
        for name, member in target.get("properties", {}).items():
            here = f"{path}.{name}" if path else name
            yield here, "(required)" if name in target.get("required", ()) else member.get("default")
            yield from below(member, here)
        if "items" in target:
            yield from below(target["items"], f"{path}[]")

    return {
        path: default
        for path, default in below(schema["properties"]["spec"], "")
        if class_of(kind, path) in IN_A_DIGEST
    }


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_the_digest_is_what_it_was_when_it_was_released(entry: dict[str, Any]) -> None:
    assert digests_of(entry["document"]) == entry["digests"]


def test_there_is_a_file_for_every_digest_version() -> None:
    assert [file.name for file in FILES] == [f"v{number}.json" for number in range(1, digests.DIGEST_VERSION + 1)]


@pytest.mark.parametrize("kind", KINDS)
def test_the_fields_of_the_digests_and_their_defaults_are_those_that_were_released(kind: str) -> None:
    assert fields(kind) == RELEASED[-1]["fields"][kind], "a new field is written down here, with what it leaves out"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_digests_of_every_example_are_released(path: Path) -> None:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    if document["kind"] in KINDS:
        named = (document["metadata"], digests_of(document))
        assert named in [(entry["document"]["metadata"], entry["digests"]) for entry in ENTRIES]


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_digest_is_said_by_a_released_document(kind: str) -> None:
    said = {
        path for entry in ENTRIES if entry["document"]["kind"] == kind for path in said_by(entry["document"]["spec"])
    }
    assert fields(kind).keys() <= said


def said_by(node: Any, path: str = "") -> Iterator[str]:
    if isinstance(node, dict):
        for name, member in node.items():
            here = f"{path}.{name}" if path else name
            yield here
            yield from said_by(member, here)
    elif isinstance(node, list):
        for member in node:
            yield from said_by(member, f"{path}[]")
