"""What sync writes down of files: enough for a supplier to see, in git alone, what is wrong and since when."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sluse.delivery.notes import declared, noted
from sluse.model.held import HeldClient, HeldIntegration, OrganisationLedger, WaitingOn
from sluse.model.names import ClientKey
from sluse.model.outcome import Party, Waiting
from worlds import authored
from worlds.compiling import NOW, Compiling

JOURNAL = "integrations/fjord/journal.yaml"
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def world() -> Compiling:
    world = Compiling()
    world.commit(authored.supplier("fjord"))
    world.settled()
    return world


def entry(world: Compiling, name: str = "journal") -> HeldIntegration:
    return world.ledgers["fjord"].integrations[name]


def reasons(world: Compiling) -> list[str]:
    return [row.reason for row in entry(world).waiting]


def broken(world: Compiling, text: str = "a: [") -> HeldIntegration:
    world.commit({JOURNAL: text})
    world.note(world.compile())
    return entry(world)


def test_a_new_file_is_ordered_with_its_title_path_and_digest() -> None:
    world = Compiling()
    world.commit(authored.supplier("fjord"))
    world.note(world.compile(commit="1" * 40))
    new = entry(world)
    assert (new.title, new.path, new.stage, new.since) == ("Fjord Journal", JOURNAL, "Ordered", NOW)
    assert new.tested is not None
    assert (world.ledgers["fjord"].engine, world.ledgers["fjord"].commit) == ("embedded", "1" * 40)


def test_noting_again_returns_the_same_ledger(world: Compiling) -> None:
    share = world.compile().organisations["fjord"]
    before = world.ledgers["fjord"]
    assert noted(before, share, engine="embedded", now=LATER) is before


@pytest.mark.parametrize("text", ["a: [", "kind: ServiceIntegration\n"], ids=["no-yaml", "no-identity"])
def test_a_file_that_cannot_be_read_is_told_by_the_path_it_had(world: Compiling, text: str) -> None:
    (row,) = broken(world, text).waiting
    assert (row.on, row.reason, row.since) == (Party.SUPPLIER.value, "SourceInvalid", NOW)
    assert row.message.startswith(f"{JOURNAL}:"), "the place"


def test_a_file_that_is_no_document_but_names_itself_is_told_by_that_name_also_where_it_is_new() -> None:
    world = Compiling()
    (text,) = authored.integration("fjord").values()
    assert text is not None
    world.commit(authored.organisation("fjord"), {JOURNAL: text.replace("users:", "usrs:")})
    world.note(world.compile())
    assert (entry(world).title, entry(world).stage, reasons(world)) == ("journal", "Ordered", ["SourceInvalid"])


def test_a_mistake_is_waited_for_since_it_was_first_seen(world: Compiling) -> None:
    broken(world)
    world.commit({JOURNAL: "b: ["})
    world.note(world.compile(), LATER)
    assert [row.since for row in entry(world).waiting] == [NOW]


def test_a_mended_file_waits_for_nobody(world: Compiling) -> None:
    broken(world)
    world.commit(authored.integration("fjord"))
    world.note(world.compile())
    assert reasons(world) == []


def test_a_broken_file_that_is_deleted_waits_for_nobody_and_is_retired(world: Compiling) -> None:
    broken(world)
    world.commit({JOURNAL: None})
    world.settled()
    assert (entry(world).stage, reasons(world)) == ("Retired", [])


def test_an_order_that_is_taken_back_before_anything_was_registered_is_retired() -> None:
    world = Compiling()
    world.commit(authored.organisation("fjord"), authored.integration("fjord"))
    world.note(world.compile())
    assert reasons(world) == ["SourceInvalid"]
    world.commit({JOURNAL: None})
    world.note(world.compile(), LATER)
    assert (entry(world).stage, entry(world).since, reasons(world)) == ("Retired", LATER, [])


def test_an_order_that_comes_back_is_ordered_again(world: Compiling) -> None:
    text = world.files[JOURNAL].decode()
    world.commit({JOURNAL: None})
    world.settled()
    assert entry(world).stage == "Retired"
    world.commit({JOURNAL: text})
    world.note(world.compile(), LATER)
    assert (entry(world).stage, entry(world).since) == ("Ordered", LATER)


def test_nothing_is_retired_while_another_file_cannot_be_read(world: Compiling) -> None:
    world.commit({JOURNAL: None, "integrations/fjord/other.yaml": "a: ["})
    world.note(world.compile())
    assert entry(world).stage == "TestReady"


def test_what_was_wrong_stays_told_while_another_file_may_be_the_one(world: Compiling) -> None:
    broken(world)
    world.commit({JOURNAL: None, "integrations/fjord/other.yaml": "a: ["})
    world.note(world.compile())
    assert reasons(world) == ["SourceInvalid"]


def test_what_a_client_waits_for_stays_beside_what_its_file_waits_for(world: Compiling) -> None:
    down = Waiting("AuthorityUnavailable", "down", Party.AUTHORITY, HeldClient())
    world.come(ClientKey("fjord", "journal", "sync"), down)
    broken(world)
    assert reasons(world) == ["SourceInvalid", "AuthorityUnavailable"]


def test_a_stray_key_file_orders_nothing(world: Compiling) -> None:
    world.commit({"integrations/fjord/keys/ghost/sync.test.jwks.json": "{}"})
    world.note(world.compile())
    assert world.ledgers["fjord"].integrations.keys() == {"journal"}


def test_a_message_longer_than_the_ledger_takes_is_cut() -> None:
    world = Compiling()
    unknown = "".join(f"unknown{number}: 1\n" for number in range(300))
    (text,) = authored.integration("fjord").values()
    world.commit(authored.organisation("fjord"), {JOURNAL: f"{text}{unknown}"})
    world.note(world.compile())
    (row,) = entry(world).waiting
    assert WaitingOn.model_validate(row.model_dump()) == row


def test_the_commit_moves_only_with_the_digest() -> None:
    ledger = declared(OrganisationLedger(organisation="fjord"), "a" * 64, "1" * 40, engine="embedded")
    assert declared(ledger, "a" * 64, "2" * 40, engine="embedded") is ledger
    assert declared(ledger, "b" * 64, "2" * 40, engine="embedded").commit == "2" * 40
    moved = declared(ledger, "a" * 64, "2" * 40, engine="pulumi")
    assert (moved.engine, moved.commit) == ("pulumi", "1" * 40)
