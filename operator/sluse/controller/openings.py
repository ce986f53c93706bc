"""NetworkOpening objects: a NetworkPolicy in every namespace that the cluster's admin labelled, and in no other.

The object's spec is never acted on (`looking.py`): what is compiled is. So an object that somebody deletes leaves its
policies standing until it is declared again; only one that is no longer wanted takes them along. Each look reads which
namespaces bear the label and which policies stand, and writes what differs, so that a second look writes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sluse.cluster.kinds import NAMESPACE, NETWORK_OPENING, NETWORK_POLICY, Kind
from sluse.controller.looking import Looking
from sluse.delivery.compiled import Compiled
from sluse.errors import ClusterError, NotFound
from sluse.model.names import ORGANISATION_NUMBER, IntegrationKey
from sluse.model.resources.network_opening import NetworkOpeningSpec, NetworkOpeningStatus
from sluse.network.kubernetes import NOT_COVERED, NOT_VERIFIED, network_policy, policy_labels, policy_name
from sluse.network.status import status
from sluse.reconcile.status import merge_patch

log = logging.getLogger(__name__)

_MANAGER = "sluse"
Policy = Mapping[str, Any]


@dataclass(kw_only=True)
class NetworkOpenings(Looking[IntegrationKey, NetworkOpeningSpec]):
    """All NetworkOpening objects of one environment."""

    kind: ClassVar[Kind] = NETWORK_OPENING
    _labelled: dict[str, str] = field(default_factory=dict)

    def key(self, name: str) -> IntegrationKey | None:
        return IntegrationKey.parse(name)

    def wanted(self, compiled: Compiled, key: IntegrationKey) -> NetworkOpeningSpec | None:
        return compiled.opening(key)

    def keeps(self, compiled: Compiled, key: IntegrationKey) -> bool:
        return compiled.keeps_opening(key)

    async def release(self, body: Mapping[str, Any]) -> tuple[str, ...]:
        """Remove the policies of an object that goes, unless it is wanted and only somebody's hand deleted it.

        Return what failed; until nothing does, the object's finalizer stays.
        """
        compiled = await self.box.get()
        key = self.key(body["metadata"]["name"])
        if key is None or self.wanted(compiled, key) is not None or self.keeps(compiled, key):
            return ()
        async with self.lock(key):
            try:
                standing = await self._standing(key)
            except ClusterError as error:
                return (error.message,)
            return tuple(filter(None, [await self._remove(each) for each in standing.values()]))

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

    async def _look(self, key: IntegrationKey, body: Mapping[str, Any], *, woken: bool) -> dict[str, object]:
        if woken and body["metadata"].get("deletionTimestamp"):
            return {}  # `release` deals with what goes
        return await super()._look(key, body, woken=woken)

    async def deal(
        self,
        key: IntegrationKey,
        wanted: NetworkOpeningSpec,
        body: Mapping[str, Any],
        *,
        woken: bool,  # noqa: ARG002 - a look is the same, whatever asked for it
    ) -> dict[str, object]:
        previous = NetworkOpeningStatus.of(body.get("status"))
        try:
            namespaces, failures = await self._converge(key, wanted)
        except ClusterError as error:
            namespaces, failures = previous.namespaces, (error.message,)
        if failures:
            log.warning("NetworkOpening %s: %s", key, "; ".join(failures))
            self.again(key, self.backoff(key))
        else:
            self.succeeded(key)
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
        targets = await self._namespaces(wanted) if policy is not None else {}
        standing = await self._standing(key)
        failures: dict[str, str] = {}
        for namespace, number in targets.items():
            failure = await self._put(policy or {}, namespace, number, standing.get(namespace))
            if failure is not None:
                failures[namespace] = failure
        stale = {namespace: each for namespace, each in standing.items() if namespace not in targets}
        left = {namespace: failure for namespace, each in stale.items() if (failure := await self._remove(each))}
        stands = (*(each for each in targets if each not in failures or each in standing), *left)
        return tuple(sorted(stands)), (*failures.values(), *left.values())

    async def _namespaces(self, wanted: NetworkOpeningSpec) -> dict[str, str]:
        """Return the namespaces that are labelled with one of its numbers, each with that number."""
        found: dict[str, str] = {}
        for number in wanted.numbers:
            items, _ = await self.cluster.list(NAMESPACE, None, {ORGANISATION_NUMBER: number})
            found |= {
                item["metadata"]["name"]: number for item in items if not item["metadata"].get("deletionTimestamp")
            }  # in one that is going nothing can be created
        return dict(sorted(found.items()))

    async def _standing(self, key: IntegrationKey) -> dict[str, Policy]:
        """Return the policies of an object by namespace, wherever they are."""
        items, _ = await self.cluster.list(NETWORK_POLICY, None, policy_labels(self.environment, key))
        name = policy_name(self.environment, key)
        return {item["metadata"]["namespace"]: item for item in items if item["metadata"]["name"] == name}

    async def _put(self, policy: Policy, namespace: str, number: str, live: Policy | None) -> str | None:
        """Write a policy where it differs; return what failed. What hands added to its spec goes.

        It bears the namespace's own number, since that is how the cluster's admission knows that it may stand there.
        """
        metadata = policy["metadata"]
        labels = {**metadata["labels"], ORGANISATION_NUMBER: number}
        manifest = {**policy, "metadata": {**metadata, "namespace": namespace, "labels": labels}}
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
