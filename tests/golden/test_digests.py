"""Digests of released digest versions. No release may change one: an approved test would no longer count."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sluse.model import digests
from sluse.model.organisation import Organisation
from sluse.model.service_integration import ServiceIntegration

FILES = sorted((Path(__file__).parent / "digests").glob("v*.json"))
ENTRIES = [entry for file in FILES for entry in json.loads(file.read_text(encoding="utf-8"))["entries"]]


def name_of(entry: dict[str, Any]) -> str:
    metadata = entry["document"]["metadata"]
    return f"{metadata['organisation']}/{metadata['name']}"


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_the_digest_is_what_it_was_when_it_was_released(entry: dict[str, Any]) -> None:
    document = entry["document"]
    if document["kind"] == "Organisation":
        found = {"O": digests.sha256(digests.organisation(Organisation.model_validate(document)))}
    else:
        model = ServiceIntegration.model_validate(document)
        found = {"T": digests.sha256(digests.tested(model)), "P": digests.sha256(digests.production(model))}
    assert found == entry["digests"]


def test_there_is_a_file_for_every_digest_version() -> None:
    assert [file.name for file in FILES] == [f"v{number}.json" for number in range(1, digests.DIGEST_VERSION + 1)]
