"""An identity provider in production: by the gate's step, from the accepted bytes, and what HEAD says changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from sluse.delivery.compiled import Compiled
from sluse.delivery.head import Head
from sluse.delivery.policy import Untrusted
from sluse.delivery.production.compiler import ProductionCompiler
from sluse.desired.stack import ObjectKey
from sluse.ledger.stages import reach, settle_federation
from sluse.model.held import HeldFederation, HeldIntegration, OrganisationLedger
from sluse.model.names import Digest, Environment
from sluse.model.outcome import Retired, Synced
from sluse.model.policy.bundle import Policy
from sluse.model.policy.rules import Fuse
from sluse.model.registration import Use
from sluse.model.resources.identity_federation import IdentityFederationSpec
from sluse.model.statement import StatementType
from worlds.lock import ALM, PROVIDER, Lock, policy, with_provider

SLUG = PROVIDER.organisation
KEPT = ObjectKey("IdentityFederation", str(PROVIDER))
BEFORE, AFTER = datetime(2026, 10, 20, 8, tzinfo=UTC), datetime(2026, 11, 2, 8, tzinfo=UTC)


@dataclass
class World:
    """An accepted identity provider; `at` is the time of the next sync."""

    lock: Lock = field(default_factory=lambda: with_provider(Lock()))
    at: datetime = BEFORE
    ledgers: dict[str, OrganisationLedger] = field(default_factory=dict)
    compiler: ProductionCompiler = field(default_factory=lambda: ProductionCompiler(withholds=True))
    policy: Policy = field(default_factory=policy)

    def sync(self, trusted: Policy | Untrusted | None = None, *, comes: bool = True) -> Compiled:
        """Compile, note, and let what is wanted come about. The operator saw each statement when it was made."""
        ledger = self.ledgers.get(SLUG, OrganisationLedger(organisation=SLUG))
        records = (*self.lock.decisions.values(), *self.lock.tests.values())
        made = {each.content.spec.statement.id: each.content.spec.statement.issued_at for each in records}
        self.ledgers[SLUG] = ledger.model_copy(update={"seen": {**made, **ledger.seen}})
        head = Head("c" * 40, "integrations", self.lock.tree(), (), trusted or self.policy)
        compiled = self.compiler.compile(head, self.ledgers, at=self.at)
        part = compiled.organisations[SLUG]
        self.ledgers[SLUG] = self.compiler.noted(self.ledgers[SLUG], part, compiled, engine="embedded", now=self.at)
        spec = compiled.federation(PROVIDER)
        if spec is not None and comes:
            self._come(compiled, spec)
        return compiled

    @property
    def entry(self) -> HeldIntegration:
        return self.ledgers[SLUG].integrations[PROVIDER.name]

    def hold(self, **changes: object) -> None:
        """Let the ledger hold something else of the federation."""
        assert self.entry.federation is not None
        federation = self.entry.federation.model_copy(update=changes)
        self._put(self.entry.model_copy(update={"federation": federation}))

    def _come(self, compiled: Compiled, spec: IdentityFederationSpec) -> None:
        if spec.federation is None:
            came = Retired(HeldFederation(use=Use.RETIRED, retired=True, since=self.at))
        else:
            came = Synced(HeldFederation(digest=spec.federation.digest, use=spec.use, since=self.at))
        after = settle_federation(self.entry, came, self.at, Environment.PRODUCTION)
        goal = compiled.goal(PROVIDER, self.at)
        self._put(reach(after, *goal) if goal is not None else after)

    def _put(self, entry: HeldIntegration) -> None:
        ledger = self.ledgers[SLUG]
        self.ledgers[SLUG] = ledger.model_copy(update={"integrations": {**ledger.integrations, PROVIDER.name: entry}})


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def live(world: World) -> World:
    world.sync()
    world.at = AFTER
    world.sync()
    assert world.entry.stage == "Live"
    return world


def use_of(compiled: Compiled) -> Use | None:
    spec = compiled.federation(PROVIDER)
    return spec.use if spec is not None else None


def test_it_is_configured_withheld_and_opened_on_the_day(world: World) -> None:
    assert use_of(world.sync()) is Use.WITHHELD
    assert (world.entry.kind, world.entry.stage) == ("IdentityProvider", "Configured")
    world.at = AFTER
    assert use_of(world.sync()) is Use.OPEN
    assert world.entry.stage == "Live"
    assert world.entry.snapshot is not None
    assert world.entry.snapshot.use is Use.OPEN


def test_without_an_acceptance_nothing_is_wanted_and_the_reasons_are_told() -> None:
    lock = with_provider(Lock())
    lock.decisions = {
        key: each
        for key, each in lock.decisions.items()
        if each.content.spec.statement.type is not StatementType.ACCEPTANCE
    }
    world = World(lock)
    compiled = world.sync()
    assert compiled.federation(PROVIDER) is None
    assert world.entry.waiting
    assert world.entry.federation is None
    assert world.entry.stage == "Submitted"


def test_head_has_no_say_in_what_is_open(live: World) -> None:
    before = live.sync().federation(PROVIDER)
    document = live.lock.documents[PROVIDER]
    moved = document.spec.production.model_copy(update={"issuer": "https://evil.example"})
    changed = document.spec.model_copy(
        update={"production": moved, "claims": document.spec.claims.model_copy(update={"identifier": "other"})}
    )
    live.lock.documents[PROVIDER] = document.model_copy(update={"spec": changed})
    assert live.sync().federation(PROVIDER) == before
    assert live.entry.pending_change


def test_a_deleted_file_changes_nothing(live: World) -> None:
    before = live.sync().federation(PROVIDER)
    del live.lock.documents[PROVIDER]
    assert live.sync().federation(PROVIDER) == before
    assert live.entry.stage == "Live"


def test_a_signed_retirement_disables_at_once_and_ends_it_later(live: World) -> None:
    live.lock.clock = max(live.lock.clock, live.at)
    live.lock.decide(StatementType.RETIREMENT, str(PROVIDER), ALM, retirement={"delete_after_days": 3})
    live.at = live.lock.clock + timedelta(minutes=1)
    assert use_of(live.sync()) is Use.WITHHELD
    assert live.entry.stage == "Retiring"
    live.at += timedelta(days=4)
    assert use_of(live.sync()) is Use.RETIRED
    assert live.entry.stage == "Retired"
    after = live.sync()
    assert after.federation(PROVIDER) is None
    assert not after.keeps_federation(PROVIDER), "and the resource leaves the stack"


def test_a_lost_accepted_file_keeps_what_is_there_and_is_told(live: World) -> None:
    assert live.entry.snapshot is not None
    del live.lock.accepted[SLUG, Digest(live.entry.snapshot.production)]
    compiled = live.sync()
    assert compiled.federation(PROVIDER) is None
    assert compiled.keeps_federation(PROVIDER)
    assert KEPT in compiled.organisations[SLUG].stack.keep
    assert any("accepted" in row.message for row in live.entry.waiting)


def test_without_a_policy_that_counts_what_is_open_stays_open(live: World) -> None:
    assert use_of(live.sync(Untrusted(("nobody signed it",)))) is Use.OPEN


@pytest.mark.parametrize("use", [Use.WITHHELD, Use.OPEN])
def test_what_is_kept_keeps_the_use_it_has(world: World, use: Use) -> None:
    world.sync()
    world.hold(use=use)
    assert use_of(world.sync(Untrusted(("nobody signed it",)))) is use, "nothing opens, and nothing is torn down"


def test_the_fuse_holds_a_change_that_nobody_decided(live: World) -> None:
    gate = live.policy.gate.model_copy(update={"fuse": Fuse(count=0, percent=0)})
    live.policy = policy(fuse=gate.fuse)
    live.hold(digest="0" * 64)
    compiled = live.sync(comes=False)
    assert compiled.held_updates == {PROVIDER}
    assert compiled.keeps_federation(PROVIDER)
    assert KEPT in compiled.organisations[SLUG].stack.keep
