"""Who is waited for is told in both languages, and an upgrade writes no row anew."""

from __future__ import annotations

from datetime import UTC, datetime

from sluse.ledger.page import pages
from sluse.ledger.shown import parse
from sluse.ledger.waiting import message_in, waiting_on
from sluse.model.held import HeldIntegration, OrganisationLedger, WaitingOn
from sluse.model.names import Environment
from sluse.words.language import Language, in_language
from sluse.words.said import say

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PLAN = say("NHN has not agreed to the plan")


def row(message: str, before: tuple[WaitingOn, ...] = ()) -> WaitingOn:
    return waiting_on(before, "NHN reviewer", "PlanNotAgreed", message, NOW)


def published(*rows: WaitingOn) -> dict[str, bytes]:
    entry = HeldIntegration(title="Journal", since=NOW, waiting=rows)
    ledger = OrganisationLedger(organisation="fjordlegen", integrations={"journal": entry})
    return pages({"fjordlegen": ledger}, environment=Environment.PRODUCTION, issuer="https://authority.example")


def test_a_row_has_its_message_in_both_languages() -> None:
    assert (row(PLAN).message, row(PLAN).norwegian) == (str(PLAN), "NHN har ikke godkjent planen")


def test_what_somebody_else_said_is_told_as_it_was_said() -> None:
    kept = row("invalid_scope")
    assert kept.norwegian == ""
    assert message_in(in_language(Language.BOKMAL), kept.message, kept.norwegian) == "invalid_scope"


def test_a_row_that_says_the_same_stays_as_it_is() -> None:
    older = row(PLAN).model_copy(update={"norwegian": ""})
    assert row(PLAN, (older,)) is older
    assert row(say("it was decided before it was submitted"), (older,)) is not older


def test_the_page_says_both_and_a_command_line_of_the_first_release_can_read_it() -> None:
    files = published(row(PLAN), row("invalid_scope"))
    text = files["fjordlegen/journal.md"].decode()
    assert "PlanNotAgreed: NHN has not agreed to the plan / NHN har ikke godkjent planen\n" in text
    page = parse(files["fjordlegen/journal.json"], "it")
    assert [norwegian for _, norwegian in page.rows()] == ["NHN har ikke godkjent planen", ""]
    assert all(set(each.wire()) <= {"on", "reason", "message", "since", "client"} for each in page.waiting)


def test_a_ledger_of_the_first_release_gives_the_pages_that_it_gave() -> None:
    assert "waitingNorwegian" not in published(row("invalid_scope"))["fjordlegen/journal.json"].decode()
