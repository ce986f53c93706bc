"""Statements of released statement versions: the bytes that were signed, their ids and signatures, never change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from sluse.model.statement import Statement, StatementType, namespace
from sluse.trust import sshsig

FILES = sorted((Path(__file__).parent / "statements").glob("v*.json"))
ENTRIES: list[dict[str, Any]] = [entry for file in FILES for entry in json.loads(file.read_text(encoding="utf-8"))]


def name_of(entry: dict[str, Any]) -> str:
    return str(entry["statement"]["type"])


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_what_was_signed_is_read_as_the_same_bytes(entry: dict[str, Any]) -> None:
    statement = Statement.model_validate(entry["statement"])
    assert (statement.id, statement.signed_bytes.decode()) == (entry["id"], entry["signed"])


@pytest.mark.parametrize("entry", ENTRIES, ids=name_of)
def test_its_signature_still_counts(entry: dict[str, Any]) -> None:
    purpose = namespace(StatementType(entry["statement"]["type"]))
    assert purpose == entry["namespace"]
    signer = sshsig.verify(entry["signature"], namespace=purpose, message=entry["signed"].encode())
    assert signer.key_id == entry["statement"]["signer"]


def test_every_type_is_kept() -> None:
    assert {name_of(entry) for entry in ENTRIES} == {each.value for each in StatementType}
