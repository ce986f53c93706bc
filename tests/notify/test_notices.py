"""Who is told what, from ledgers alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sluse.model.held import HeldIntegration, OrganisationLedger, WaitingOn
from sluse.notify.notices import REVIEWERS, Notice, begun, noted, notices
from worlds.telling import NOW, registered, waiting

LATER = NOW + timedelta(hours=1)


def ledger(*, telling: bool = True, **changes: object) -> OrganisationLedger:
    entry = HeldIntegration(title="Journal", since=NOW).model_copy(update=changes)
    return OrganisationLedger(organisation="fjord", telling=telling, integrations={"journal": entry})


def told(of: OrganisationLedger) -> tuple[Notice, ...]:
    return notices(of, of)


@pytest.mark.parametrize(
    ("stage", "kind", "to"),
    [
        ("TestReady", "ServiceIntegration", "fjord"),
        ("TestReady", "IdentityProvider", "fjord"),
        ("Submitted", "ServiceIntegration", REVIEWERS),
        ("Submitted", "IdentityProvider", REVIEWERS),
        ("Accepted", "ServiceIntegration", "fjord"),
        ("Configured", "ServiceIntegration", "fjord"),
        ("Live", "ClientInstallation", "fjord"),
        ("Retiring", "ServiceIntegration", "fjord"),
        ("Retired", "ServiceIntegration", "fjord"),
    ],
)
def test_a_rung_is_told_to_whom_it_matters(stage: str, kind: str, to: str) -> None:
    (notice,) = told(ledger(stage=stage, kind=kind))
    assert (notice.to, notice.moved, notice.stage) == (to, True, stage)


def test_an_order_is_news_to_nobody_nor_is_a_rung_of_a_newer_version() -> None:
    assert told(ledger(stage="Ordered")) == told(ledger(stage="Archived")) == ()


@pytest.mark.parametrize(
    ("on", "kind", "to"),
    [
        ("supplier", "ServiceIntegration", "fjord"),
        ("supplier", "ClientInstallation", "fjord"),
        ("identity provider", "IdentityProvider", "fjord"),
        ("user organisation", "UserOrganisation", "fjord"),
        ("NHN reviewer", "ServiceIntegration", REVIEWERS),
        ("identity provider", "ServiceIntegration", None),
        ("supplier", "IdentityProvider", None),
        ("authority", "ServiceIntegration", None),
        ("cluster operator", "ServiceIntegration", None),
    ],
)
def test_only_who_must_act_and_has_a_mailbox_is_told_that_they_are_waited_for(
    on: str, kind: str, to: str | None
) -> None:
    found = told(ledger(kind=kind, waiting=(waiting(on=on),)))
    assert [notice.to for notice in found] == ([to] if to else [])


def test_a_reviewer_is_not_asked_to_decide_before_anything_is_submitted() -> None:
    undecided = waiting(on="NHN reviewer", reason="NotDecided")
    assert told(ledger(waiting=(undecided,))) == ()
    assert [each.to for each in told(ledger(waiting=(undecided,), stage="Submitted"))] == [REVIEWERS]


def test_a_rung_brings_its_client_ids_and_a_new_row_does_not_repeat_the_rung() -> None:
    ready = ledger(stage="TestReady", clients={"web": registered("c-1")})
    (first,) = told(ready)
    assert first.clients == (("web", "c-1"),)
    entry = ready.integrations["journal"].model_copy(update={"waiting": (waiting(),)})
    (second,) = told(noted(ready.model_copy(update={"integrations": {"journal": entry}}), [first]))
    assert (second.moved, second.clients, [row.reason for row in second.waiting]) == (False, (), ["SourceInvalid"])


def test_what_was_told_is_not_told_again_and_what_came_back_is() -> None:
    first = ledger(stage="TestReady", waiting=(waiting(),))
    after = noted(first, told(first))
    assert told(after) == ()
    entry = after.integrations["journal"]
    gone = after.model_copy(update={"integrations": {"journal": entry.model_copy(update={"waiting": ()})}})
    assert told(gone) == ()
    back = entry.model_copy(update={"waiting": (waiting(since=LATER),)})
    assert len(told(gone.model_copy(update={"integrations": {"journal": back}}))) == 1


def test_another_message_for_the_same_reason_is_no_news() -> None:
    first = ledger(waiting=(waiting(message="line 3"),))
    entry = noted(first, told(first)).integrations["journal"]
    other = entry.model_copy(update={"waiting": (waiting(message="line 3; line 4"),)})
    assert told(first.model_copy(update={"integrations": {"journal": other}})) == ()


def test_only_what_everybody_can_read_is_told() -> None:
    published, now = ledger(), ledger(stage="TestReady", waiting=(waiting(),))
    assert notices(now, published) == ()
    assert notices(published, now) == ()
    assert notices(now, OrganisationLedger(organisation="fjord")) == ()


def test_of_those_who_are_waited_for_no_more_nothing_is_remembered() -> None:
    rows: tuple[WaitingOn, ...] = (waiting(reason="A"), waiting(reason="B"))
    after = noted(ledger(waiting=rows), told(ledger(waiting=rows)))
    entry = after.integrations["journal"].model_copy(update={"waiting": rows[:1], "stage": "Live"})
    after = after.model_copy(update={"integrations": {"journal": entry}})
    remembered = noted(after, told(after)).integrations["journal"].told
    assert remembered is not None
    assert [row.reason for row in remembered.waiting] == ["A"]


def test_telling_begins_with_what_is_so_already() -> None:
    old = ledger(telling=False, stage="Live", waiting=(waiting(),))
    assert told(begun(old)) == ()
    assert begun(begun(old)) is not old
    assert begun(ready := ledger(stage="Live")) is ready


def test_a_ledger_that_remembers_can_be_read_back() -> None:
    first = ledger(stage="Live", waiting=(waiting(client="web"),))
    after = noted(first, told(first))
    assert OrganisationLedger.model_validate(after.wire()) == after
