"""One object at a time, whatever its kind: lock, judge against what is compiled, deal with it, say when to look again.

Knows no Kopf, so that the handler and the wake-up schedule run the very same code. An object's spec is never acted
on: where it differs from what is compiled, its stack is reported dirty and declared again.
"""

from __future__ import annotations

import asyncio
import logging
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from sluse.cluster.client import Cluster
from sluse.cluster.kinds import Kind
from sluse.delivery.compiled import Box, Compiled
from sluse.errors import ClusterError, Conflict, NotFound
from sluse.model.names import GROUP, ClientKey, Environment, IntegrationKey
from sluse.model.settings import Timing
from sluse.model.value import Value

log = logging.getLogger(__name__)

RECONCILE_REQUESTED = f"{GROUP}/reconcile-requested"
"""Annotation: any new value asks for a look now."""

Key = TypeVar("Key", bound=ClientKey | IntegrationKey)
Spec = TypeVar("Spec", bound=Value)


class Stacks(Protocol):
    """What this room needs of sync."""

    def dirty(self, organisation: str) -> None: ...

    def request(self) -> None: ...


@dataclass(kw_only=True)
class Looking(ABC, Generic[Key, Spec]):
    """All objects of one kind in one environment. `again(key, seconds)` schedules the next look."""

    environment: Environment
    box: Box
    stacks: Stacks
    cluster: Cluster
    timing: Timing
    again: Callable[[Key, float], None]
    now: Callable[[], datetime]
    kind: ClassVar[Kind]
    _locks: defaultdict[Key, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    _failures: dict[Key, int] = field(default_factory=dict)

    # What a kind adds

    @abstractmethod
    def key(self, name: str) -> Key | None:
        """Read a resource name; None where it is none of ours."""

    @abstractmethod
    def wanted(self, compiled: Compiled, key: Key) -> Spec | None:
        """Return what is wanted; None where nothing is."""

    @abstractmethod
    def keeps(self, compiled: Compiled, key: Key) -> bool:
        """Tell whether the object is left exactly as it is."""

    @abstractmethod
    async def deal(self, key: Key, wanted: Spec, body: Mapping[str, Any], *, woken: bool) -> dict[str, object]:
        """Deal with an object that is as declared; return the patch of its status."""

    # What all kinds do

    async def handle(self, body: Mapping[str, Any]) -> dict[str, object]:
        """Deal with the object as the cluster has it; return the patch of its status, empty where nothing changes."""
        await self.box.get()
        key = self.key(body["metadata"]["name"])
        if key is None:
            return {}
        async with self.lock(key):
            try:
                return await self._look(key, body, woken=False)
            except ClusterError as error:
                self._put_off(key, error)
                return {}

    async def wake(self, key: Key) -> None:
        """Look again at an object that waits or may have drifted; write its status only if it changed."""
        namespace = self.environment.namespace
        async with self.lock(key):
            try:
                body = await self.cluster.get(self.kind, namespace, str(key))
            except NotFound:
                self._absent(key)  # nobody need have seen it go: it may have been before Kopf's first list
                return
            except ClusterError as error:
                self._put_off(key, error)
                return
            try:
                patch = await self._look(key, body, woken=True)
                if patch:
                    # Guarded: if the handler's patch came in between, its word is the newer one.
                    guard = {"metadata": {"resourceVersion": body["metadata"]["resourceVersion"]}, "status": patch}
                    await self.cluster.merge(self.kind, namespace, str(key), guard, subresource="status")
            except Conflict:
                self.again(key, self.timing.retry_first)
            except ClusterError as error:
                self._put_off(key, error)

    def gone(self, body: Mapping[str, Any]) -> None:
        """Report a deleted object: where it is still wanted, its stack is declared again."""
        key = self.key(body["metadata"]["name"])
        if key is not None:
            self._absent(key)

    def _absent(self, key: Key) -> None:
        compiled = self.box.now
        if compiled is not None and self.wanted(compiled, key) is not None:
            self.stacks.dirty(key.organisation)

    async def _look(self, key: Key, body: Mapping[str, Any], *, woken: bool) -> dict[str, object]:
        """Judge one object under its lock; return the patch of its status."""
        compiled = await self.box.get()
        wanted = self.wanted(compiled, key)
        if wanted is None or wanted.wire() != body["spec"]:
            if self.keeps(compiled, key):
                self.again(key, self.timing.drift)  # its file may be readable by then
            else:
                log.info("%s is not as declared; its stack is declared again", key)
                self.stacks.dirty(key.organisation)
            return {}
        return await self.deal(key, wanted, body, woken=woken)

    def _put_off(self, key: Key, error: ClusterError) -> None:
        """Try again later what the cluster could not do. Kopf's own retries cost two PATCHes and a stack trace each."""
        log.warning("%s: %s", key, error.message)
        self.again(key, self.backoff(key))

    def backoff(self, key: Key) -> float:
        """Return the seconds to wait after one more failure."""
        failures = self._failures.get(key, 0)
        self._failures[key] = failures + 1
        doubled: int = self.timing.retry_first * 2 ** min(failures, 16)
        return float(min(self.timing.retry_most, doubled))

    def begun(self, key: Key) -> bool:
        """Tell whether this process has dealt with it, or does so now."""
        return key in self._locks

    def lock(self, key: Key) -> asyncio.Lock:
        """Return the one lock of an object."""
        return self._locks[key]

    def succeeded(self, key: Key) -> None:
        """Forget how often it failed."""
        self._failures.pop(key, None)
