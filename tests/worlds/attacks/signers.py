"""The wrong people, the wrong keys, the wrong time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sluse.demo.signers import DemoSigner
from sluse.model.policy.bundle import Policy
from sluse.model.statement import StatementType
from worlds import lock
from worlds.attacks.attempt import Attempt, decided, refused_for
from worlds.lock import ALM, FURU, MAINTAINER, NOW, SERVICE, STRANGER, SUPPLIER, Lock


@refused_for("UnknownSigner")
def a_decision_by_a_key_that_is_nobodys() -> Attempt:
    return Attempt(decided(STRANGER))


@refused_for("UnknownSigner")
def a_decision_by_the_submitters_own_key() -> Attempt:
    return Attempt(decided(MAINTAINER))


@refused_for("RoleNotAllowed")
def a_decision_by_a_tester() -> Attempt:
    return Attempt(decided(lock.HASSEL))


def _furu_with(**times: datetime) -> Policy:
    reviewers = tuple(
        each if each.person != "furu" else each.model_copy(update={"keys": (lock.key(FURU, **times),)})
        for each in lock.REVIEWERS
    )
    return lock.policy(reviewers=lock.Reviewers(reviewers=reviewers))


@refused_for("KeyNotInForce")
def a_decision_by_a_key_that_was_revoked_before() -> Attempt:
    return Attempt(decided(), _furu_with(revoked_since=lock.START))


@refused_for("KeyNotInForce")
def a_decision_by_a_key_that_was_retired_before() -> Attempt:
    return Attempt(decided(), _furu_with(retired=lock.START))


@refused_for("KeyNotInForce")
def a_decision_by_a_key_of_the_past() -> Attempt:
    return Attempt(decided(), _furu_with(valid_until=lock.START))


@refused_for("KeyNotInForce")
def a_decision_by_a_key_of_the_future() -> Attempt:
    return Attempt(decided(), _furu_with(valid_from=NOW))


TWO = tuple(
    each.model_copy(update={"persons": 2}) if each.type is StatementType.ACCEPTANCE else each
    for each in lock.policy().gate.deciders
)


@refused_for("TooFewPersons")
def one_person_where_policy_asks_for_two() -> Attempt:
    return Attempt(decided(FURU), lock.policy(deciders=TWO))


@refused_for("TooFewPersons")
def a_second_key_of_the_same_person_as_the_second_person() -> Attempt:
    return Attempt(decided(ALM, lock.ALM_AGAIN), lock.policy(deciders=TWO))


@refused_for("OwnWork")
def a_second_key_of_the_submitter() -> Attempt:
    """alm is a maintainer of the supplier too, submits with one key and decides with the other."""
    world = lock.prepared()
    world.organisations[SUPPLIER] = lock.organisation(keys=(MAINTAINER, ALM))
    world.bind(signer=FURU)
    world.accept(world.submit(signer=ALM), SERVICE, lock.ALM_AGAIN)
    return Attempt(world)


@refused_for("OwnWork")
def a_maintainer_who_is_a_reviewer_of_a_colleagues_submission() -> Attempt:
    world = lock.prepared()
    world.organisations[SUPPLIER] = lock.organisation(keys=(MAINTAINER, ALM))
    world.bind(signer=FURU)
    world.accept(world.submit(), SERVICE, ALM)
    return Attempt(world)


class DemoKey(lock.Signer):
    @property
    def private(self) -> Ed25519PrivateKey:
        return DemoSigner(self.seed.decode()).private


@refused_for("DemoKey")
def a_decision_with_a_worthless_key_of_the_examples() -> Attempt:
    demo = DemoKey(b"reviewer furu")
    reviewers = (*lock.REVIEWERS, lock.Reviewer(person="demo", roles=(lock.Role.ONBOARDING,), keys=(lock.key(demo),)))
    return Attempt(decided(demo), lock.policy(reviewers=lock.Reviewers(reviewers=reviewers)))


def _seen(world: Lock, after: timedelta) -> Mapping[str, datetime]:
    specs = [each.content.spec.statement for each in (*world.decisions.values(), *world.tests.values())]
    last = max(specs, key=lambda each: each.issued_at)
    return {each.id: each.issued_at + (after if each is last else timedelta()) for each in specs}


@refused_for("FirstSeenLate")
def a_decision_that_is_dated_back() -> Attempt:
    world = decided()
    return Attempt(world, seen=_seen(world, timedelta(hours=25)))


@refused_for("FirstSeenLate")
def a_decision_that_was_there_before_it_was_made() -> Attempt:
    world = decided()
    return Attempt(world, seen=_seen(world, timedelta(hours=-1)))


@refused_for("FromTheFuture")
def a_decision_of_tomorrow() -> Attempt:
    return Attempt(decided(issued_at=NOW + timedelta(days=1)))


@refused_for("Backdated")
def a_decision_older_than_what_it_follows() -> Attempt:
    return Attempt(decided(issued_at=lock.START - timedelta(days=1)))


@refused_for("Expired")
def a_decision_that_has_expired() -> Attempt:
    return Attempt(decided(expires=NOW))
