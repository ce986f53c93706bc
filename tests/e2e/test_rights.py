"""Every right of the operators is one that they use, by the API server's own audit log.

Most are used in the story. The rest follow here on a control plane of their own: what happens seldom, done by the
operator, or by that part of it which does it, as its service account.
"""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from e2e.controlplane.audit import Right, used
from e2e.controlplane.binaries import KUBECONFIG
from e2e.controlplane.control_plane import ControlPlane
from e2e.playing import Played
from sluse.cluster.access import access_from_kubeconfig
from sluse.cluster.client import Cluster
from sluse.cluster.kinds import INTEGRATION_REPOSITORY, NAMESPACE, NETWORK_OPENING, NETWORK_POLICY
from sluse.controller.looking import RECONCILE_REQUESTED
from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.observing import KINDS
from sluse.demo.expect import eventually
from sluse.desired import organisation
from sluse.desired.access import NETWORK_ACCESS, OPERATOR_ACCESS
from sluse.desired.stack import Stack
from sluse.ledger.anchors import Anchors
from sluse.model.names import GROUP, ORGANISATION_NUMBER, ClientId, IntegrationKey
from sluse.model.policy.network import Certainty
from sluse.model.registration import Use
from sluse.model.resources.acceptance_test import AcceptanceTestSpec
from sluse.model.resources.integration import IntegrationSpec
from sluse.model.resources.network_opening import NetworkOpeningSpec, Opening
from sluse.model.service_integration import NetworkZone
from sluse.network.kubernetes import policy_name
from sluse.registrar.port import Held
from worlds import converging, federating
from worlds.documents import Supplier
from worlds.openings import catalogue, reaching
from worlds.operated import NAMESPACE as OURS
from worlds.operated import REPOSITORY, TEST, Operated
from worlds.replicas import SLOW, replicas

BY_PULUMI = {Right(GROUP, "acceptancetests", "watch"), Right(GROUP, "integrations", "watch")}
"""Pulumi watches what it deletes until it is gone: tests/stacks/engine/test_watching.py, where its CLI is on PATH."""

WORKLOADS = "fjord-workloads"
KEY = IntegrationKey("fjord", "journal")
OPENING = Opening(
    host="a.example", zone=NetworkZone.INTERNET, party="helseid", certainty=Certainty.UNVERIFIED, reason="by hand"
)
SMALLEST: dict[str, Any] = {
    "clients": {converging.KEY: converging.spec(Use.RETIRED)},
    "integrations": {KEY: IntegrationSpec(organisation="fjord", name="journal", kind="ServiceIntegration", title="x")},
    "federations": {federating.KEY: federating.spec(Use.RETIRED)},
    "openings": {KEY: NetworkOpeningSpec(organisation="fjord", name="journal", numbers=(Supplier("fjord", 0).number,))},
    "tests": {
        KEY: AcceptanceTestSpec(
            organisation="fjord",
            integration="journal",
            name="journal",
            tested="0" * 64,
            suite="client",
            suite_version=1,
            ended=datetime(2026, 11, 1, tzinfo=UTC),
        )
    },
}
"""One object of each kind, with every field left out that may be."""
ADDED = {
    "HelseIDClient": {"registration": converging.registration().wire()},
    "IdentityFederation": {"federation": federating.federation().wire()},
    "Integration": {"tested": "0" * 64},
    "NetworkOpening": {"openings": [OPENING.wire()]},
    "AcceptanceTest": {"evidence": ["0" * 64]},
}
"""What a hand may add to them, and a server-side apply leaves."""


@pytest.fixture
async def operator(world: Operated) -> AsyncIterator[Cluster]:
    """The API as the operator reaches it, while none runs."""
    access = access_from_kubeconfig(json.loads(world.sandbox.kubeconfig(TEST).read_bytes()))
    async with Cluster(access, connections=4) as opened:
        yield opened


@pytest.mark.timeout(300)
@pytest.mark.skipif(KUBECONFIG in os.environ, reason="the audit log of a cluster that was named is not ours to read")
async def test_every_right_is_used_and_nothing_else_is(
    played: Played,
    played_on: ControlPlane,
    world: Operated,
    plane: ControlPlane,
    operator: Cluster,
    mine: Supplier,
) -> None:
    assert played.returncode == 0
    await a_stack_is_meddled_with_and_ends(world, operator)
    await a_credential_changes(operator)
    with replicas(world, SLOW) as house:
        house.start("one")
        await policies_are_meddled_with_and_end(world, mine)
        await a_repository_is_beyond_us(world)
    granted = {
        Right(row.group, resource, verb)
        for row in (*OPERATOR_ACCESS, *NETWORK_ACCESS)
        for resource in row.resources
        for verb in row.verbs
    }
    assert granted - BY_PULUMI == used(played_on.audit) | used(plane.audit)


async def a_stack_is_meddled_with_and_ends(world: Operated, operator: Cluster) -> None:
    """Previewed, declared, freed of what hands put in, and pruned of everything."""
    engine, stack = EmbeddedEngine(operator), organisation.stack(TEST, "fjord", **SMALLEST)
    await engine.preview(stack)
    await engine.declare(stack)
    for kind, added in ADDED.items():
        (name,) = (each["metadata"]["name"] for each in stack.resources if each["kind"] == kind)
        await world.admin.merge(KINDS[kind], OURS, name, {"spec": added})
    restored = await engine.declare(stack)
    assert {key.kind for key in restored.applied} == set(KINDS)
    ended = await engine.declare(Stack(TEST, stack.organisation, (), frozenset()))
    assert {key.kind for key in ended.pruned} == set(KINDS)


async def a_credential_changes(operator: Cluster) -> None:
    """The authority gave another token for a registration that is held, or another one was adopted in its place."""
    anchors = Anchors(operator, TEST)
    for credential in ("first", "second"):
        await anchors.keep(converging.KEY, Held(ClientId("x"), "https://helseid.example/x", SecretStr(credential)))
    await anchors.drop(converging.KEY)


async def policies_are_meddled_with_and_end(world: Operated, mine: Supplier) -> None:
    """A hand adds to a NetworkPolicy; then the admin takes the label off its namespace."""
    metadata = {"name": WORKLOADS, "labels": {ORGANISATION_NUMBER: mine.number}}
    await world.admin.create({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})
    await world.merge({**catalogue(), **reaching(mine)})
    policy = policy_name(TEST, IntegrationKey(mine.slug, "journal"))

    async def policies() -> list[dict[str, Any]]:
        items, _ = await world.admin.list(NETWORK_POLICY, WORKLOADS)
        return [item["spec"] for item in items]

    async def standing() -> list[dict[str, Any]] | None:
        return await policies() or None

    (before,) = await eventually(standing, "a policy stands", patience=world.patience)
    await world.admin.merge(NETWORK_POLICY, WORKLOADS, policy, {"spec": {"ingress": [{}]}})
    asked = {"metadata": {"annotations": {RECONCILE_REQUESTED: "now"}}}
    await world.admin.merge(NETWORK_OPENING, OURS, f"{mine.slug}.journal", asked)

    async def restored() -> bool:
        return await policies() == [before]

    await eventually(restored, "the policy is as before", patience=world.patience)
    await world.admin.merge(NAMESPACE, None, WORKLOADS, {"metadata": {"labels": {ORGANISATION_NUMBER: None}}})

    async def gone() -> bool:
        return not await policies()

    await eventually(gone, "the policy is gone with its label", patience=world.patience)


async def a_repository_is_beyond_us(world: Operated) -> None:
    """Its spec passes the kind's schema, whose spaces are ASCII's, and not the model: Kopf keeps count of its tries."""
    patch = {"spec": {"url": "https://git.example/a\u00a0b"}}
    await world.admin.merge(INTEGRATION_REPOSITORY, OURS, REPOSITORY, patch)

    async def noted() -> bool:
        body = await world.object(INTEGRATION_REPOSITORY, REPOSITORY)
        return any(name.startswith("kopf.") for name in body["metadata"]["annotations"])

    await eventually(noted, "Kopf has noted that it failed", patience=world.patience)
