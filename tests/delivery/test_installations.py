"""In test an installation follows its file, as long as its service's file is good; a mistake in either retires nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluse.catalog.yaml import dump, plain
from sluse.model.names import ClientKey, IntegrationKey
from sluse.model.registration import Use
from worlds.compiling import Compiling
from worlds.documents import Files, Supplier

SUPPLIER = Supplier("fjord", 0)
CUSTOMER = Supplier("dalen", 7).number
SYNC = ClientKey("fjord", "journal", "sync")
DALEN = ClientKey("fjord", "dalen", "sync")
PATH, KEYS = SUPPLIER.path("dalen"), SUPPLIER.key_path("dalen", "sync")


def installation(name: str = "dalen", **changes: Any) -> Files:
    spec = {
        "service": "fjord.journal",
        "client": "sync",
        "customer": CUSTOMER,
        "notBefore": "2027-03-01",
        "confirmedBy": "practice manager",
        "test": {},
        **changes,
    }
    document = {
        "apiVersion": "sluse.nhn.no/v1alpha1",
        "kind": "ClientInstallation",
        "metadata": {"name": name, "organisation": "fjord"},
        "spec": spec,
    }
    return {SUPPLIER.path(name): dump(document), **SUPPLIER.keys(name)}


@pytest.fixture
def world() -> Compiling:
    world = Compiling()
    world.commit(SUPPLIER.everything())
    world.settled()
    return world


def test_it_is_registered_for_its_customer_and_shown_as_what_it_is(world: Compiling) -> None:
    world.commit(installation())
    spec = world.settled().client(DALEN)
    assert spec is not None
    assert spec.registration is not None
    assert (spec.use, spec.registration.organisation_number) == (Use.OPEN, CUSTOMER)
    entry = world.ledgers["fjord"].integrations["dalen"]
    assert (entry.kind, entry.stage, entry.title) == ("ClientInstallation", "TestReady", f"fjord.journal ({CUSTOMER})")
    assert entry.tested is None


def test_it_changes_no_other_object(world: Compiling) -> None:
    before = world.compile().organisations["fjord"].stack.resources
    world.commit(*(installation(f"kunde-{number}") for number in range(20)))
    after = world.compile().organisations["fjord"].stack.resources
    assert all(each in after for each in before)
    assert len(after) == len(before) + 40


def test_a_deleted_file_retires_it_alone(world: Compiling) -> None:
    world.commit(installation())
    world.settled()
    world.commit({PATH: None, KEYS: None})
    compiled = world.settled()
    found = compiled.client(DALEN)
    assert found is not None
    assert found.use is Use.RETIRED
    assert compiled.client(SYNC) is not None
    world.settled()
    assert world.ledgers["fjord"].integrations["dalen"].stage == "Retired"


@pytest.mark.parametrize(
    "mistake",
    [
        {PATH: "kind: ["},
        {SUPPLIER.path(): "kind: ["},
        {SUPPLIER.path(): None, SUPPLIER.key_path(): None},
        {KEYS: json.dumps({"keys": []})},
    ],
    ids=["its own file", "its service's file", "its service is deleted", "its keys"],
)
def test_a_mistake_leaves_it_as_it_is(world: Compiling, mistake: Files) -> None:
    world.commit(installation())
    world.settled()
    world.commit(mistake)
    compiled = world.compile()
    assert compiled.client(DALEN) is None
    assert compiled.keeps(DALEN)


def test_a_wrong_service_holds_a_new_one_back(world: Compiling) -> None:
    text = plain((world.files[SUPPLIER.path()]).decode())
    assert isinstance(text, dict)
    text["spec"]["clients"][0]["scopes"] = ["no scope at all\u00a0"]
    world.commit({SUPPLIER.path(): dump(text)}, installation())
    compiled = world.compile()
    assert compiled.client(DALEN) is None
    assert IntegrationKey("fjord", "dalen") in compiled.organisations["fjord"].summaries


def test_one_of_another_client_is_told_and_not_registered(world: Compiling) -> None:
    world.commit(installation(client="unknown"))
    world.settled()
    entry = world.ledgers["fjord"].integrations["dalen"]
    assert [row.reason for row in entry.waiting] == ["SourceInvalid"]
    assert entry.clients == {}
