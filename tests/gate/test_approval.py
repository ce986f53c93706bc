"""What became of an acceptance test: approved while what production is entitled to rests on exactly it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sluse.gate.approval import Approval, approval
from sluse.gate.survey import GateSurvey
from sluse.model.names import IntegrationKey
from sluse.model.statement import StatementType, Verdict
from worlds import lock
from worlds.lock import ALM, FURU, NOW, PROVIDER, SERVICE, STRANGER, SUPPLIER, Lock


def of(world: Lock, name: str, slug: str = SUPPLIER) -> Approval:
    return approval(GateSurvey(world.tree(), lock.policy()), IntegrationKey(slug, name), NOW)


def checks(said: Approval) -> set[str]:
    return {reason.check for reason in said.reasons}


def rejected(world: Lock, test: str) -> None:
    said = world.acceptance(SERVICE, test)
    findings = ("the logout fails",)
    world.decide(
        StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=said, verdict=Verdict.REJECTED, findings=findings
    )


def test_a_test_that_nobody_has_decided_on_waits_for_a_reviewer() -> None:
    world = lock.prepared()
    said = of(world, world.submit())
    assert (said.approved, said.decision) == (False, None)
    assert checks(said) == {"NotDecided"}


def test_a_test_that_a_counting_decision_rests_on_is_approved_by_that_decision() -> None:
    world = lock.prepared()
    name = world.submit()
    decision = world.accept(name)
    assert of(world, name) == Approval(approved=True, decision=decision)


def test_of_two_tests_of_the_same_configuration_only_the_one_that_was_decided_on_is_approved() -> None:
    world = lock.prepared()
    first = world.submit()
    second = world.submit()
    world.accept(first)
    assert of(world, first).approved
    assert not of(world, second).approved


def test_a_later_acceptance_takes_the_place_of_an_earlier() -> None:
    world = lock.prepared()
    first = world.submit()
    world.accept(first)
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    second = world.submit()
    world.accept(second)
    assert checks(of(world, first)) == {"Replaced"}
    assert of(world, second).approved


def test_a_rollback_approves_again_what_it_goes_back_to() -> None:
    world = lock.prepared()
    first = world.submit()
    world.accept(first)
    back = {each: world.acceptance(SERVICE, first)[each] for each in ("tested", "production")}
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    second = world.submit()
    world.accept(second)
    decision = world.decide(StatementType.ROLLBACK, str(SERVICE), ALM, rollback=back)
    assert of(world, first) == Approval(approved=True, decision=decision)
    assert not of(world, second).approved


def test_a_test_of_what_the_file_says_no_more_is_told_to_be_of_another_configuration() -> None:
    world = lock.prepared()
    name = world.submit()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    assert checks(of(world, name)) == {"OfAnotherConfiguration"}


def test_a_rejection_is_told_with_its_findings() -> None:
    world = lock.prepared()
    name = world.submit()
    rejected(world, name)
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    said = of(world, name)
    assert checks(said) == {"Rejected"}
    assert "the logout fails" in said.reasons[0].message


@pytest.mark.parametrize("moved_on", [False, True], ids=["as submitted", "HEAD moved on"])
def test_a_revoked_acceptance_approves_nothing(*, moved_on: bool) -> None:
    world = lock.prepared()
    name = world.submit()
    decision = world.accept(name)
    world.decide(StatementType.REVOCATION, str(SERVICE), ALM, revokes=decision)
    if moved_on:
        world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    said = of(world, name)
    assert (said.approved, said.decision) == (False, None)


def test_a_test_that_a_stranger_signed_is_told_to_count_for_nothing() -> None:
    world = lock.prepared()
    name = world.submit(signer=STRANGER)
    world.accept(name)
    said = of(world, name)
    assert not said.approved
    assert "NotMaintainer" in checks(said)


def test_what_else_the_integration_lacks_is_what_the_test_waits_for() -> None:
    world = lock.prepared()
    name = world.submit()
    world.accept(name)
    world.evidence.clear()
    assert "EvidenceMissing" in checks(of(world, name))


def test_a_test_filed_with_another_organisation_is_never_approved() -> None:
    world = lock.with_provider(lock.prepared())
    name = world.submit()
    spec = world.tests[IntegrationKey(SUPPLIER, name)].content.spec
    world.place_test(PROVIDER.organisation, "stolen", spec)
    world.accept(name)
    said = of(world, "stolen", PROVIDER.organisation)
    assert not said.approved
    assert said.reasons


def test_a_test_that_is_not_there_is_not_approved() -> None:
    assert checks(of(lock.prepared(), "none")) == {"NotSubmitted"}


def test_a_test_of_an_identity_provider_is_approved_likewise() -> None:
    world = lock.with_provider(lock.prepared())
    (key,) = (key for key in world.tests if key.organisation == PROVIDER.organisation)
    assert of(world, key.name, key.organisation).approved


def test_an_approval_ends_with_the_decision_that_it_rests_on() -> None:
    world = lock.prepared()
    name = world.submit()
    world.accept(name, expires=NOW + timedelta(days=1))
    survey, key = GateSurvey(world.tree(), lock.policy()), IntegrationKey(SUPPLIER, name)
    assert approval(survey, key, NOW).approved
    assert not approval(survey, key, NOW + timedelta(days=2)).approved
