"""NetworkPolicies stand in the namespaces that the cluster's admin labelled with the organisation's number, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sluse.cluster.kinds import NAMESPACE, NETWORK_OPENING, NETWORK_POLICY, Kind
from sluse.controller.looking import RECONCILE_REQUESTED
from sluse.demo.expect import eventually
from sluse.desired.access import roles
from sluse.errors import NotFound
from sluse.model.names import ORGANISATION_NUMBER as NUMBER
from sluse.model.names import IntegrationKey
from sluse.model.resources.network_opening import NetworkOpeningStatus
from sluse.network.kubernetes import policy_name
from sluse.sandbox.kube.faults import Fault
from worlds import flux
from worlds.documents import Supplier
from worlds.openings import ADDRESS, HOST, OTHER, catalogue, destination, reaching
from worlds.operated import NAMESPACE as OURS
from worlds.operated import SOON, TEST, Operated, difference

BINDING = Kind("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False)


class Seen:
    """One supplier's opening and policies, as the cluster has them."""

    def __init__(self, world: Operated, supplier: Supplier) -> None:
        self.world, self.supplier = world, supplier
        self.name = f"{supplier.slug}.journal"
        self.policy = policy_name(TEST, IntegrationKey(supplier.slug, "journal"))

    async def namespace(self, name: str, number: str | None = None) -> str:
        """Create a namespace of the cluster's; by default it bears the supplier's number."""
        full = f"{self.supplier.slug}-{name}"
        labels = {NUMBER: self.supplier.number if number is None else number} if number != "" else {}
        metadata = {"name": full, "labels": labels}
        await self.world.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
        return full

    async def label(self, namespace: str, number: str | None) -> None:
        await self.world.admin.merge(NAMESPACE, None, namespace, {"metadata": {"labels": {NUMBER: number}}})

    async def policies(self) -> dict[str, dict[str, Any]]:
        """Return the supplier's policies by namespace, whatever labels they bear."""
        items, _ = await self.world.admin.list(NETWORK_POLICY, None)
        return {each["metadata"]["namespace"]: each for each in items if each["metadata"]["name"] == self.policy}

    async def stand(self, *namespaces: str) -> dict[str, dict[str, Any]]:
        """Wait until there are policies in these namespaces exactly; return them."""

        async def look() -> dict[str, dict[str, Any]] | None:
            found = await self.policies()
            return found if set(found) == set(namespaces) else None

        await eventually(look, f"policies stand in {namespaces} and nowhere else")
        return await self.policies()

    async def opening(self, reason: str, holds: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any]:
        """Wait until the NetworkOpening gives this reason; return it. Flux's invariants hold of it."""

        async def look() -> dict[str, Any] | None:
            try:
                body = await self.world.object(NETWORK_OPENING, self.name)
            except NotFound:
                return None
            rows = body.get("status", {}).get("conditions", ())
            return body if any(row["reason"] == reason for row in rows) and holds(body["status"]) else None

        body = await eventually(look, f"{self.name} says {reason}")
        said = NetworkOpeningStatus.model_validate(body["status"])
        assert flux.broken(said, body["metadata"]["generation"]) == []
        return body


@pytest.fixture
async def seen(shared: Operated, mine: Supplier) -> Seen:
    """A service whose workloads reach HelseID, in a cluster where nobody labelled anything for it yet."""
    await shared.merge({**catalogue(), **reaching(mine)})
    seen = Seen(shared, mine)
    await seen.opening("NoNamespace")
    return seen


async def test_a_policy_follows_the_label_and_goes_with_it(seen: Seen) -> None:
    journal = await seen.namespace("journal")
    other = await seen.namespace("other", number="")
    strange = await seen.namespace("strange", number="999999999")
    found = await seen.stand(journal)
    (rule, dns) = found[journal]["spec"]["egress"]
    assert rule == {"to": [{"ipBlock": {"cidr": ADDRESS}}], "ports": [{"protocol": "TCP", "port": 443}]}
    assert {port["port"] for port in dns["ports"]} == {53}
    body = await seen.opening("Applied", lambda status: status.get("namespaces") == [journal])
    assert body["status"]["openings"] == 1

    await seen.label(other, seen.supplier.number)
    await seen.label(journal, None)
    await seen.stand(other)
    await seen.label(strange, seen.supplier.number)
    await seen.stand(other, strange)
    await seen.opening("Applied", lambda status: status.get("namespaces") == sorted([other, strange]))


async def test_only_pods_that_ask_for_it_are_selected(seen: Seen) -> None:
    journal = await seen.namespace("journal")
    found = await seen.stand(journal)
    assert found[journal]["spec"]["podSelector"] == {"matchLabels": {"sluse.nhn.no/network-opening": "helseid"}}


async def test_a_changed_catalogue_changes_the_policy(world: Operated, mine: Supplier) -> None:
    seen = Seen(world, mine)
    journal = await seen.namespace("journal")
    await world.merge({**catalogue(), **reaching(mine)})
    with world.operator():
        await seen.stand(journal)
        await world.merge(catalogue(destination(addresses=[OTHER])))

        async def moved() -> bool:
            (policy,) = (await seen.policies()).values()
            return bool(policy["spec"]["egress"][0]["to"] == [{"ipBlock": {"cidr": OTHER}}])

        await eventually(moved, "the policy has the new address")


async def test_a_host_without_an_address_is_told_and_nothing_is_closed_for_it(world: Operated, mine: Supplier) -> None:
    seen = Seen(world, mine)
    await seen.namespace("journal")
    await world.merge({**catalogue(destination(addresses=[])), **reaching(mine)})
    with world.operator():
        body = await seen.opening("NoAddressKnown")
        assert HOST in body["status"]["conditions"][0]["message"]
        assert await seen.policies() == {}


async def test_a_removed_file_takes_its_policies_along(seen: Seen) -> None:
    journal = await seen.namespace("journal")
    await seen.stand(journal)
    await seen.world.merge(seen.supplier.nothing())
    await seen.stand()

    async def gone() -> bool:
        items, _ = await seen.world.admin.list(NETWORK_OPENING, OURS)
        return all(item["metadata"]["name"] != seen.name for item in items)

    await eventually(gone, "the NetworkOpening is gone, its finalizer with it")


async def test_an_opening_deleted_by_hand_keeps_its_policies_and_is_declared_again(seen: Seen) -> None:
    journal = await seen.namespace("journal")
    before = (await seen.stand(journal))[journal]["metadata"]["uid"]
    first = await seen.opening("Applied")
    await seen.world.admin.delete(NETWORK_OPENING, OURS, seen.name)

    async def another() -> bool:
        try:
            body = await seen.world.object(NETWORK_OPENING, seen.name)
        except NotFound:
            return False
        return bool(body["metadata"]["uid"] != first["metadata"]["uid"])

    await eventually(another, "it is declared again")
    await seen.opening("Applied")
    assert (await seen.stand(journal))[journal]["metadata"]["uid"] == before, "the policy was never away"


async def test_a_hand_edit_of_the_opening_is_not_acted_on_and_is_restored(seen: Seen) -> None:
    journal = await seen.namespace("journal")
    await seen.stand(journal)
    body = await seen.opening("Applied")
    stolen = await seen.namespace("stolen", number="999999998")
    edit = {"spec": {"numbers": ["999999998"]}}
    await seen.world.admin.merge(NETWORK_OPENING, OURS, seen.name, edit)

    async def restored() -> bool:
        found = await seen.world.object(NETWORK_OPENING, seen.name)
        return bool(found["spec"] == body["spec"] and found["metadata"]["generation"] > body["metadata"]["generation"])

    await eventually(restored, "the opening is as declared again")
    assert stolen not in await seen.stand(journal)


async def test_hand_edits_of_a_policy_are_put_right_on_the_schedule(world: Operated, mine: Supplier) -> None:
    seen = Seen(world, mine)
    changed, removed = await seen.namespace("changed"), await seen.namespace("removed")
    await world.merge({**catalogue(), **reaching(mine)})
    world.timing = SOON
    with world.operator():
        before = await seen.stand(changed, removed)
        wide = {"egress": [{}], "ingress": [{}], "policyTypes": ["Egress", "Ingress"]}
        await world.admin.merge(NETWORK_POLICY, changed, seen.policy, {"spec": wide})
        await world.admin.delete(NETWORK_POLICY, removed, seen.policy)

        async def right() -> bool:
            found = await seen.policies()
            return {name: each["spec"] for name, each in found.items()} == {
                name: each["spec"] for name, each in before.items()
            }

        await eventually(right, "both policies are as before")


async def test_a_hand_edit_of_a_policy_is_put_right_when_somebody_asks_for_a_look(seen: Seen) -> None:
    journal = await seen.namespace("journal")
    before = (await seen.stand(journal))[journal]["spec"]
    await seen.opening("Applied")
    await seen.world.admin.merge(NETWORK_POLICY, journal, seen.policy, {"spec": {"egress": [{}]}})
    asked = {"metadata": {"annotations": {RECONCILE_REQUESTED: "now"}}}
    await seen.world.admin.merge(NETWORK_OPENING, OURS, seen.name, asked)

    async def right() -> bool:
        return bool((await seen.policies())[journal]["spec"] == before)

    await eventually(right, "the policy is as before")


async def test_looking_again_and_starting_again_write_nothing(world: Operated, mine: Supplier) -> None:
    seen = Seen(world, mine)
    journal = await seen.namespace("journal")
    await world.merge({**catalogue(), **reaching(mine)})
    world.timing = SOON
    with world.operator():
        await world.ready(mine.sync)
        await seen.opening("Applied", lambda status: status.get("namespaces") == [journal])
        await world.stage(mine.slug, "TestReady")
    before = world.writes()
    asked = lists(world)
    with world.operator():
        await eventually(lambda: lists(world) >= asked + 4, "the operator has looked several times")
    written = difference(before, world.writes()).cluster
    assert {name: times for name, times in written.items() if name.startswith("network")} == {}


async def test_a_refused_write_is_told_and_made_good(world: Operated, mine: Supplier) -> None:
    seen = Seen(world, mine)
    journal = await seen.namespace("journal")
    await world.merge({**catalogue(), **reaching(mine)})
    world.timing = SOON
    world.sandbox.kubernetes.faults.add(Fault(code=403, verb="patch", resource="networkpolicies", times=2))
    with world.operator():
        body = await seen.opening("PoliciesNotWritten")
        assert body["status"]["conditions"][0]["status"] == "False"
        await seen.stand(journal)
        await seen.opening("Applied")


async def test_without_its_cluster_role_the_opening_says_so_and_everything_else_goes_on(
    world: Operated, mine: Supplier
) -> None:
    await world.merge({**catalogue(), **reaching(mine)})
    await world.admin.delete(BINDING, None, roles(TEST)[-1]["metadata"]["name"])
    with world.operator():
        await world.ready(mine.sync)
        body = await Seen(world, mine).opening("PoliciesNotWritten")
        assert "403" in body["status"]["conditions"][0]["message"] or "forbidden" in str(body["status"])


def lists(world: Operated) -> int:
    """Return how often policies were listed."""
    lines = world.sandbox.kubernetes.requests.snapshot().items()
    return sum(times for line, times in lines if (line.verb, line.resource) == ("list", "networkpolicies"))
