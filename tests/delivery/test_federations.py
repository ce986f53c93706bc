"""What is wanted of identity providers in test: from HEAD, kept in doubt, ended when the file is gone, held by the fuse."""

from __future__ import annotations

from sluse.delivery.compiled import Compiled
from sluse.desired.stack import ObjectKey
from sluse.ledger.stages import settle_federation
from sluse.model.federation import Handed
from sluse.model.held import HeldFederation
from sluse.model.names import IntegrationKey
from sluse.model.outcome import Retired, Synced
from sluse.model.registration import Use
from worlds.compiling import NOW, Compiling
from worlds.provider_files import LoginProvider

POLAR = LoginProvider("polar", 60)
KEY = IntegrationKey(POLAR.slug, POLAR.alias)
HANDED = Handed(
    client_id="sts", redirect_uris=("https://authority.example/in",), jwks_uri="https://authority.example/k"
)


def settled(world: Compiling) -> Compiled:
    """Compile, and let every federation come to be as wanted."""
    compiled = world.settled()
    for share in compiled.organisations.values():
        for key, spec in share.federations.specs.items():
            if spec.federation is None:
                came = Retired(HeldFederation(use=Use.RETIRED, retired=True, since=NOW))
            else:
                came = Synced(HeldFederation(digest=spec.federation.digest, use=spec.use, since=NOW, handed=HANDED))
            ledger = world.ledgers[key.organisation]
            entry = settle_federation(ledger.integrations[key.name], came, NOW)
            world.ledgers[key.organisation] = ledger.model_copy(
                update={"integrations": {**ledger.integrations, key.name: entry}}
            )
    return compiled


def kinds(compiled: Compiled, slug: str = POLAR.slug) -> list[tuple[str, str]]:
    return [(each["kind"], each["spec"].get("use", "")) for each in compiled.organisations[slug].stack.resources]


def test_a_file_at_head_makes_an_enabled_federation_beside_its_summary() -> None:
    world = Compiling()
    world.commit(POLAR.everything())
    compiled = world.compile()
    assert kinds(compiled) == [("IdentityFederation", "Open"), ("Integration", "")]
    spec = compiled.federation(KEY)
    assert spec is not None
    assert spec.federation is not None
    assert (spec.federation.alias, spec.federation.issuer) == (POLAR.alias, POLAR.issuer)


def test_it_has_an_entry_of_its_kind_and_is_ready_when_it_stands() -> None:
    world = Compiling()
    world.commit(POLAR.everything())
    settled(world)
    entry = world.ledgers[POLAR.slug].integrations[POLAR.alias]
    assert (entry.kind, entry.stage, entry.path) == ("IdentityProvider", "TestReady", POLAR.path)
    assert entry.federation is not None
    assert entry.federation.handed == HANDED


def test_the_same_again_is_the_same_object() -> None:
    world = Compiling()
    world.commit(POLAR.everything())
    settled(world)
    again = settled(world)
    assert settled(world).organisations[POLAR.slug] is again.organisations[POLAR.slug]


def test_a_deleted_file_ends_it_and_then_its_resource_leaves() -> None:
    world = Compiling()
    world.commit(POLAR.everything())
    settled(world)
    world.commit(POLAR.nothing())
    assert kinds(settled(world)) == [("IdentityFederation", "Retired")]
    after = settled(world)
    assert kinds(after) == []
    assert not after.organisations[POLAR.slug].federations.kept
    assert world.ledgers[POLAR.slug].integrations[POLAR.alias].stage == "Retired"


def test_it_is_not_called_retired_before_it_is_ended() -> None:
    world = Compiling()
    world.commit(POLAR.everything())
    settled(world)
    world.commit(POLAR.nothing())
    world.note(world.compile())
    assert world.ledgers[POLAR.slug].integrations[POLAR.alias].stage == "TestReady"


def test_a_file_with_an_error_keeps_what_is_there_and_tells_the_identity_provider() -> None:
    world = Compiling()
    world.commit(POLAR.everything())
    settled(world)
    world.commit(POLAR.document(protocol={"algorithms": ["RS256"]}))
    compiled = settled(world)
    assert compiled.federation(KEY) is None
    assert compiled.keeps_federation(KEY)
    (row,) = world.ledgers[POLAR.slug].integrations[POLAR.alias].waiting
    assert (row.on, row.reason) == ("identity provider", "SourceInvalid")


def test_an_unreadable_file_keeps_what_is_there() -> None:
    world = Compiling()
    world.commit(POLAR.everything())
    settled(world)
    world.commit({POLAR.path: "{"})
    compiled = settled(world)
    assert compiled.keeps_federation(KEY)
    assert ObjectKey("IdentityFederation", str(KEY)) in compiled.organisations[POLAR.slug].stack.keep
    assert world.ledgers[POLAR.slug].integrations[POLAR.alias].stage == "TestReady"


def test_one_that_the_authority_had_before_is_none_of_ours() -> None:
    world = Compiling()
    world.commit(POLAR.everything(existing=True))
    compiled = settled(world)
    assert kinds(compiled) == []
    assert world.ledgers[POLAR.slug].integrations == {}


def test_the_fuse_counts_them() -> None:
    world = Compiling()
    many = [LoginProvider(f"login-{number}", 100 + number) for number in range(7)]
    world.commit(*(each.everything() for each in many))
    settled(world)
    world.commit(*(each.nothing() for each in many))
    compiled = world.compile()
    assert compiled.held_retirements == {IntegrationKey(each.slug, each.alias) for each in many}
    assert all(compiled.keeps_federation(IntegrationKey(each.slug, each.alias)) for each in many)
    released = world.compile(fuse_released=True)
    assert released.held_retirements == frozenset()
    assert all(kinds(released, each.slug) == [("IdentityFederation", "Retired")] for each in many)
