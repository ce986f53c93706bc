"""`sluse network`: the catalogue and the rules, from any clone, offline."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from click.testing import Result

from golden.network_openings import FILES, FOLDER
from sluse.network.export import Format
from worlds.own_clone import OwnClone


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> OwnClone:
    """The examples, as somebody cloned them; no test here changes them."""
    return OwnClone.of_examples(tmp_path_factory.mktemp("clone"), "policies", "integrations")


def export(clone: OwnClone, form: str, *more: str) -> Result:
    return clone.sluse("network", "export", "--format", form, *more)


@pytest.mark.parametrize("form", ["csv", "json", "kubernetes", "cilium"])
def test_a_town_gets_its_rules_on_stdout_and_what_is_not_known_on_stderr(clone: OwnClone, form: str) -> None:
    said = export(clone, form, "--organisation", "tind-kommune")
    assert said.exit_code == 0
    assert said.stdout == (FOLDER / FILES[Format(form)]).read_text(encoding="utf-8")
    assert "tind-kommune.helsetjenester: idporten from helsenettet: no host is known" in said.stderr


def test_what_is_not_known_is_told_in_bokmal_and_the_export_stays_as_it_is(clone: OwnClone) -> None:
    said = export(clone, "csv", "--organisation", "tind-kommune", "--lang", "nb")
    assert said.stdout == export(clone, "csv", "--organisation", "tind-kommune").stdout
    assert "tind-kommune.helsetjenester: idporten fra helsenettet: ingen vert er kjent" in said.stderr
    shown = clone.sluse("network", "show", "-e", "test", "--lang", "nb").stdout
    assert [shown.split()[0], "ingen kjent" in shown] == ["PART", True]


def test_nftables_takes_the_networks_that_it_governs(clone: OwnClone) -> None:
    town = ("--organisation", "tind-kommune")
    said = export(clone, "nftables", *town, "--source", "2001:db8:20::/48", "--source", "10.20.0.0/16")
    assert said.stdout == (FOLDER / FILES[Format.NFTABLES]).read_text(encoding="utf-8")
    assert "elements" not in export(clone, "nftables", *town).stdout


def test_users_of_a_service_need_no_file(clone: OwnClone) -> None:
    said = export(clone, "csv", "--service", "fjordlegen.journal", "--zone", "internet")
    rows = list(csv.DictReader(io.StringIO(said.stdout)))
    assert {row["zone"] for row in rows} == {"internet"}
    assert {"helseid", "idporten", "buypass"} == {row["party"] for row in rows}


def test_everybody_is_exported_where_nobody_is_named(clone: OwnClone) -> None:
    consumers = json.loads(export(clone, "json", "--environment", "test").stdout)["consumers"]
    assert {"tind-kommune", "fjordlegen", "nordlys"} <= {each["organisation"] for each in consumers}


def test_where_no_address_is_known_there_is_no_policy_and_that_is_said(clone: OwnClone) -> None:
    said = export(clone, "kubernetes", "-e", "test", "--organisation", "nordlys")
    assert (said.exit_code, said.stdout) == (0, "")
    assert "helseid-sts.test.nhn.no" in said.stderr
    assert "there is no policy to write" in said.stderr
    (policy,) = yaml.safe_load_all(export(clone, "cilium", "-e", "test", "--organisation", "nordlys").stdout)
    assert policy["spec"]["egress"][0]["toFQDNs"] == [{"matchName": "helseid-sts.test.nhn.no"}]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--service", "fjordlegen.jurnal"), "did you mean fjordlegen.journal"),
        (("--organisation", "nobody"), "there is no organisation 'nobody'"),
        (("--organisation", "polar-id"), "asks for openings"),
        (("--organisation", "nordlys", "--service", "nordlys.samhandling"), "ask one"),
        (("--zone", "internet"), "--zone goes with --service"),
        (("--source", "10.0.0.0/8"), "--source goes with --format nftables"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence_and_2(clone: OwnClone, words: tuple[str, ...], told: str) -> None:
    said = export(clone, "csv", *words)
    assert (said.exit_code, said.stdout) == (2, "")
    assert told in said.stderr


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("10.0.0.1/8", "--source 10.0.0.1/8 er en adresse i et nett, som er 10.0.0.0/8"),
        ("town", "--source town er ikke et nett, som 10.1.0.0/16"),
    ],
)
def test_a_source_that_is_no_network_is_refused(clone: OwnClone, source: str, told: str) -> None:
    said = export(clone, "nftables", "--source", source, "--lang", "nb")
    assert (said.exit_code, said.stderr.splitlines()[-1]) == (2, f"feil: {told}")


def test_the_catalogue_is_shown_with_certainty_and_source(clone: OwnClone) -> None:
    said = clone.sluse("network", "show")
    header, *rows = ([cell.strip() for cell in line.split("\t")] for line in said.stdout.splitlines())
    assert {len(row) for row in rows} == {len(header)}
    assert {row[header.index("CERTAINTY")] for row in rows} == {"verified", "partly verified", "old", "not verified"}
    assert all(row[header.index("SOURCE")] for row in rows)
    test = clone.sluse("network", "show", "--environment", "test").stdout
    assert "helseid-sts.nhn.no" not in test
    rows = [[cell.strip() for cell in line.split("\t")] for line in test.splitlines()]
    assert ["helseid-sts.test.nhn.no", "443", "none known"] in [row[3:6] for row in rows]


@pytest.mark.parametrize(
    ("content", "told"), [(None, "policies/network.yaml is missing"), ("destinations: 7\n", "policies/network.yaml:1")]
)
def test_a_missing_or_wrong_catalogue_is_told(tmp_path: Path, content: str | None, told: str) -> None:
    clone = OwnClone.of_examples(tmp_path, "policies", "integrations")
    catalogue = clone.root / "policies" / "network.yaml"
    catalogue.unlink()
    if content is not None:
        catalogue.write_text(content, encoding="utf-8")
    for words in (("network", "show"), ("network", "export", "--format", "csv")):
        said = clone.sluse(*words)
        assert said.exit_code == 2
        assert told in said.stderr
