"""The law of production's memory: commit after commit and moment after moment, what is remembered changes no answer.

Above all not of organisations about which nobody has signed anything: of these the gate is not asked again (`gate.quiet`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sluse.delivery.head import Head
from sluse.delivery.policy import Untrusted
from sluse.delivery.production.compiler import ProductionCompiler
from sluse.model.names import IntegrationKey
from sluse.model.policy.bundle import Policy
from worlds.lock import (
    FURU,
    MAINTAINER,
    NOW,
    NUMBER,
    OTHER_NUMBER,
    Lock,
    RequiredTerms,
    organisation,
    policy,
    provider,
    service,
)
from worlds.production import Production

SLUGS = ("fjordlegen", "nordlys", "polar-id")
NUMBERS = ((), (NUMBER,), (OTHER_NUMBER,), (NUMBER, OTHER_NUMBER))
OFFERED = ((), ({"name": "polar", "required": True},), ({"name": "polar"},), ({"name": "idporten"},))
POLICY = policy()
POLICIES: tuple[Policy | Untrusted, ...] = (POLICY, policy(version=POLICY.version + 1), Untrusted(("for a test",)))


class Edit(NamedTuple):
    """Something that happens, to whom and what: any numbers."""

    happens: Callable[[Production, Edit], None]
    who: int
    what: int

    @property
    def slug(self) -> str:
        return SLUGS[self.who % len(SLUGS)]

    @property
    def key(self) -> IntegrationKey:
        return IntegrationKey(self.slug, f"journal-{self.what % 2}")


def declare(world: Production, edit: Edit) -> None:
    numbers = NUMBERS[edit.what % len(NUMBERS)]
    world.lock.organisations[edit.slug] = organisation(edit.slug, numbers=numbers or (NUMBER,))
    if not numbers:
        del world.lock.organisations[edit.slug]


def write(world: Production, edit: Edit) -> None:
    number, offered = (NUMBER, OTHER_NUMBER)[edit.what % 2], OFFERED[edit.what // 2 % len(OFFERED)]
    world.lock.documents[edit.key] = service(of=edit.key, number=number, providers=offered)


def remove(world: Production, edit: Edit) -> None:
    world.lock.documents.pop(edit.key, None)


def offer(world: Production, edit: Edit) -> None:
    key = IntegrationKey(edit.slug, "polar")
    world.lock.documents[key] = provider(of=key, existing=bool(edit.what % 2))  # type: ignore[assignment]
    if edit.what % 3 == 0:
        del world.lock.documents[key]


def bind(world: Production, edit: Edit) -> None:
    if edit.slug in world.lock.organisations:
        world.lock.bind(edit.slug)
        world.lock.accept_terms(edit.slug, MAINTAINER)


def accept(world: Production, edit: Edit) -> None:
    if edit.key in world.lock.documents:
        world.lock.agree(edit.key, opens="2026-11-01T08:00")
        name = world.lock.submit(edit.key)
        if edit.what % 3:
            world.lock.accept(name, edit.key, FURU)


def wait(world: Production, edit: Edit) -> None:
    world.at += timedelta(hours=(1, 7, 30, 900)[edit.what % 4])


def sync(world: Production, _: Edit) -> None:
    world.sync()


def other_policy(world: Production, edit: Edit) -> None:
    world.policy = POLICIES[edit.what % len(POLICIES)]  # type: ignore[assignment]


HAPPENINGS = (declare, declare, write, write, write, remove, offer, bind, accept, wait, wait, sync, sync, other_policy)
edits = st.builds(Edit, st.sampled_from(HAPPENINGS), st.integers(0, 99), st.integers(0, 99))


def agree(world: Production) -> None:
    """A process that remembers compiles what one does that was just started."""
    world.at = max(world.at, world.lock.clock)
    head = Head(world.commit, "integrations", world._tree(), (), world.policy)
    found = world.compiler.compile(head, dict(world.ledgers), at=world.at)
    assert found == ProductionCompiler(withholds=True).compile(head, dict(world.ledgers), at=world.at)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(edits, min_size=3, max_size=14))
def test_what_production_remembers_changes_no_answer(steps: list[Edit]) -> None:
    world = Production(Lock(), NOW)
    for edit in steps:
        edit.happens(world, edit)
        agree(world)
        agree(world)


def reasons(world: Production, slug: str) -> tuple[object, ...]:
    """What the gate says of an organisation's integrations."""
    head = Head(world.commit, "integrations", world._tree(), (), world.policy)
    part = world.compiler.compile(head, dict(world.ledgers), at=world.at).organisations[slug]
    return tuple(each.answer for each in part.summaries.values())


def quiet_world() -> Production:
    """One organisation acts for a number that another declares, one offers a login, and nobody has signed anything."""
    world = Production(Lock(), NOW)
    declare(world, Edit(declare, 0, 2))
    declare(world, Edit(declare, 1, 1))
    write(world, Edit(write, 1, 1))
    write(world, Edit(write, 0, 6))
    sync(world, Edit(sync, 0, 0))
    agree(world)
    return world


def other_terms(world: Production, _: Edit) -> None:
    world.policy = policy(terms=(RequiredTerms(name="helseid", version="1"), RequiredTerms(name="more", version="1")))


PLANTED: Mapping[str, tuple[Edit, ...]] = {
    "it is bound": (Edit(bind, 1, 0), Edit(wait, 0, 2)),
    "it is submitted": (Edit(accept, 1, 3),),
    "it offers a login that somebody has to sign for": (Edit(write, 1, 3),),
    "the policy asks for more": (Edit(other_terms, 0, 0),),
    "no policy counts": (Edit(other_policy, 0, 2),),
}


@pytest.mark.parametrize("steps", PLANTED.values(), ids=PLANTED.keys())
def test_what_ends_the_quiet_is_noticed(steps: tuple[Edit, ...]) -> None:
    world = quiet_world()
    before = reasons(world, "nordlys"), reasons(world, "fjordlegen")
    for edit in steps:
        edit.happens(world, edit)
        agree(world)
        agree(world)
    sync(world, Edit(sync, 0, 0))
    agree(world)
    assert (reasons(world, "nordlys"), reasons(world, "fjordlegen")) != before


def test_the_gate_is_not_asked_about_whom_nobody_has_signed_anything() -> None:
    world = quiet_world()
    agree(world)
    kept = {slug: each.quiet for slug, each in world.compiler._memory.items()}
    assert all(each is not None for each in kept.values())
    world.at += timedelta(days=400)
    agree(world)
    assert {slug: each.quiet for slug, each in world.compiler._memory.items()} == kept
