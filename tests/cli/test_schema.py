"""`sluse schema`: what editors and clusters load."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from sluse.desired.crds import crds
from sluse.desired.schema import AUTHORED

Ran = Callable[..., "subprocess.CompletedProcess[str]"]
COMMITTED = Path(__file__).parents[2] / "integrations" / "schema.json"


def test_it_prints_the_very_file_that_editors_find(sluse: Ran) -> None:
    ran = sluse("schema")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout == COMMITTED.read_text(encoding="utf-8")


def test_it_prints_the_one_in_bokmal_too(sluse: Ran) -> None:
    ran = sluse("schema", "--lang", "nb")
    assert (ran.returncode, ran.stdout) == (0, COMMITTED.with_name("schema.nb.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", AUTHORED)
def test_one_kind_alone_is_a_schema_of_that_kind(kind: str, sluse: Ran) -> None:
    printed = json.loads(sluse("schema", kind).stdout)
    assert printed["properties"]["kind"]["const"] == kind


def test_the_crds_are_a_list_for_kubectl(sluse: Ran) -> None:
    printed = json.loads(sluse("schema", "--crds").stdout)
    assert (printed["apiVersion"], printed["kind"]) == ("v1", "List")
    assert [item["metadata"]["name"] for item in printed["items"]] == [crd["metadata"]["name"] for crd in crds()]


def test_codeowners_give_each_folder_to_its_organisation_and_decisions_to_reviewers(tmp_path: Path, sluse: Ran) -> None:
    for slug in ("b-lab", "a-lab"):
        (tmp_path / "integrations" / slug).mkdir(parents=True)
        (tmp_path / "integrations" / slug / "organisation.yaml").touch()
    printed = sluse("schema", "codeowners", "--owner", "@x/{organisation}", "--repository", str(tmp_path)).stdout
    assert printed.splitlines()[1:] == [
        "* @nhn/roots",
        "/integrations/ @nhn/helseid",
        "/integrations/a-lab/ @x/a-lab @nhn/helseid",
        "/integrations/a-lab/organisation.yaml @nhn/helseid",
        "/integrations/a-lab/decisions/ @nhn/helseid",
        "/integrations/b-lab/ @x/b-lab @nhn/helseid",
        "/integrations/b-lab/organisation.yaml @nhn/helseid",
        "/integrations/b-lab/decisions/ @nhn/helseid",
        "/policies/ @nhn/roots",
    ]
