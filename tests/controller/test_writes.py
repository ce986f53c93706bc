"""How much an operator writes: counted at the API server, the authority and the remote, not at itself."""

from __future__ import annotations

from sluse.delivery.compiled import Compiled
from sluse.demo.expect import PATIENCE, eventually
from sluse.model.names import ClientKey
from sluse.sandbox.kube.faults import Fault
from worlds.documents import Supplier
from worlds.operated import NEVER, OPERATOR, SOON, Operated, Writes, difference
from worlds.running import Running

CLIENT = "/connect/register/{client_id}"
NOTHING = Writes({}, {}, 0)


async def test_a_creation_costs_one_status_one_secret_and_three_ledger_writes(
    world: Operated, neighbour: Supplier
) -> None:
    new = Supplier("ny", 40)
    with world.operator() as operator:
        await quiet(world, operator)
        before = world.writes()
        await world.merge(new.everything())
        await world.ready(new.sync)
        await world.stage(new.slug, "TestReady")
    written = difference(before, world.writes())
    assert written.authority == {"POST": 1, "PUT": 1}
    assert written.cluster["helseidclients"] == 1, "declared once"
    assert written.cluster["helseidclients/status"] == 1
    assert written.cluster["secrets"] == 1
    assert written.cluster["configmaps"] - 1 <= 3, "the set's parent, and the ledger"
    assert written.pushes <= 2
    assert len(world.registrations(neighbour.slug)) == 1


async def test_many_creations_of_one_organisation_share_ledger_writes(world: Operated) -> None:
    new, clients = Supplier("ny", 40), [f"client-{number}" for number in range(12)]
    with world.operator() as operator:
        await quiet(world, operator)
        before = world.writes()
        await world.merge(new.everything(clients=clients))
        await world.ready(*(new.resource("journal", client) for client in clients))
        await world.stage(new.slug, "TestReady")
    written = difference(before, world.writes())
    assert written.authority == {"POST": 12, "PUT": 12}
    assert written.cluster["helseidclients/status"] == 12
    assert written.cluster["configmaps"] - 1 < 12, "not three for each"


async def test_a_look_that_finds_nothing_writes_nothing(world: Operated, mine: Supplier, neighbour: Supplier) -> None:
    world.timing = SOON
    with world.operator() as operator:
        await quiet(world, operator)
        before, looks = world.writes(), world.authority.requests.count("GET", CLIENT)
        assert world.authority.requests.wait_for(looks + 4, PATIENCE, method="GET", template=CLIENT)
        assert difference(before, world.writes()) == NOTHING
    assert len(world.registrations()) == len({mine.sync, neighbour.sync})


async def test_a_sync_that_finds_nothing_new_writes_the_answer_to_who_asked_and_nothing_else(world: Operated) -> None:
    with world.operator() as operator:
        await quiet(world, operator)
        before = world.writes()
        await world.ask_for_sync()

        async def answered() -> bool:
            return bool(
                world.writes().cluster["integrationrepositories/status"]
                > before.cluster["integrationrepositories/status"]
            )

        await eventually(answered, "the request is noted")
        await quiet(world, operator)
    assert difference(before, world.writes()) == Writes({"integrationrepositories/status": 1}, {}, 0)


async def test_a_restart_with_nothing_changed_writes_nothing_anywhere(world: Operated, mine: Supplier) -> None:
    await world.merge({**mine.integration("refused", scopes=("nhn:none/such",)), **mine.keys("refused")})
    with world.operator() as operator:
        await world.condition(mine.resource("refused", "sync"), "Stalled", "True", "InvalidClientMetadata")
        await quiet(world, operator)
    before, asked = world.writes(), world.authority.requests.snapshot()
    with world.operator() as operator:
        await quiet(world, operator)
    assert difference(before, world.writes()) == NOTHING
    assert world.authority.requests.snapshot() == asked, "not even a question"


async def test_what_the_cluster_does_not_take_is_tried_again_without_a_second_client(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    world.timing = NEVER.model_copy(update={"retry_first": 1, "retry_most": 1})
    for resource, verb, part in (
        ("secrets", "create", ""),
        ("configmaps", "update", ""),
        ("helseidclients", "patch", "status"),
    ):
        fault = Fault(code=500, resource=resource, verb=verb, subresource=part, username=OPERATOR, times=2)
        world.sandbox.kubernetes.faults.add(fault)
    with world.operator():
        await world.ready(mine.sync, neighbour.sync)
    for supplier in (mine, neighbour):
        usable = [
            held for held in world.registrations(supplier.slug) if not held.metadata.keys[0].kid.startswith("withheld-")
        ]
        assert len(usable) == 1


async def quiet(world: Operated, operator: Running) -> None:
    """Wait until HEAD is declared, everything registered or refused, and all of it published."""
    process = operator.process
    assert process is not None

    def settled() -> bool:
        compiled, ledgers = process.box.now, process.parts.journal.all()
        if compiled is None or compiled.commit != world.main.id("refs/heads/main") or process.sync._told is None:
            return False
        declared = all(ledgers[slug].declared == share.stack.digest for slug, share in compiled.organisations.items())
        published = all(process.publisher._published.get(slug) is ledger for slug, ledger in ledgers.items())
        return declared and published and all(done(key) for key in clients(compiled))

    def done(key: ClientKey) -> bool:
        held = process.parts.journal.get(key.organisation).client(key.integration, key.client)
        return held.anchor is None or key in process.schedule._current

    await eventually(settled, "the operator has nothing left to do")


def clients(compiled: Compiled) -> list[ClientKey]:
    return [key for share in compiled.organisations.values() for key in share.clients]
