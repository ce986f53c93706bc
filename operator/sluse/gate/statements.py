"""Whether a statement counts at all, whatever it says: signed for this, for here, in time, by somebody who may.

What a maintainer may say depends on what NHN has bound of the organisation at that time, so that is asked when an
organisation is looked at as a whole (`maintainers`). Everything here depends on the record and on policy only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from sluse.gate.check import Check
from sluse.gate.people import People, Registered, out_of_force
from sluse.gate.record import Record
from sluse.gate.verdict import Reason
from sluse.model.names import Environment
from sluse.model.outcome import Party
from sluse.model.policy.bundle import Policy
from sluse.model.policy.people import Role
from sluse.model.policy.rules import Deciders
from sluse.model.statement import GROUP_OF, StatementType, namespace
from sluse.rules.shown import printable
from sluse.trust.demo_keys import is_demo
from sluse.words.said import say

IN_NO_CHAIN = frozenset(each for each in StatementType if namespace(each) != "decision@sluse.nhn.no")
CLOCKS_APART = timedelta(minutes=5)
"""How far a signer's clock may be ahead of the operator's: a statement counts from its own moment on in any case."""

_BY_MAINTAINERS = frozenset({StatementType.SUBMISSION, StatementType.TERMS, StatementType.KEYS})
_BY_EITHER = frozenset({StatementType.ORGANISATION, StatementType.SUSPENSION})


@dataclass(frozen=True)
class Ground:
    """What statements are judged against."""

    policy: Policy
    environment: Environment

    @cached_property
    def people(self) -> People:
        """The reviewers."""
        return People(self.policy.reviewers)

    @cached_property
    def deciders(self) -> Mapping[StatementType, Deciders]:
        """Who may decide, by type."""
        return {each.type: each for each in self.policy.gate.deciders}


@dataclass(frozen=True)
class Stated:
    """A record on its ground. `seen` is when the ledger first saw it; None where that is not judged."""

    record: Record
    ground: Ground
    seen: datetime | None = None

    @property
    def roles(self) -> frozenset[Role]:
        """Roles that may decide this type; none where policy does not say."""
        deciders = self.ground.deciders.get(self.record.statement.type)
        return frozenset(deciders.roles) if deciders is not None else frozenset()

    @property
    def registered(self) -> Registered | None:
        """The reviewer who signed first."""
        return self.ground.people.by_key.get(self.record.statement.signer)

    @property
    def by_maintainer(self) -> bool:
        """Tell whether it is for the organisation's own to sign; an identity provider's submission is a tester's."""
        kind = self.record.statement.type
        return kind in _BY_MAINTAINERS or (kind in _BY_EITHER and self.registered is None)

    @property
    def persons(self) -> frozenset[str]:
        """Return the persons whose signature counts: registered, in force, and of a role that may decide this."""
        return frozenset(
            each.person
            for key in self.record.signers
            if (each := self.ground.people.by_key.get(key.key_id)) is not None
            and out_of_force(each.key, self.record.statement.issued_at) is None
            and each.roles & self.roles
        )


def _signature(this: Stated) -> str | None:
    return this.record.flaw or None


def _demo_key(this: Stated) -> str | None:
    if this.ground.policy.demo_keys or not any(is_demo(key.key_id) for key in this.record.signers):
        return None
    return say("it is signed with a worthless key of the examples")


def _repository(this: Stated) -> str | None:
    said, ours = this.record.statement.repository, this.ground.policy.repository.id
    return (
        None if said == ours else say("it was made for the repository {said}, and this is {ours}", said=said, ours=ours)
    )


def _environment(this: Stated) -> str | None:
    """A submission is about a run in test; everything else is about where the gate stands."""
    said = this.record.statement.environment
    submission = this.record.statement.type is StatementType.SUBMISSION
    ours = Environment.TEST if submission else this.ground.environment
    return None if said is ours else say("it was made for {said}, and this is about {ours}", said=said, ours=ours)


def _subject(this: Stated) -> str | None:
    """Where people look for what is said of something, all that is said of it must be."""
    said, filed = this.record.statement.subject, this.record.filed_as
    if said != filed or said.partition(".")[0] != this.record.key.organisation:
        return say("it is about {said}, and filed as if it were about {filed}", said=printable(said), filed=filed)
    return None


def _form(this: Stated) -> str | None:
    statement = this.record.statement
    group = GROUP_OF[statement.type]
    if not getattr(statement, group):
        return say("it says nothing of what a statement of type {type} says", type=statement.type)
    if any(getattr(statement, other) for other in GROUP_OF.values() if other != group):
        return say("it says more than a statement of type {type} may say", type=statement.type)
    if (statement.verdict is None) is not (statement.type is StatementType.SUBMISSION):
        return say("a decision has a verdict, and a submission has none")
    expected = "AcceptanceTest" if statement.type is StatementType.SUBMISSION else "Decision"
    return (
        None
        if this.record.kind == expected
        else say("it is a {kind} with a statement of another kind", kind=this.record.kind)
    )


def _first_seen(this: Stated) -> str | None:
    if this.seen is None:
        return None
    issued, hours = this.record.statement.issued_at, this.ground.policy.gate.first_seen_hours
    if this.seen < issued - CLOCKS_APART:
        return say("it was seen before {issued}, when it claims to be made", issued=f"{issued:%Y-%m-%d %H:%M}")
    if this.seen - issued > timedelta(hours=hours):
        return say("it was first seen more than {hours} hours after it claims to be made", hours=hours)
    return None


def _known_signer(this: Stated) -> str | None:
    if this.by_maintainer or this.registered is not None or this.record.flaw:
        return None
    return say("{signer} is no reviewer's key", signer=this.record.statement.signer)


def _key_in_force(this: Stated) -> str | None:
    if this.by_maintainer or this.registered is None:
        return None
    return out_of_force(this.registered.key, this.record.statement.issued_at)


def _role(this: Stated) -> str | None:
    if this.by_maintainer or this.registered is None or this.registered.roles & this.roles:
        return None
    kind = this.record.statement.type
    return say(
        "{person} has none of the roles that may decide a statement of type {kind}",
        person=this.registered.person,
        kind=kind,
    )


def _persons(this: Stated) -> str | None:
    deciders = this.ground.deciders.get(this.record.statement.type)
    wanted = deciders.persons if deciders is not None else 1
    if this.by_maintainer or not 0 < len(this.persons) < wanted:
        return None
    return say(
        "it takes {wanted} persons, and {persons} alone signed", wanted=wanted, persons=", ".join(sorted(this.persons))
    )


CHECKS: tuple[Check[Stated], ...] = (
    Check("BadSignature", "Every signature is over exactly this statement, for its purpose.", _signature),
    Check("DemoKey", "No key signed that anybody has.", _demo_key),
    Check("WrongRepository", "It was made for this repository.", _repository),
    Check("WrongEnvironment", "It was made for this environment.", _environment),
    Check("WrongSubject", "It is about what its name and folder say.", _subject),
    Check("WrongForm", "It says what its type says, and nothing else.", _form),
    Check("FirstSeenLate", "The operator saw it soon after it was made, and not before.", _first_seen),
    Check("UnknownSigner", "A registered reviewer signed.", _known_signer),
    Check("KeyNotInForce", "The reviewer's key counted when the statement was made.", _key_in_force),
    Check("RoleNotAllowed", "The reviewer has a role that may decide this type.", _role),
    Check("TooFewPersons", "As many different persons signed as policy asks for.", _persons),
)


def flaw(this: Stated, checks: tuple[Check[Stated], ...] = CHECKS) -> Reason | None:
    """Return the first reason why a statement does not count: what comes after is no news."""
    for check in checks:
        found = check.find(this)
        if found is not None:
            return Reason(
                check.name,
                say("{record} does not count: {why}", record=this.record.named, why=found),
                check.on or Party.REVIEWER,
            )
    return None
