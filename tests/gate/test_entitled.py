"""What production is entitled to on the good way, and how it goes on when HEAD or the people do; refusals are attacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sluse.gate.entitled import entitled, pending
from sluse.gate.survey import GateSurvey
from sluse.gate.verdict import Entitled, Entitlement, NotEntitled
from sluse.model import digests
from sluse.model.names import IntegrationKey
from sluse.model.outcome import Party
from sluse.model.problem import Place, Problem
from sluse.model.statement import StatementType
from worlds import lock
from worlds.lock import ALM, FURU, MAINTAINER, NOW, PROVIDER, SECOND_MAINTAINER, SERVICE, SUPPLIER, Lock


def verdict(world: Lock, key: IntegrationKey = SERVICE, at: datetime = NOW, **changes: Any) -> Entitlement:
    return entitled(GateSurvey(world.tree(), lock.policy(**changes)), key, at)


def allowed(world: Lock, **changes: Any) -> Entitled:
    found = verdict(world, **changes)
    assert isinstance(found, Entitled), found
    return found


def refused(found: Entitlement | None) -> dict[str, Party]:
    assert isinstance(found, NotEntitled)
    return {reason.check: reason.on for reason in found.reasons}


def test_what_was_submitted_decided_and_agreed_is_entitled() -> None:
    found = allowed(lock.accepted())
    assert found.snapshot.tested_body == digests.tested(lock.service())
    assert found.opens == datetime(2026, 11, 1, 7, tzinfo=UTC)
    assert found.notes == ()


def test_every_failing_check_is_told_at_once_with_who_must_act() -> None:
    world = Lock()
    world.documents[SERVICE] = lock.service()
    assert refused(verdict(world)) == {
        "OrganisationNotBound": Party.REVIEWER,
        "NotSubmitted": Party.SUPPLIER,
        "NotDecided": Party.REVIEWER,
        "PlanNotAgreed": Party.REVIEWER,
        "TermsNotAccepted": Party.SUPPLIER,
    }


def test_production_keeps_what_was_accepted_when_head_moves_on() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:everything",))
    assert allowed(world).snapshot.tested == lock.tested(lock.service())


def test_production_keeps_what_was_accepted_when_the_file_is_deleted() -> None:
    world = lock.accepted()
    del world.documents[SERVICE]
    assert allowed(world).snapshot.tested == lock.tested(lock.service())


def test_what_head_still_lacks_is_told_beside_what_is_accepted() -> None:
    world = lock.accepted()
    survey = GateSurvey(world.tree(), lock.policy())
    assert pending(survey, SERVICE, NOW) is None
    world.documents[SERVICE] = lock.service(scopes=("nhn:everything",))
    assert set(refused(pending(GateSurvey(world.tree(), lock.policy()), SERVICE, NOW))) == {
        "NotSubmitted",
        "NotDecided",
    }


def test_a_second_acceptance_replaces_the_first() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    last = world.accept(world.submit())
    assert (allowed(world).decision, allowed(world).snapshot.tested) == (last, lock.tested(world.documents[SERVICE]))


def test_a_changed_back_file_does_not_bring_the_first_acceptance_back() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = second = lock.service(scopes=("nhn:deft/api",))
    world.accept(world.submit())
    world.documents[SERVICE] = lock.service()
    assert allowed(world).snapshot.tested == lock.tested(second)


def test_a_copy_of_an_old_decision_says_nothing_new() -> None:
    world = lock.accepted()
    old = list(world.decisions.values())[-1].content.spec
    world.documents[SERVICE] = second = lock.service(scopes=("nhn:deft/api",))
    world.accept(world.submit())
    world.place(old.statement, old)
    assert allowed(world).snapshot.tested == lock.tested(second)


def test_a_rollback_goes_back_to_what_was_accepted() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    world.accept(world.submit())
    back = {"tested": lock.tested(lock.service()), "production": lock.production(lock.service())}
    rollback = world.decide(StatementType.ROLLBACK, str(SERVICE), rollback=back)
    assert (allowed(world).decision, allowed(world).snapshot.tested) == (rollback, back["tested"])


def test_a_withdrawn_acceptance_does_not_bring_the_one_before_back() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    world.decide(StatementType.REVOCATION, str(SERVICE), revokes=world.accept(world.submit()))
    assert "Revoked" in refused(verdict(world))


def test_a_first_rejection_tells_the_supplier_the_findings_until_it_submits_anew() -> None:
    world = lock.prepared()
    world.accept(world.submit(), verdict="rejected", findings=("the logout fails",))
    found = verdict(world)
    assert refused(found) == {"Rejected": Party.SUPPLIER}
    assert isinstance(found, NotEntitled)
    assert "the logout fails" in found.reasons[0].message
    world.submit()
    assert refused(verdict(world)) == {"NotDecided": Party.REVIEWER}


def test_a_rejection_of_a_change_leaves_what_was_accepted() -> None:
    world = lock.accepted()
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    world.accept(world.submit(), verdict="rejected", findings=("too much",))
    assert allowed(world).snapshot.tested == lock.tested(lock.service())
    reasons = pending(GateSurvey(world.tree(), lock.policy()), SERVICE, NOW)
    assert reasons is not None
    assert any("too much" in reason.message for reason in reasons.reasons)


def test_a_later_plan_and_the_decisions_own_moment_postpone_and_nothing_makes_it_earlier() -> None:
    world = lock.prepared(lock.service(opens=datetime(2026, 10, 1, 8)))  # noqa: DTZ001 - local time
    name = world.submit()
    world.accept(name)
    assert allowed(world).opens == datetime(2026, 11, 1, 7, tzinfo=UTC), "as agreed, though the file says earlier"
    world.documents[SERVICE] = lock.service(opens=datetime(2026, 12, 1, 8))  # noqa: DTZ001
    assert allowed(world).opens == datetime(2026, 12, 1, 7, tzinfo=UTC)
    moment = datetime(2027, 1, 1, tzinfo=UTC)
    world.accept(name, acceptance={"not_before": moment})
    assert allowed(world).opens == moment


def test_an_identity_provider_is_tested_by_nhn() -> None:
    assert allowed(lock.with_provider(lock.prepared()), key=PROVIDER).snapshot.kind == "IdentityProvider"


def test_a_required_identity_provider_is_waited_for_and_an_optional_one_left_out() -> None:
    for required in (True, False):
        world = lock.accepted(lock.service(providers=({"name": "polar", "required": required},)))
        world.documents[PROVIDER] = lock.provider()
        found = verdict(world)
        assert isinstance(found, NotEntitled) is required
        told = found.reasons if isinstance(found, NotEntitled) else found.notes
        assert [(reason.check, reason.on) for reason in told] == [("ProviderNotEntitled", Party.IDENTITY_PROVIDER)]
        assert isinstance(verdict(lock.with_provider(world)), Entitled)


def test_an_existing_identity_provider_needs_no_file() -> None:
    assert allowed(lock.accepted(lock.service(providers=({"name": "idporten", "required": True},)))).notes == ()


def test_terms_of_an_identity_provider_are_asked_for_where_it_is_offered() -> None:
    terms = (lock.RequiredTerms(name="polar", version="1", provider="idporten"),)
    assert isinstance(verdict(lock.accepted(), terms=terms), Entitled)
    world = lock.accepted(lock.service(providers=({"name": "idporten"},)))
    assert set(refused(verdict(world, terms=terms))) == {"TermsNotAccepted"}


def test_terms_that_were_taken_back_are_not_accepted() -> None:
    world = lock.accepted()
    world.accept_terms(verdict="rejected")
    assert set(refused(verdict(world))) == {"TermsNotAccepted"}


def test_a_maintainer_hands_over_to_another_key_and_the_old_ones_statements_stand() -> None:
    world = lock.accepted()
    world.organisations[SUPPLIER] = lock.organisation(keys=(SECOND_MAINTAINER,))
    world.bind(signer=MAINTAINER)
    assert isinstance(verdict(world), Entitled)
    world.accept(world.submit(signer=SECOND_MAINTAINER))
    assert isinstance(verdict(world), Entitled)
    world.accept(world.submit(signer=MAINTAINER))
    assert "NotMaintainer" in refused(verdict(world))


def test_a_maintainer_adds_no_number_and_no_domain() -> None:
    for change in (
        {"numbers": (lock.NUMBER, lock.OTHER_NUMBER)},
        {"domains": ("fjordlegen.example", "victim.example")},
    ):
        world = lock.accepted()
        world.organisations[SUPPLIER] = lock.organisation(keys=(MAINTAINER, SECOND_MAINTAINER), **change)
        world.bind(signer=MAINTAINER)
        world.accept(world.submit(signer=SECOND_MAINTAINER))
        assert "NotMaintainer" in refused(verdict(world))


def test_without_the_bytes_of_an_older_binding_its_keys_are_not_known() -> None:
    world = lock.accepted()
    (bound,) = (
        digest
        for slug, digest in world.accepted
        if slug == SUPPLIER and "identity" in world.accepted[slug, digest].body
    )
    del world.accepted[SUPPLIER, bound]
    assert isinstance(verdict(world), Entitled), "HEAD still says the same"
    world.organisations[SUPPLIER] = lock.organisation(keys=(SECOND_MAINTAINER,))
    assert {"OrganisationNotBound", "NotMaintainer"} <= set(refused(verdict(world)))


def test_two_persons_are_enough_where_policy_asks_for_two() -> None:
    from worlds.attacks.signers import TWO

    world = lock.prepared()
    world.accept(world.submit(), SERVICE, ALM, FURU)
    assert isinstance(verdict(world, deciders=TWO), Entitled)


def test_a_native_application_may_be_sent_back_to_this_machine() -> None:
    document = lock.service(host="localhost")
    assert "DomainNotBound" in refused(verdict(lock.accepted(document)))
    native = document.spec.service.model_copy(update={"structure": "native"})
    spec = document.spec.model_copy(update={"service": native})
    validated = type(document).model_validate({**document.model_dump(), "spec": spec.model_dump(warnings=False)})
    assert isinstance(verdict(lock.accepted(validated)), Entitled)


def test_evidence_that_nobody_decides_on_grows_too_old() -> None:
    world = lock.prepared()
    world.submit()
    assert set(refused(verdict(world))) == {"NotDecided"}
    survey = GateSurvey(world.tree(), lock.policy())
    assert set(refused(entitled(survey, SERVICE, NOW))) == {"NotDecided"}
    assert set(refused(entitled(survey, SERVICE, NOW + timedelta(days=91)))) == {"NotDecided", "EvidenceTooOld"}


def test_a_decision_that_cannot_be_read_holds_what_it_is_about_and_nothing_else() -> None:
    world = lock.accepted()
    for about, held in (("_organisation", SUPPLIER), ("journal", str(SERVICE)), ("archive", "fjordlegen.archive")):
        path = f"integrations/{SUPPLIER}/decisions/{about}/9-revocation.yaml"
        problem = Problem(Place(path), "yaml-syntax", "This is no YAML", holds=held)
        found = entitled(GateSurvey(world.tree(problems=(problem,)), lock.policy()), SERVICE, NOW)
        assert isinstance(found, NotEntitled) is (about != "archive")


def test_a_signers_clock_may_be_a_little_ahead_and_the_statement_counts_from_its_own_moment() -> None:
    world = lock.accepted()
    made = world.clock
    for ahead, fine in ((timedelta(minutes=4), True), (timedelta(minutes=6), False)):
        first = {**_seen_when_made(world), world.last[str(SERVICE)]: made - ahead}
        survey = GateSurvey(world.tree(), lock.policy(), seen=first)
        assert isinstance(entitled(survey, SERVICE, NOW), Entitled) is fine
        assert isinstance(entitled(survey, SERVICE, made - timedelta(seconds=1)), NotEntitled)


def _seen_when_made(world: Lock) -> dict[str, datetime]:
    statements = (each.content.spec.statement for each in (*world.decisions.values(), *world.tests.values()))
    return {each.id: each.issued_at for each in statements}
