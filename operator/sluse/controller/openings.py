"""NetworkOpening objects: a NetworkPolicy in every namespace that the cluster's admin labelled, and in no other.

As with `objects.py` the handler and the wake-up schedule run the same code, it knows no Kopf, and the object's spec is
never acted on: what is compiled is. So an object that somebody deletes leaves its policies standing until it is
declared again; only one that is no longer wanted takes them along. Each look reads which namespaces bear the label
and which policies stand, and writes what differs, so that a second look writes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import NAMESPACE, NETWORK_OPENING, NETWORK_POLICY
from sluse.controller.objects import Stacks
from sluse.delivery.compiled import Box
from sluse.errors import ClusterError, Conflict, NotFound
from sluse.model.names import Environment, IntegrationKey
from sluse.model.resources.network_opening import NetworkOpeningSpec, NetworkOpeningStatus
from sluse.model.settings import Timing
from sluse.network.kubernetes import NOT_COVERED, NOT_VERIFIED, network_policy, policy_labels, policy_name
from sluse.network.status import NUMBER, status
from sluse.reconcile.status import merge_patch

log = logging.getLogger(__name__)

_MANAGER = "sluse"
Policy = Mapping[str, Any]


@dataclass
class NetworkOpenings:
    """All NetworkOpening objects of one environment. `again(key, seconds)` schedules the next look."""

    environment: Environment
    box: Box
    stacks: Stacks
    cluster: Cluster
    timing: Timing
    again: Callable[[IntegrationKey, float], None]
    now: Callable[[], datetime]
    _locks: defaultdict[IntegrationKey, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _failures: dict[IntegrationKey, int] = field(default_factory=dict)
    _labelled: dict[str, str] = field(default_factory=dict)

    async def handle(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Deal with the object as the cluster has it; return the patch of its status, empty where nothing changes."""
        await self.box.get()
        key = _key(body)
        if key is None:
            return {}
        async with self._locks[key]:
            return await self._look(key, body)

    async def wake(self, key: IntegrationKey) -> None:
        """Look again: a label, a policy, or a namespace may have changed."""
        namespace = self.environment.namespace
        async with self._locks[key]:
            try:
                body = await self.cluster.get(NETWORK_OPENING, namespace, str(key))
                if body["metadata"].get("deletionTimestamp"):
                    return
                patch = await self._look(key, body)
                if patch:
                    guard = {"metadata": {"resourceVersion": body["metadata"]["resourceVersion"]}, "status": patch}
                    await self.cluster.merge(NETWORK_OPENING, namespace, str(key), guard, subresource="status")
            except NotFound:
                return
            except Conflict:
                self.again(key, self.timing.retry_first)
            except ClusterError as error:
                log.warning("%s: %s", key, error.message)
                self.again(key, self._backoff(key))

    async def release(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """Remove the policies of an object that goes, unless it is wanted and only somebody's hand deleted it.

        Return what failed; until nothing does, the object's finalizer stays.
        """
        compiled = await self.box.get()
        key = _key(body)
        if key is None or compiled.opening(key) is not None or compiled.keeps_opening(key):
            return ()
        async with self._locks[key]:
            try:
                standing = await self._standing(key)
            except ClusterError as error:
                return (error.message,)
            return tuple(filter(None, [await self._remove(each) for each in standing.values()]))

    def gone(self, body: Mapping[str, Any]) -> None:
        """Report a deleted object: where it is still wanted, its stack is declared again."""
        key, compiled = _key(body), self.box.now
        if key is not None and compiled is not None and compiled.opening(key) is not None:
            self.stacks.dirty(key.organisation)

    def labelled(self, namespace: str, number: str | None) -> None:
        """Take a namespace's label as it is now, and look at the openings of whom it was and of whom it is."""
        before = self._labelled.pop(namespace, None)
        if number is not None:
            self._labelled[namespace] = number
        compiled = self.box.now
        if compiled is None or before == number:
            return
        for share in compiled.organisations.values():
            for key, spec in share.openings.specs.items():
                if {before, number} & set(spec.numbers):
                    self.again(key, 0.0)

    async def _look(self, key: IntegrationKey, body: Mapping[str, Any]) -> dict[str, object]:
        """Judge one object under its lock; return the patch of its status."""
        compiled = await self.box.get()
        wanted = compiled.opening(key)
        if wanted is None or wanted.wire() != body["spec"]:
            if compiled.keeps_opening(key):
                self.again(key, self.timing.drift)
            else:
                log.info("NetworkOpening %s is not as declared; its stack is declared again", key)
                self.stacks.dirty(key.organisation)
            return {}
        previous = NetworkOpeningStatus.model_validate(body.get("status") or {})
        try:
            namespaces, failures = await self._converge(key, wanted)
        except ClusterError as error:
            namespaces, failures = previous.namespaces, (error.message,)
        if failures:
            log.warning("NetworkOpening %s: %s", key, "; ".join(failures))
            self.again(key, self._backoff(key))
        else:
            self._failures.pop(key, None)
            self.again(key, self.timing.drift)
        after = status(
            previous,
            generation=body["metadata"]["generation"],
            spec=wanted,
            namespaces=namespaces,
            failure="; ".join(failures) or None,
            now=self.now(),
        )
        return merge_patch(dict(body.get("status") or {}), after.wire())

    async def _converge(
        self, key: IntegrationKey, wanted: NetworkOpeningSpec
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Write and remove what differs; return where a policy stands now, and what failed."""
        policy = network_policy(self.environment, key, wanted.openings)
        targets = await self._namespaces(wanted) if policy is not None else ()
        standing = await self._standing(key)
        failures: dict[str, str] = {}
        for namespace in targets:
            failure = await self._put(policy or {}, namespace, standing.get(namespace))
            if failure is not None:
                failures[namespace] = failure
        stale = {namespace: each for namespace, each in standing.items() if namespace not in targets}
        left = {namespace: failure for namespace, each in stale.items() if (failure := await self._remove(each))}
        stands = (*(each for each in targets if each not in failures or each in standing), *left)
        return tuple(sorted(stands)), (*failures.values(), *left.values())

    async def _namespaces(self, wanted: NetworkOpeningSpec) -> tuple[str, ...]:
        found: set[str] = set()
        for number in wanted.numbers:
            items, _ = await self.cluster.list(NAMESPACE, None, {NUMBER: number})
            found |= {
                item["metadata"]["name"] for item in items if not item["metadata"].get("deletionTimestamp")
            }  # in one that is going nothing can be created
        return tuple(sorted(found))

    async def _standing(self, key: IntegrationKey) -> dict[str, Policy]:
        """Return the policies of an object by namespace, wherever they are."""
        items, _ = await self.cluster.list(NETWORK_POLICY, None, policy_labels(self.environment, key))
        name = policy_name(self.environment, key)
        return {item["metadata"]["namespace"]: item for item in items if item["metadata"]["name"] == name}

    async def _put(self, policy: Policy, namespace: str, live: Policy | None) -> str | None:
        """Write a policy where it differs; return what failed. What hands added to its spec goes."""
        manifest = {**policy, "metadata": {**policy["metadata"], "namespace": namespace}}
        if live is not None and _as_wanted(live, manifest):
            return None
        try:
            applied = await self.cluster.apply(manifest, manager=_MANAGER)
            if applied["spec"] != manifest["spec"]:
                await self.cluster.replace({**applied, "spec": manifest["spec"]})
        except ClusterError as error:
            return error.message
        log.info("NetworkPolicy %s in %s is written", manifest["metadata"]["name"], namespace)
        return None

    async def _remove(self, live: Policy) -> str | None:
        meta = live["metadata"]
        try:
            await self.cluster.delete(NETWORK_POLICY, meta["namespace"], meta["name"], uid=meta["uid"])
        except NotFound:
            return None
        except ClusterError as error:
            return error.message
        log.info("NetworkPolicy %s in %s is removed", meta["name"], meta["namespace"])
        return None

    def _backoff(self, key: IntegrationKey) -> float:
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        doubled: int = self.timing.retry_first * 2 ** min(failures, 16)
        return float(min(self.timing.retry_most, doubled))


def _key(body: Mapping[str, Any]) -> IntegrationKey | None:
    """Return whom an object is of; None where its name is none of ours."""
    parts = body["metadata"]["name"].split(".")
    return IntegrationKey(*parts) if len(parts) == 2 and all(parts) else None


def _as_wanted(live: Policy, manifest: Policy) -> bool:
    """Tell whether nothing needs writing."""
    meta, wanted = live["metadata"], manifest["metadata"]
    labels, annotations = meta.get("labels") or {}, meta.get("annotations") or {}
    told = wanted.get("annotations", {})
    return (
        live["spec"] == manifest["spec"]
        and all(labels.get(name) == value for name, value in wanted["labels"].items())
        and all(annotations.get(name) == told.get(name) for name in (NOT_COVERED, NOT_VERIFIED))
    )
