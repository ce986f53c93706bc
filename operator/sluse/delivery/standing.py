"""Which declared objects stand in the cluster, asked once when an operator starts: whose stack lost some is declared again.

While an operator runs, it sees an object go. What went while none ran (a hand, a cluster restored from an older backup,
or none at all) leaves no event behind, and the ledger's digest still says that the stack was declared. What is there is told
as it is there, to whoever has to look at it again: that nothing happened to it leaves no event behind either.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sluse.cluster.client import Cluster
from sluse.delivery.compiled import Compiled
from sluse.delivery.observing import KINDS, Live
from sluse.desired.stack import ObjectKey, object_key
from sluse.errors import ClusterError
from sluse.model.held import OrganisationLedger
from sluse.model.names import Environment

log = logging.getLogger(__name__)

_AT_ONCE = 50
"""Objects told before others come to their turn: a few milliseconds."""

Standing = Callable[[], Awaitable[Mapping[ObjectKey, Live]]]
"""Every object in the cluster of the kinds that stacks hold."""


async def standing(cluster: Cluster, environment: Environment) -> Mapping[ObjectKey, Live]:
    """Return the objects of one environment, whoever declared them: one list for each kind."""
    found: dict[ObjectKey, Live] = {}
    for name, kind in KINDS.items():
        items, _ = await cluster.list(kind, environment.namespace)
        found.update((ObjectKey(name, item["metadata"]["name"]), item) for item in items)
    return found


@dataclass
class FirstCount:
    """Counts once in a process; while the cluster does not answer, the next sync tries again. `seen` is told each object, once."""

    standing: Standing
    seen: Callable[[ObjectKey, Live], None]
    _done: bool = False

    async def incomplete(self, compiled: Compiled, ledgers: Mapping[str, OrganisationLedger]) -> frozenset[str]:
        """Return the organisations whose stack the ledger calls declared, and of which an object is gone."""
        if self._done:
            return frozenset()
        try:
            there = await self.standing()
        except ClusterError as error:
            log.warning("what stands in the cluster is not known yet: %s", error.message)
            return frozenset()
        self._done = True
        for number, (key, found) in enumerate(there.items()):
            self.seen(key, found)
            if number % _AT_ONCE == _AT_ONCE - 1:
                await asyncio.sleep(0)
        lost = frozenset(
            slug
            for slug, share in compiled.organisations.items()
            if slug in ledgers
            and ledgers[slug].declared == share.stack.digest
            and any(object_key(each) not in there for each in share.stack.resources)
        )
        for slug in sorted(lost):
            log.warning("objects of %s are gone from the cluster; its stack is declared again", slug)
        return lost
