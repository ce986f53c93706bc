"""Acceptance tests are declared in production's stacks, and their status says what became of them: once, and only if changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluse.cluster.kinds import ACCEPTANCE_TEST
from sluse.delivery.compiled import Compiled
from sluse.delivery.embedded import EmbeddedEngine
from sluse.delivery.policy import Untrusted
from sluse.delivery.production.acceptance import status
from sluse.delivery.production.acceptance_statuses import AcceptanceStatuses
from sluse.desired import organisation
from sluse.gate.approval import Approval
from sluse.gate.verdict import Reason
from sluse.model.names import Digest, IntegrationKey
from sluse.model.outcome import Party
from sluse.model.resources.acceptance_test import AcceptanceTestStatus
from sluse.sandbox.kube.faults import Fault
from worlds.cluster import TEST, ClusterWorld
from worlds.flux import broken
from worlds.lock import NOW, SERVICE, SUPPLIER, service
from worlds.production import Production

NAME = IntegrationKey(SUPPLIER, "journal-test-1")
APPROVED = Approval(approved=True, decision=Digest("d" * 64))
WAITING = Approval(approved=False, reasons=(Reason("NotDecided", "no reviewer has accepted it", Party.REVIEWER),))

approvals = st.builds(
    Approval,
    approved=st.booleans(),
    decision=st.none() | st.just(Digest("d" * 64)),
    reasons=st.lists(
        st.builds(Reason, st.sampled_from(("NotDecided", "Rejected")), st.text(min_size=1), st.sampled_from(Party)),
        max_size=30,
    ).map(tuple),
).filter(lambda said: said.approved is not bool(said.reasons))


@pytest.fixture
def production() -> Production:
    return Production.accepted(at=NOW)


def declared(compiled: Compiled) -> dict[str, Mapping[str, Any]]:
    resources = compiled.organisations[SUPPLIER].stack.resources
    return {each["metadata"]["name"]: each for each in resources if each["kind"] == "AcceptanceTest"}


def test_each_submitted_test_is_declared_by_its_organisations_stack(production: Production) -> None:
    (manifest,) = declared(production.sync()).values()
    assert manifest["metadata"]["name"] == str(NAME)
    assert manifest["metadata"]["labels"]["sluse.nhn.no/integration"] == SERVICE.name
    submission = production.lock.tests[NAME].content.spec.statement.submission
    assert submission is not None
    assert manifest["spec"]["tested"] == submission.tested
    assert manifest["spec"]["evidence"] == [each.sha256 for each in submission.evidence]


def test_the_second_test_is_declared_beside_the_first_and_waits(production: Production) -> None:
    production.sync()
    production.lock.clock = production.at
    production.lock.documents[SERVICE] = service(scopes=("nhn:new/api",))
    second = IntegrationKey(SUPPLIER, production.lock.submit())
    compiled = production.sync()
    assert set(declared(compiled)) == {str(NAME), str(second)}
    assert {key: said.approved for key, said in compiled.approvals.items()} == {NAME: True, second: False}


def test_without_a_policy_that_counts_no_test_is_approved(production: Production) -> None:
    assert production.sync().approvals[NAME].approved
    compiled = production.sync(policy=Untrusted(("nobody signed",)))
    assert [each.check for each in compiled.approvals[NAME].reasons] == ["PolicyNotTrusted"]
    assert set(declared(compiled)) == {str(NAME)}


def test_nothing_new_is_the_same_object(production: Production) -> None:
    production.sync()
    production.sync()
    first = production.sync()
    assert production.sync().organisations[SUPPLIER] is first.organisations[SUPPLIER]


@given(st.lists(approvals, min_size=1, max_size=6))
def test_every_status_that_follows_another_keeps_the_invariants_of_flux(said: list[Approval]) -> None:
    before = AcceptanceTestStatus()
    for number, each in enumerate(said):
        after = status(before, 1, each, NOW + timedelta(days=number))
        assert broken(after, 1) == []
        flipped = before.approved is not after.approved
        assert flipped or after.conditions[0].last_transition_time == before.conditions[0].last_transition_time
        assert AcceptanceTestStatus.model_validate(after.wire()) == after
        before = after


class TestInTheCluster:
    """The writer against the sandbox's API."""

    @pytest.fixture
    async def shown(self, world: ClusterWorld, production: Production) -> ClusterWorld:
        specs = production.sync().organisations[SUPPLIER].tests.specs
        await EmbeddedEngine(world.operator).declare(
            organisation.stack(TEST, SUPPLIER, clients={}, integrations={}, tests=specs)
        )
        return world

    def writer(self, world: ClusterWorld, said: Mapping[IntegrationKey, Approval]) -> AcceptanceStatuses:
        return AcceptanceStatuses(world.operator, TEST.namespace, lambda: said, lambda: NOW)

    async def status(self, world: ClusterWorld) -> dict[str, Any]:
        found = await world.admin.get(ACCEPTANCE_TEST, TEST.namespace, str(NAME))
        body: dict[str, Any] = found.get("status", {})
        return body

    async def test_what_became_of_it_is_written_once(self, shown: ClusterWorld) -> None:
        said = {NAME: WAITING}
        writer = self.writer(shown, said)
        assert await writer.show() == []
        found = await self.status(shown)
        assert (found["approved"], found["conditions"][0]["reason"]) == (False, "NotDecided")
        said[NAME] = APPROVED
        await writer.show()
        await writer.show()
        found = await self.status(shown)
        assert (found["approved"], found["decision"], "reasons" in found) == (True, APPROVED.decision, False)
        assert shown.writes("acceptancetests") == 1 + 2, "one declaration, two statuses"

    async def test_a_restart_writes_nothing(self, shown: ClusterWorld) -> None:
        await self.writer(shown, {NAME: APPROVED}).show()
        before = shown.writes()
        assert await self.writer(shown, {NAME: APPROVED}).show() == []
        assert shown.writes() == before

    async def test_what_is_not_declared_yet_is_shown_when_it_is(self, shown: ClusterWorld) -> None:
        await shown.admin.delete(ACCEPTANCE_TEST, TEST.namespace, str(NAME))
        writer = self.writer(shown, {NAME: APPROVED})
        assert await writer.show() == []
        specs = Production.accepted(at=NOW).sync().organisations[SUPPLIER].tests.specs
        await EmbeddedEngine(shown.operator).declare(
            organisation.stack(TEST, SUPPLIER, clients={}, integrations={}, tests=specs)
        )
        await writer.show()
        assert (await self.status(shown))["approved"]

    async def test_a_status_that_cannot_be_written_is_returned_and_stays_news(self, shown: ClusterWorld) -> None:
        shown.api.faults.add(Fault(code=403, verb="patch", resource="acceptancetests", name=str(NAME)))
        writer = self.writer(shown, {NAME: APPROVED})
        assert len(await writer.show()) == 1
        assert await writer.show() == []
        assert (await self.status(shown))["approved"]

    async def test_many_are_asked_for_at_once(self, shown: ClusterWorld) -> None:
        said = {NAME: APPROVED, **{IntegrationKey(SUPPLIER, f"other-{number}"): WAITING for number in range(20)}}
        before = shown.asked(resource="acceptancetests", verb="get")
        await self.writer(shown, said).show()
        assert shown.asked(resource="acceptancetests", verb="get") == before
        assert (await self.status(shown))["approved"]
