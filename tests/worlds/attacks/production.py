"""What production would get, and what was never agreed to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sluse.model import digests
from sluse.model.names import IntegrationKey
from sluse.model.problem import Place, Problem
from sluse.model.statement import StatementType, Verdict
from sluse.model.tree import AcceptedFile, Sourced, Tree
from worlds import lock
from worlds.attacks.attempt import Attempt, refused_for
from worlds.lock import FURU, SERVICE, STRANGER, SUPPLIER, Lock


@refused_for("OrganisationNotBound")
def an_organisation_that_nobody_bound() -> Attempt:
    world = lock.accepted()
    world.decide(StatementType.REVOCATION, SUPPLIER, revokes=world.last[SUPPLIER])
    return Attempt(world)


@refused_for("DomainNotBound")
def a_domain_claimed_at_head() -> Attempt:
    world = lock.prepared(lock.service(host="www.victim.example"))
    world.organisations[SUPPLIER] = lock.organisation(domains=("fjordlegen.example", "victim.example"))
    world.accept(world.submit())
    return Attempt(world)


@refused_for("NumberNotBound")
def a_number_claimed_at_head() -> Attempt:
    world = lock.Lock()
    world.organisations[SUPPLIER] = lock.organisation(numbers=(lock.OTHER_NUMBER,))
    world.documents[SERVICE] = lock.service()
    world.bind()
    world.organisations[SUPPLIER] = lock.organisation(numbers=(lock.OTHER_NUMBER, lock.NUMBER))
    world.agree()
    world.accept_terms()
    world.accept(world.submit())
    return Attempt(world)


@refused_for("ProductionIncomplete")
def a_client_without_values_of_production() -> Attempt:
    document = lock.service()
    bare = document.spec.clients[0].model_copy(update={"name": "bare", "production": None})
    spec = document.spec.model_copy(update={"clients": (document.spec.clients[0], bare)})
    world = lock.prepared(document.model_copy(update={"spec": spec}))
    world.accept(world.submit(evidence=({}, {"part": "bare"})))
    return Attempt(world)


@refused_for("ScopesNotTested")
def a_scope_in_production_that_was_not_tested() -> Attempt:
    document = lock.service()
    client = document.spec.clients[0]
    wider = client.production.model_copy(update={"scopes": ("nhn:everything",)})
    clients = (client.model_copy(update={"production": wider}),)
    world = lock.prepared(document.model_copy(update={"spec": document.spec.model_copy(update={"clients": clients})}))
    world.accept(world.submit())
    return Attempt(world)


@refused_for("PlanNotAgreed")
def a_plan_that_nobody_agreed_to() -> Attempt:
    world = lock.accepted()
    world.agree(verdict="rejected")
    return Attempt(world)


@refused_for("ZoneUnknown")
def a_plan_in_a_zone_without_a_clock() -> Attempt:
    return Attempt(lock.accepted(lock.service(zone="Europe/Atlantis")))


@refused_for("TermsNotAccepted")
def terms_of_an_older_version() -> Attempt:
    newer = (lock.RequiredTerms(name="helseid", version="2"),)
    return Attempt(lock.accepted(), lock.policy(terms=newer))


@refused_for("TermsNotAccepted")
def terms_accepted_by_a_stranger() -> Attempt:
    world = lock.Lock()
    world.organisations[SUPPLIER] = lock.organisation()
    world.documents[SERVICE] = lock.service()
    world.bind()
    world.agree()
    world.accept_terms(signer=STRANGER)
    world.accept(world.submit())
    return Attempt(world)


@refused_for("ProviderNotEntitled")
def an_identity_provider_that_says_of_itself_that_it_exists() -> Attempt:
    world = lock.accepted(lock.service(providers=({"name": "polar", "required": True},)))
    world.documents[lock.PROVIDER] = lock.provider(existing=True)
    return Attempt(world)


@refused_for("ProviderNotEntitled")
def an_identity_provider_of_a_name_like_an_existing_one() -> Attempt:
    return Attempt(lock.accepted(lock.service(providers=({"name": "idp0rten", "required": True},))))


@refused_for("DecisionWrong")
def a_rejection_without_a_word_of_why() -> Attempt:
    world = lock.accepted()
    said = {**world.acceptance(SERVICE, "journal-test-1"), "evidence": ("0" * 64,), "production": "0" * 64}
    world.decide(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=said, verdict=Verdict.REJECTED, findings=())
    return Attempt(world)


@refused_for("DecisionWrong")
def an_acceptance_in_a_file_that_is_named_after_something_else() -> Attempt:
    world = lock.prepared()
    statement = world.statement(
        StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=world.acceptance(SERVICE, world.submit())
    )
    key = world.place(statement, lock.signed(statement, FURU))
    placed = world.decisions.pop(key)
    name = f"{SERVICE.name}-9-plan"
    metadata = placed.content.metadata.model_copy(update={"name": name})
    document = placed.content.model_copy(update={"metadata": metadata})
    world.decisions[IntegrationKey(SUPPLIER, name)] = Sourced(document, placed.path, Place)
    return Attempt(world)


@refused_for("DecisionUnreadable")
def a_decision_that_was_made_unreadable() -> Attempt:
    return Attempt(Unreadable(**vars(lock.accepted())))


@dataclass
class Unreadable(Lock):
    def tree(self, **changes: Any) -> Tree:

        path = f"integrations/{SUPPLIER}/decisions/journal/3-revocation.yaml"
        return super().tree(
            problems=(Problem(Place(path), "yaml-syntax", "This is no YAML", holds=str(SERVICE)),), **changes
        )


@refused_for("FormUnknown")
def an_accepted_form_that_nobody_can_read() -> Attempt:
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    body = digests.production(lock.service())
    body = {
        **body,
        "digestVersion": 1,
        "production": {"clients": [{**body["production"]["clients"][0], "later": True}]},
    }  # type: ignore[index]
    digest = digests.sha256(body)
    world.accepted[SUPPLIER, digest] = AcceptedFile(SUPPLIER, digest, body)
    world.decide(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance={**said, "production": digest})
    return Attempt(world)
