"""What was submitted: by whom, of what, with which evidence."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sluse.model import digests
from sluse.model.evidence import CaseResult, Witness
from sluse.model.names import Digest, Environment, IntegrationKey
from sluse.model.policy.bundle import Policy
from sluse.model.statement import StatementType
from sluse.model.tree import AcceptedFile
from worlds import lock
from worlds.attacks.attempt import Attempt, decided, refused_for
from worlds.lock import ALM, FURU, SERVICE, STRANGER, SUPPLIER, Lock


def tested_as(**changes: Any) -> Lock:
    """Return a lock whose evidence is otherwise, as submitted and decided on."""
    world = lock.prepared()
    world.accept(world.submit(evidence=(changes,)))
    return world


def results(**changes: Any) -> tuple[CaseResult, ...]:
    passed = {"witness": Witness.SELF, "passed": True, "expected": "so", "seen": "so"}
    return tuple(CaseResult(case=each, **(passed | changes)) for each in lock.CASES)


@refused_for("NotMaintainer")
def a_submission_by_somebody_else() -> Attempt:
    world = lock.prepared()
    world.accept(world.submit(signer=STRANGER))
    return Attempt(world)


@refused_for("NotMaintainer")
def a_submission_after_the_keys_were_swapped_at_head() -> Attempt:
    world = lock.prepared()
    world.organisations[SUPPLIER] = lock.organisation(keys=(STRANGER,))
    world.accept(world.submit(signer=STRANGER))
    return Attempt(world)


@refused_for("NotMaintainer")
def keys_that_a_stranger_binds() -> Attempt:
    world = lock.prepared()
    world.organisations[SUPPLIER] = lock.organisation(keys=(STRANGER,))
    world.bind(signer=STRANGER)
    world.accept(world.submit(signer=STRANGER))
    return Attempt(world)


@refused_for("NotMaintainer")
def an_identity_provider_that_tests_itself() -> Attempt:
    world = lock.with_provider(lock.prepared())
    world.accept(world.submit(lock.PROVIDER, lock.PROVIDER_MAINTAINER), lock.PROVIDER, ALM)
    return Attempt(world, key=lock.PROVIDER)


@refused_for("SubmissionVoid")
def a_submission_of_another_repository() -> Attempt:
    world = lock.prepared()
    world.accept(world.submit(repository="sluse-elsewhere"))
    return Attempt(world)


@refused_for("NotSubmitted")
def a_submission_that_speaks_of_something_else_than_its_evidence() -> Attempt:
    world = lock.prepared()
    world.accept(world.submit(submission={"tested": "a" * 64}), acceptance={"tested": lock.tested(lock.service())})
    return Attempt(world)


@refused_for("NotSubmitted")
def a_decision_about_the_test_of_something_else() -> Attempt:
    world = lock.prepared()
    old = world.submit()
    world.documents[SERVICE] = lock.service(scopes=("nhn:msh/api", "nhn:deft/api"))
    world.submit()
    world.accept(old, acceptance={"tested": lock.tested(world.documents[SERVICE])})
    return Attempt(world)


@refused_for("NotSubmitted")
def a_decision_that_shortens_the_digest() -> Attempt:
    """A statement cannot hold less than a whole digest, so the rest is made up."""
    world = lock.prepared()
    name = world.submit()
    short = lock.tested(lock.service())[:12] + "0" * 52
    world.accept(name, acceptance={"tested": short})
    return Attempt(world)


def _without(world: Lock, digest: Digest, body: Mapping[str, object] | None) -> Lock:
    del world.accepted[SUPPLIER, digest]
    if body is not None:
        world.accepted[SUPPLIER, digest] = AcceptedFile(SUPPLIER, digest, body)
    return world


@refused_for("SnapshotLost")
def a_snapshot_whose_bytes_are_others() -> Attempt:
    world = lock.accepted()
    other = digests.tested(lock.service(scopes=("nhn:everything",)))
    return Attempt(_without(world, digests.sha256(digests.tested(lock.service())), other))


@refused_for("SnapshotLost")
def a_snapshot_that_is_gone() -> Attempt:
    return Attempt(_without(lock.accepted(), digests.sha256(digests.tested(lock.service())), None))


@refused_for("ProductionLost")
def production_values_changed_after_the_decision() -> Attempt:
    world = lock.accepted()
    other = digests.production(lock.service(host="evil.fjordlegen.example"))
    return Attempt(_without(world, digests.sha256(digests.production(lock.service())), other))


@refused_for("SnapshotOfAnother")
def a_snapshot_of_another_integration() -> Attempt:
    world = lock.prepared()
    other = IntegrationKey(SUPPLIER, "archive")
    world.documents[other] = lock.service(of=other)
    name = world.submit(other, evidence=({"subject": str(SERVICE)},), subject=str(SERVICE))
    said = world.acceptance(other, name)
    world.decide(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=said)
    return Attempt(world)


@refused_for("EvidenceMissing")
def evidence_that_is_gone() -> Attempt:
    world = lock.prepared()
    name = world.submit(evidence=({}, {"part": "batch", "cases": results(passed=False)}))
    world.accept(name)
    del world.evidence[IntegrationKey(SUPPLIER, name), "batch.json"]
    return Attempt(world)


@refused_for("EvidenceEdited")
def evidence_edited_after_the_submission() -> Attempt:
    world = lock.prepared()
    name = world.submit(evidence=({"cases": results(passed=False)},))
    world.accept(name)
    ((_, content),) = world.evidence.items()
    world.run(SERVICE, name, started=content.evidence.started, ended=content.evidence.ended)
    return Attempt(world)


@refused_for("EvidenceSwapped")
def evidence_that_was_not_decided_on() -> Attempt:
    return Attempt(decided(acceptance={"evidence": ("e" * 64,)}))


@refused_for("EvidenceOfAnother")
def evidence_of_another_configuration() -> Attempt:
    return Attempt(tested_as(tested="a" * 64))


@refused_for("EvidenceOfAnother")
def evidence_of_a_run_in_production() -> Attempt:
    return Attempt(tested_as(environment=Environment.PRODUCTION))


@refused_for("SuiteTooOld")
def evidence_of_an_old_suite() -> Attempt:
    return Attempt(tested_as(suite_version=0))


@refused_for("EvidenceIncomplete")
def evidence_of_a_client_that_is_not_there() -> Attempt:
    return Attempt(tested_as(part="other"))


@refused_for("CasesMissing")
def evidence_without_a_mandatory_case() -> Attempt:
    return Attempt(tested_as(cases=results()[:1]))


@refused_for("CasesMissing")
def evidence_that_nobody_saw_but_the_tested() -> Attempt:
    return Attempt(lock.accepted(), seen_by_the_authority())


@refused_for("CasesMissing")
def evidence_that_only_says_that_somebody_else_saw_it() -> Attempt:
    return Attempt(tested_as(cases=results(witness=Witness.NHN)), seen_by_the_authority())


def seen_by_the_authority() -> Policy:
    suites = tuple(
        each.model_copy(
            update={"cases": tuple(case.model_copy(update={"witness": Witness.AUTHORITY}) for case in each.cases)}
        )
        for each in lock.policy().gate.suites
    )
    return lock.policy(suites=suites)


@refused_for("CasesFailed")
def evidence_of_a_failed_case() -> Attempt:
    return Attempt(tested_as(cases=results(passed=False)))


@refused_for("EvidenceTooOld")
def a_replay_of_old_evidence_after_change_and_change_back() -> Attempt:
    """The old acceptance is no way back either: its place in the chain is before the other's."""
    world = lock.prepared()
    first = world.submit()
    world.accept(first)
    world.documents[SERVICE] = lock.service(scopes=("nhn:deft/api",))
    world.accept(world.submit())
    world.documents[SERVICE] = lock.service()
    world.clock += timedelta(days=91)
    world.accept(first)
    return Attempt(world, at=world.clock + timedelta(days=1))


@refused_for("DecidedTooEarly")
def a_decision_made_before_there_was_a_submission() -> Attempt:
    world = lock.prepared()
    name = world.submit(issued_at=lock.START + timedelta(days=2))
    world.accept(name)
    return Attempt(world)
