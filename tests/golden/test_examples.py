"""The examples: what is generated is what is committed, and what is written by hand fits it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jws
from joserfc.jwk import import_key

from sluse.catalog.reader import Reader
from sluse.catalog.work_tree import WorkTree
from sluse.demo import examples
from sluse.demo.signers import maintainer
from sluse.desired.schema import AUTHORED, schema
from sluse.model.classes import FIELD_CLASSES
from sluse.model.keys import PRIVATE_MEMBERS, Jwks
from sluse.model.names import ClientKey, Environment
from sluse.rules.judge import check
from sluse.words.said import english

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "integrations"
DOCUMENTS = sorted(FOLDER.glob("*/*.yaml"))


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def clients() -> list[str]:
    return sorted(
        f"{path.parent.name}.{document['metadata']['name']}.{client}"
        for path in DOCUMENTS
        for document in [read(path)]
        for client in clients_of(document["spec"])
    )


def clients_of(spec: dict[str, Any]) -> list[str]:
    """The clients that have keys of their own: a service's, and the one that an installation is of."""
    return [spec["client"]] if "client" in spec else [client["name"] for client in spec.get("clients", ())]


def test_every_key_file_is_what_its_label_makes() -> None:
    committed = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in FOLDER.glob("*/keys/*/*.json")
    }
    assert dict(examples.key_files()) == committed


def test_every_client_of_the_examples_has_keys() -> None:
    assert sorted(examples.CLIENTS) == clients()


def test_no_committed_key_has_a_private_member() -> None:
    for path in FOLDER.glob("*/keys/*/*.json"):
        for key in json.loads(path.read_text(encoding="utf-8"))["keys"]:
            assert key.keys().isdisjoint(PRIVATE_MEMBERS)
            assert key["kid"].startswith(examples.DEMO)
        Jwks.model_validate_json(path.read_bytes())


@pytest.mark.parametrize("name", examples.CLIENTS)
def test_the_private_half_signs_what_the_committed_half_verifies(name: str) -> None:
    client = ClientKey(*name.split("."))
    for environment in Environment:
        private: dict[str, Any] = {**examples.demo_client_key(examples.label(client, environment))}
        path = FOLDER / client.organisation / "keys" / client.integration / f"{client.client}.{environment}.jwks.json"
        committed = json.loads(path.read_text(encoding="utf-8"))["keys"][0]
        signed = jws.serialize_compact(
            {"alg": private["alg"]}, b"hello", import_key(private), algorithms=[private["alg"]]
        )
        verified = jws.deserialize_compact(signed, import_key(committed), algorithms=[private["alg"]])
        assert verified.payload == b"hello"


def test_the_order_of_each_curve_is_right() -> None:
    for curve, order in ((ec.SECP256R1(), "ES256"), (ec.SECP384R1(), "ES384")):
        assert ec.derive_private_key(examples._ORDERS[order] - 1, curve).private_numbers().private_value > 0
        with pytest.raises(ValueError, match=r".+"):
            ec.derive_private_key(examples._ORDERS[order], curve).public_key().public_numbers()


def test_a_label_that_no_example_has_gets_a_key_of_its_own() -> None:
    one, other = examples.demo_client_key("a.b.c.test"), examples.demo_client_key("a.b.d.test")
    assert one["alg"] == other["alg"] == "ES256"
    assert one["d"] != other["d"]


def test_every_organisation_is_maintained_by_its_demo_key() -> None:
    for path in DOCUMENTS:
        document = read(path)
        if document["kind"] == "Organisation":
            keys = [maintainer["key"] for maintainer in document["spec"]["maintainers"]]
            assert keys == [maintainer(path.parent.name).line]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_document_fits_the_editors_schema_and_its_model(path: Path) -> None:
    document = read(path)
    assert not list(jsonschema_rs.validator_for(schema(words=english)).iter_errors(document))
    AUTHORED[document["kind"]].model_validate(document)
    assert document["metadata"]["organisation"] == path.parent.name
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=../schema.json\n")


def test_the_examples_have_the_shapes_that_people_ask_about() -> None:
    specs = [read(path)["spec"] for path in DOCUMENTS if read(path)["kind"] == "ServiceIntegration"]
    assert {spec["service"]["structure"] for spec in specs} >= {"web-with-backend", "machine-to-machine", "native"}
    assert any(len(spec["clients"]) > 1 for spec in specs)
    assert any(client.get("tenancy") == "multi-tenant" for spec in specs for client in spec["clients"])
    assert len({path.parent for path in DOCUMENTS}) >= 4
    assert len(specs) >= 6


def test_the_command_repairs_what_is_wrong_and_then_finds_nothing(tmp_path: Path) -> None:
    runner = CliRunner()
    missing = runner.invoke(examples.main, ["--check", "--root", str(tmp_path)])
    assert (missing.exit_code, "18 files differ" in missing.stderr) == (1, True)
    assert runner.invoke(examples.main, ["--root", str(tmp_path)]).exit_code == 0
    again = runner.invoke(examples.main, ["--check", "--root", str(tmp_path)])
    assert (again.exit_code, again.output) == (0, "")


def test_no_rule_finds_anything_in_the_examples() -> None:
    tree = Reader().tree(WorkTree(ROOT))
    assert [f"{problem.place}: {problem.message}" for problem in check(tree)] == []
    documents = (tree.organisations, tree.integrations, tree.providers, tree.installations, tree.user_organisations)
    assert all(documents)
    assert sum(map(len, documents)) == len(DOCUMENTS)
    assert len(tree.keys) == len(dict(examples.key_files()))


def test_the_authors_page_names_every_field_whose_class_it_explains() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    rows = [row.removeprefix("clients[].") for rows in FIELD_CLASSES.values() for row in rows]
    assert [row for row in rows if f"`{row}`" not in page and f"`clients[].{row}`" not in page] == []
