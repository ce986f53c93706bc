"""What stood in the cluster when an operator was started, and that nothing has happened to since: it is looked at all the same."""

from __future__ import annotations

from sluse.cluster.kinds import HELSEID_CLIENT, Kind
from sluse.demo.expect import PATIENCE, eventually
from sluse.model.names import GROUP
from sluse.sandbox.kube.faults import Fault
from worlds.documents import OTHER, Supplier
from worlds.operated import NAMESPACE, OPERATOR, SOON, TEST, Operated

CLIENT = "/connect/register/{client_id}"


async def test_what_waited_when_the_operator_ended_is_looked_at_by_the_next_one(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    server = world.sandbox.issuers[TEST]
    server.close()
    with world.operator():
        await world.condition(mine.sync, "Ready", "False", "AuthorityUnavailable")
        await world.condition(neighbour.sync, "Ready", "False", "AuthorityUnavailable")
    server.start()
    with world.operator():
        await world.ready(mine.sync, neighbour.sync)
    assert len(world.registrations(mine.slug)) == len(world.registrations(neighbour.slug)) == 1


async def test_what_was_settled_is_looked_at_when_it_may_have_drifted(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with world.operator():
        await world.ready(mine.sync, neighbour.sync)
    world.timing = SOON
    looks = world.authority.requests.count("GET", CLIENT)
    with world.operator():
        assert world.authority.requests.wait_for(looks + 4, PATIENCE, method="GET", template=CLIENT)


async def test_what_cannot_be_listed_at_the_start_is_looked_at_after_the_next_sync(
    world: Operated, mine: Supplier
) -> None:
    server = world.sandbox.issuers[TEST]
    server.close()
    with world.operator():
        await world.condition(mine.sync, "Ready", "False", "AuthorityUnavailable")
    server.start()
    # Kopf lists no summaries: this is the count of what stands.
    faults = world.sandbox.kubernetes.faults
    faults.add(Fault(code=403, verb="list", resource="integrations", username=OPERATOR))
    with world.operator():
        await eventually(lambda: not faults.pending(), "it was counted, in vain")
        await world.ask_for_sync()
        await world.ready(mine.sync)


async def test_what_goes_after_our_list_and_before_kopf_s_is_declared_again(world: Operated, mine: Supplier) -> None:
    with world.operator():
        await world.ready(mine.sync)
    world.timing = SOON
    faults, counted = world.sandbox.kubernetes.faults, _counts(world)
    faults.add(Fault(code=500, verb="list", resource="helseidclients", username=OPERATOR))  # Kopf's, which comes first
    with world.operator():
        await eventually(lambda: _counts(world) > counted, "what stands is counted")
        await world.admin.delete(HELSEID_CLIENT, NAMESPACE, mine.sync)
        await world.ready(mine.sync)


def _counts(world: Operated) -> int:
    """How often summaries were listed: Kopf does not."""
    asked = world.sandbox.kubernetes.requests.snapshot().items()
    return sum(
        times
        for line, times in asked
        if (line.verb, line.resource, line.username) == ("list", "integrations", OPERATOR)
    )


async def test_a_status_of_a_newer_release_keeps_nobody_s_first_look_away(
    world: Operated, mine: Supplier, neighbour: Supplier
) -> None:
    with world.operator():
        await world.ready(mine.sync, neighbour.sync)
    await knows_more(world, "newer")
    await world.admin.merge(
        HELSEID_CLIENT, NAMESPACE, mine.sync, {"status": {"newer": "than we"}}, subresource="status"
    )
    assert (await world.client(mine.sync))["status"]["newer"] == "than we"
    with world.operator():
        await world.merge(neighbour.integration(scopes=(OTHER,)))
        await world.declared(neighbour.sync, OTHER)

        async def again() -> bool:
            return "newer" not in (await world.client(mine.sync))["status"]

        await eventually(again, "the status is written as this release knows it")
        await world.ready(mine.sync)


async def knows_more(world: Operated, name: str) -> None:
    """Let the form of a client's status in the cluster be that of a release with one more field."""
    kind = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
    spec = (await world.admin.get(kind, None, f"helseidclients.{GROUP}"))["spec"]
    for version in spec["versions"]:
        version["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"][name] = {"type": "string"}
    await world.admin.merge(kind, None, f"helseidclients.{GROUP}", {"spec": {"versions": spec["versions"]}})
