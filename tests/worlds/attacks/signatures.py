"""Forged, borrowed and misplaced: statements that nobody made for this place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from sluse.model.names import Environment
from sluse.model.statement import StatementType
from worlds import lock
from worlds.attacks.attempt import Attempt, decided, refused_for
from worlds.lock import FURU, SERVICE, STRANGER, Lock


def spoiled(change: Callable[[str], str]) -> Lock:
    """Return a lock whose acceptance has a signature that was tampered with."""
    world = lock.accepted()
    name, source = list(world.decisions.items())[-1]
    spec = source.content.spec
    damaged = spec.model_copy(update={"signatures": (change(spec.signatures[0]),)})
    world.decisions[name] = replace(source, content=source.content.model_copy(update={"spec": damaged}))
    return world


@refused_for("BadSignature")
def a_signature_forged_by_somebody_without_the_key() -> Attempt:
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    statement = world.statement(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=said)
    world.place(statement, lock.signed(statement, STRANGER))
    return Attempt(world)


@refused_for("BadSignature")
def a_signature_of_another_statement() -> Attempt:
    world = lock.accepted()
    plan = next(each.content.spec for name, each in world.decisions.items() if name.name.endswith("plan"))
    signature = plan.signatures[0]
    return Attempt(spoiled(lambda _: signature))


@refused_for("BadSignature")
def a_truncated_signature() -> Attempt:
    return Attempt(spoiled(lambda text: "\n".join((*text.splitlines()[:-2], text.splitlines()[-1], ""))))


@refused_for("BadSignature")
def a_signature_that_is_encoded_otherwise() -> Attempt:
    return Attempt(spoiled(lambda text: text.replace("\n", "", 2).replace("SIGNATURE-----", "SIGNATURE-----\n", 1)))


@refused_for("BadSignature")
def a_signature_made_for_another_purpose() -> Attempt:
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    statement = world.statement(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=said)
    world.place(statement, lock.signed(statement, FURU, purpose="submission@sluse.nhn.no"))
    return Attempt(world)


@refused_for("BadSignature")
def a_decision_edited_after_it_was_signed() -> Attempt:
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    statement = world.statement(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=said)
    spec = lock.signed(statement, FURU)
    edited = statement.model_copy(update={"nonce": "another-nonce-of-the-attacker"})
    world.place(edited, spec.model_copy(update={"statement": edited}))
    return Attempt(world)


@refused_for("WrongRepository")
def a_decision_of_another_repository() -> Attempt:
    return Attempt(decided(repository="sluse-elsewhere"))


@refused_for("WrongEnvironment")
def a_decision_made_for_test() -> Attempt:
    return Attempt(decided(environment=Environment.TEST))


@refused_for("NotDecided")
def a_decision_about_a_name_that_only_looks_the_same() -> Attempt:
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    alike = "fjordlegen.j\N{CYRILLIC SMALL LETTER O}urnal"
    statement = world.statement(StatementType.ACCEPTANCE, alike, FURU, acceptance=said)
    world.place(statement, lock.signed(statement, FURU), filed=str(SERVICE))
    return Attempt(world)


@refused_for("Rejected")
def a_rejection_that_names_what_is_submitted() -> Attempt:
    return Attempt(decided(verdict="rejected", findings=("the logout fails",)))


@refused_for("WrongSubject")
def a_decision_about_a_name_that_only_looks_the_same_says_why() -> Attempt:
    return a_decision_about_a_name_that_only_looks_the_same()


@refused_for("WrongSubject")
def a_decision_filed_as_if_it_were_about_another() -> Attempt:
    """Whoever looks for the decisions on the service would not find it."""
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    statement = world.statement(StatementType.ACCEPTANCE, str(SERVICE), FURU, acceptance=said)
    world.place(statement, lock.signed(statement, FURU), filed="fjordlegen.archive")
    return Attempt(world)


@refused_for("WrongForm")
def a_plan_that_slips_in_an_acceptance() -> Attempt:
    world = lock.prepared()
    said = world.acceptance(SERVICE, world.submit())
    world.accept(next(iter(world.tests)).name, plan={"production_not_before": datetime(2026, 1, 1), "zone": "UTC"})  # noqa: DTZ001
    assert said
    return Attempt(world)
