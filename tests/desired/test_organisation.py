"""Registrations and stacks: order in a file means nothing, and one environment never sees the other's values."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from sluse.desired.organisation import stack
from sluse.desired.registrations import registrations, values_of
from sluse.desired.stack import ObjectKey, Stack, object_key
from sluse.model.keys import Jwks
from sluse.model.names import ClientKey, Environment, IntegrationKey
from sluse.model.registration import Registration, Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse.model.service_integration import ServiceIntegration

ROOT = Path(__file__).parents[2] / "integrations"
EXAMPLES = sorted(
    path for path in ROOT.glob("*/*.yaml") if "kind: ServiceIntegration\n" in path.read_text(encoding="utf-8")
)


def read(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def keys_of(document: ServiceIntegration, environment: Environment) -> dict[ClientKey, Jwks]:
    metadata = document.metadata
    folder = ROOT / metadata.organisation / "keys" / metadata.name
    return {
        ClientKey(metadata.organisation, metadata.name, client.name): Jwks.model_validate_json(
            (folder / f"{client.name}.{environment}.jwks.json").read_bytes()
        )
        for client in document.spec.clients
    }


def wanted(raw: dict[str, Any], environment: Environment = Environment.TEST) -> dict[ClientKey, Registration]:
    document = ServiceIntegration.model_validate(raw)
    return registrations(document, keys_of(document, environment), environment)


def shuffled(value: Any, luck: random.Random) -> Any:
    if isinstance(value, dict):
        return {key: shuffled(item, luck) for key, item in value.items()}
    if isinstance(value, list):
        return luck.sample([shuffled(item, luck) for item in value], len(value))
    return value


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", range(5))
def test_order_in_a_file_means_nothing(path: Path, seed: int) -> None:
    raw = read(path)
    assert list(wanted(shuffled(raw, random.Random(seed))).items()) == list(wanted(raw).items())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_what_test_says_never_shows_in_production_nor_the_other_way(path: Path) -> None:
    raw = read(path)
    other = copy.deepcopy(raw)
    for client in other["spec"]["clients"]:
        client["test"] = {"organisationNumber": "999999999", "redirectUris": ["https://marked.example/x"]}
    assert wanted(other, Environment.PRODUCTION) == wanted(raw, Environment.PRODUCTION)
    other = copy.deepcopy(raw)
    for client in other["spec"]["clients"]:
        client["production"] = {"organisationNumber": "999999999", "redirectUris": ["https://marked.example/x"]}
    assert wanted(other) == wanted(raw)


def test_a_client_without_keys_or_without_values_is_not_registered() -> None:
    raw = read(ROOT / "nordlys" / "samhandling.yaml")
    del raw["spec"]["clients"][0]["production"]
    document = ServiceIntegration.model_validate(raw)
    keys = keys_of(document, Environment.PRODUCTION)
    assert [key.client for key in registrations(document, keys, Environment.PRODUCTION)] == ["henting"]
    assert registrations(document, {}, Environment.TEST) == {}
    assert values_of(document.spec.clients[0], Environment.PRODUCTION) is None


def test_an_environments_own_scopes_replace_the_clients() -> None:
    found = wanted(read(ROOT / "nordlys" / "samhandling.yaml"), Environment.PRODUCTION)
    assert found[ClientKey("nordlys", "samhandling", "henting")].scopes == ("nhn:pit/api.read",)


def test_several_clients_of_one_service_are_told_apart_by_their_titles() -> None:
    titles = {registration.title for registration in wanted(read(ROOT / "nordlys" / "samhandling.yaml")).values()}
    assert titles == {"Nordlys Samhandling (portal)", "Nordlys Samhandling (henting)"}


@pytest.fixture
def made() -> Stack:
    raw = read(ROOT / "nordlys" / "samhandling.yaml")
    clients = {
        key: HelseIDClientSpec(
            organisation=key.organisation,
            integration=key.integration,
            client=key.client,
            use=Use.OPEN,
            registration=registration,
        )
        for key, registration in wanted(raw).items()
    }
    key = IntegrationKey("nordlys", "samhandling")
    summary = IntegrationSpec(
        organisation="nordlys", name="samhandling", kind="ServiceIntegration", title="Samhandling", tested="0" * 64
    )
    return stack(
        Environment.TEST, "nordlys", clients=dict(reversed(clients.items())), integrations={key: summary}, keep=()
    )


def test_a_stack_is_sorted_by_kind_and_name_whatever_the_order_given(made: Stack) -> None:
    keys = [object_key(manifest) for manifest in made.resources]
    assert keys == sorted(keys)
    assert ObjectKey("HelseIDClient", "nordlys.samhandling.portal") in keys


def test_every_object_of_a_stack_says_whose_it_is(made: Stack) -> None:
    for manifest in made.resources:
        assert manifest["metadata"]["namespace"] == "sluse-test"
        assert manifest["metadata"]["labels"] == {
            "sluse.nhn.no/organisation": "nordlys",
            "sluse.nhn.no/integration": "samhandling",
        }


def test_the_digest_of_a_stack_moves_with_its_resources_and_with_what_it_keeps(made: Stack) -> None:
    same = Stack(made.environment, made.organisation, made.resources)
    fewer = Stack(made.environment, made.organisation, made.resources[:-1])
    keeping = Stack(made.environment, made.organisation, made.resources, frozenset({ObjectKey("Integration", "x.y")}))
    assert same.digest == made.digest
    assert len({made.digest, fewer.digest, keeping.digest}) == 3
