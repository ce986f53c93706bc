"""Both sides compiled for one environment, and what differs between them. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sluse.delivery.compile import Compiler
from sluse.delivery.compiled import Compiled, OrganisationCompiled
from sluse.delivery.previewing.held import Ledgers, as_seen, caught_up
from sluse.delivery.previewing.side import Side
from sluse.delivery.production.compiler import ProductionCompiler
from sluse.model.names import Environment, IntegrationKey
from sluse.model.problem import Problem
from sluse.model.registration import Registration, Use
from sluse.model.resources.helseid_client import HelseIDClientSpec
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.model.resources.network_opening import NetworkOpeningSpec, Opening
from sluse.plan import client as clients
from sluse.plan import federation as federations
from sluse.plan.client import Change
from sluse.plan.preview.value import Action, Part
from sluse.words.said import say

KEPT = say("nothing can be made of the files as they are")
FUSE = say("the fuse holds it: too many at once")


@dataclass(frozen=True, eq=False)
class Both:
    """What the base and the head make wanted where `ledgers` are held."""

    environment: Environment
    before: Compiled
    after: Compiled
    ledgers: Ledgers


def in_test(base: Side, head: Side, ledgers: Ledgers, at: datetime, only: Collection[str]) -> Both:
    """Return both sides in test, once the operator has done what the base asks for."""
    settled = caught_up(ledgers, Compiler(Environment.TEST).compile(base.head("test"), ledgers, at=at, only=only), at)
    compiler = Compiler(Environment.TEST)
    before = compiler.compile(base.head("test"), settled, at=at, only=only)
    return Both(Environment.TEST, before, compiler.compile(head.head("test"), settled, at=at, only=only), settled)


def in_production(
    base: Side, head: Side, ledgers: Ledgers | None, at: datetime, only: Collection[str], *, withholds: bool
) -> Both:
    """Return both sides in production. Without a ledger it is taken to hold what the base entitles it to."""
    if ledgers is None:
        first = as_seen(base, {})
        ledgers = caught_up(
            first, ProductionCompiler(withholds).compile(base.head("production"), first, at=at, only=only), at
        )
    compiler = ProductionCompiler(withholds)
    before = compiler.compile(base.head("production"), ledgers, at=at, only=only)
    return Both(
        Environment.PRODUCTION, before, compiler.compile(head.head("production"), ledgers, at=at, only=only), ledgers
    )


def parts(both: Both) -> Mapping[IntegrationKey, tuple[Part, ...]]:
    """Return what does not simply stay, by integration."""
    found: dict[IntegrationKey, list[Part]] = {}
    for slug in sorted({*both.before.organisations, *both.after.organisations}):
        before, after = both.before.organisations.get(slug), both.after.organisations.get(slug)
        if before is not after:
            for key, part in _of(both, before or _NOTHING, after or _NOTHING):
                found.setdefault(key, []).append(part)
    return {key: tuple(each) for key, each in found.items()}


def _of(both: Both, before: OrganisationCompiled, after: OrganisationCompiled) -> Iterator[tuple[IntegrationKey, Part]]:
    for key in sorted({*before.clients, *after.clients}):
        old, new = before.clients.get(key), after.clients.get(key)
        part = _part(say("client"), key.client, old, new, _held(both, key, key.integration_key, after, before))
        if part is not None:
            yield key.integration_key, part
    for provider in sorted({*before.federations.specs, *after.federations.specs}):
        was, now = before.federations.specs.get(provider), after.federations.specs.get(provider)
        part = _part(say("login"), provider.name, was, now, _held(both, provider, provider, after, before))
        if part is not None:
            yield provider, part
    for name in sorted({*before.openings.specs, *after.openings.specs}):
        opened, opens = before.openings.specs.get(name), after.openings.specs.get(name)
        held = FUSE if name in both.after.held_openings else _held(both, name, name, after, before)
        part = _opening(name, opened, opens, held or KEPT, kept=name in after.openings.kept)
        if part is not None:
            yield name, part


def _held(
    both: Both, key: object, integration: IntegrationKey, after: OrganisationCompiled, before: OrganisationCompiled
) -> str:
    """Return why something is left as it is although its file says otherwise; empty where it is not."""
    if key in both.after.held_updates | both.after.held_retirements:
        return FUSE
    summary = after.summaries.get(integration)
    wrong: tuple[Problem, ...] = summary.held_back if summary is not None else ()
    if not wrong and after.stuck and not before.stuck:
        wrong = after.unplaced
    return say("its file has errors ({rule})", rule=wrong[0].rule) if wrong else ""


Spec = HelseIDClientSpec | IdentityFederationSpec


def _part(kind: str, name: str, old: Spec | None, new: Spec | None, held: str) -> Part | None:
    before, after = old.use.value if old is not None else "", new.use.value if new is not None else ""
    if old == new:
        return None
    if new is None:
        if old is not None and old.use is Use.RETIRED and not held:
            return None
        return Part(kind, name, Action.HELD, before, before, why=held or KEPT)
    if new.use is Use.RETIRED:
        return Part(kind, name, Action.RETIRE, before, after)
    changes = _changes(old, new)
    return Part(kind, name, Action.CREATE if old is None else Action.CHANGE, before, after, changes)


def _changes(old: Spec | None, new: Spec) -> tuple[Change, ...]:
    if isinstance(new, HelseIDClientSpec):
        asked, stood = new.registration, old.registration if isinstance(old, HelseIDClientSpec) else None
        assert asked is not None  # whatever is not retired has one
        return clients.difference(asked, stood) if stood is not None else _all(asked)
    wanted = new.federation
    assert wanted is not None
    return federations.difference(wanted, old.federation if isinstance(old, IdentityFederationSpec) else None)


def _all(registration: Registration) -> tuple[Change, ...]:
    """Return every field that is not empty, as added."""
    return tuple(change for change in clients.described(registration) if change.added)


def _opening(
    name: IntegrationKey, old: NetworkOpeningSpec | None, new: NetworkOpeningSpec | None, why: str, *, kept: bool
) -> Part | None:
    if old == new:
        return None
    if new is None:
        return (
            Part(say("opening"), name.name, Action.HELD, why=why)
            if kept
            else Part(say("opening"), name.name, Action.RETIRE)
        )
    changes = (
        _between("openings", map(_said, old.openings if old is not None else ()), map(_said, new.openings)),
        _between("numbers", old.numbers if old is not None else (), new.numbers),
    )
    changed = tuple(each for each in changes if each.added or each.removed)
    return Part(say("opening"), name.name, Action.CREATE if old is None else Action.CHANGE, changes=changed)


def _between(field: str, before: Iterable[str], after: Iterable[str]) -> Change:
    was, now = {*before}, {*after}
    return Change(field, tuple(sorted(now - was)), tuple(sorted(was - now)))


def _said(opening: Opening) -> str:
    return f"{opening.host}:{opening.port} ({opening.zone.value})"


_NOTHING = OrganisationCompiled(stack=None, clients={}, kept=frozenset(), summaries={})  # type: ignore[arg-type]
