"""Which facts about the authority count where: the signed ones in production, the commit's in test, the working tree's for people."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner

from sluse.catalog import policies
from sluse.cli.explain import command
from sluse.delivery.authority import known_at, signed, unsigned
from sluse.delivery.policy import Untrusted, trusted
from sluse.delivery.sealing import files as sealed
from sluse.demo.signers import roots, signed_manifest
from sluse.errors import CatalogError
from sluse.model.policy.authority import SHIPPED
from sluse.model.policy.bundle import Manifest, Policy
from worlds import authored
from worlds.syncing import Syncing

ROOT = Path(__file__).parents[2]
PATH = "policies/authority.yaml"
STRICTER = b"rsaBitsRefused: {value: 4096, source: asked, certainty: verified}\n"
ABOUT_PEOPLE = "identityScopePrefixes: {value: ['nhn:', 'helseid:'], source: asked, certainty: verified}\n"
BROKEN = b"rsaBitsRefused: {value: 512, source: asked, certainty: verified}\n"


def contents(authority: bytes | None) -> Mapping[str, bytes]:
    """The example policies with another file of facts, signed by enough roots."""
    found = {
        path: text for path, text in policies.contents_in(ROOT).items() if path.rpartition("/")[2] in policies.DATA
    }
    found = {path: text for path, text in found.items() if path != PATH}
    if authority is not None:
        found[PATH] = authority
    digests = {path.removeprefix("policies/"): hashlib.sha256(text).hexdigest() for path, text in found.items()}
    return {**found, **sealed(signed_manifest(Manifest(version=1, files=digests)))}


@pytest.mark.parametrize(("authority", "bits"), [(STRICTER, 4096), (None, 2048)], ids=["given", "absent"])
def test_production_takes_what_the_roots_signed(authority: bytes | None, bits: int) -> None:
    policy = trusted(contents(authority), roots())
    assert isinstance(policy, Policy)
    assert signed(policy).rsa_bits_refused.value == bits


@pytest.mark.parametrize("authority", [STRICTER, BROKEN], ids=["not what was signed", "not to be read"])
def test_what_nobody_signed_counts_for_nothing_in_production(authority: bytes) -> None:
    policy = trusted({**contents(None), PATH: authority}, roots())
    assert isinstance(policy, Untrusted)
    assert signed(policy) is SHIPPED


def test_in_test_the_file_counts_as_it_is_and_one_that_is_wrong_not_at_all() -> None:
    assert unsigned({PATH: STRICTER}).rsa_bits_refused.value == 4096
    assert unsigned({PATH: BROKEN}) == unsigned({}) == SHIPPED


async def test_a_sync_judges_by_the_facts_of_its_commit_where_no_roots_are_pinned(syncing: Syncing) -> None:
    syncing.main.commit(authored.supplier("fjord"))
    assert (await syncing.once()).problems == 0
    syncing.main.commit({PATH: ABOUT_PEOPLE})
    facts = (await syncing.once()).problems
    syncing.sync.reading.roots = roots()
    syncing.main.commit({"README.md": "another commit"})
    assert (facts, (await syncing.once()).problems) == (1, 0)


def test_a_person_is_told_what_holds_here(tmp_path: Path) -> None:
    (tmp_path / "integrations" / "fjord").mkdir(parents=True)
    (tmp_path / "policies").mkdir()
    (tmp_path / PATH).write_bytes(STRICTER)
    result = CliRunner().invoke(
        command, ["authority", "--output", "json", "--repository", str(tmp_path / "integrations" / "fjord")]
    )
    assert result.exit_code == 0
    found = {each["field"]: each for each in json.loads(result.output)}
    assert (found["rsaBitsRefused"]["value"], found["rsaBitsRefused"]["from"]) == (4096, "file")
    (tmp_path / PATH).write_bytes(BROKEN)
    with pytest.raises(CatalogError, match=r"authority.yaml:1:25: `value` must be at least 2048"):
        known_at(tmp_path)


@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "keyAlgorithms: Algorithms that HelseID accepts"), ("nb", "keyAlgorithms: Algoritmer som HelseID godtar")],
)
def test_it_is_told_in_both_languages_and_without_a_repository(
    lang: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(command, ["authority", "--lang", lang])
    assert result.exit_code == 0
    assert said in result.output
