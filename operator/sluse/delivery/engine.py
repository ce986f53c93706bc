"""The engine port: declare an organisation's stack in the cluster. Adapters: embedded (here), pulumi (`sluse_stacks`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sluse.delivery.stack_preview import ObjectPreview
from sluse.desired.stack import ObjectKey, Stack


@dataclass(frozen=True)
class Declared:
    """What a declaration did. Objects that were already as declared are in none of the two."""

    applied: tuple[ObjectKey, ...]
    pruned: tuple[ObjectKey, ...]


class Engine(Protocol):
    """Declares one stack at a time; equal declarations are idempotent and write nothing."""

    @property
    def name(self) -> str:
        """`embedded` or `pulumi`; recorded in the ledger, changing it on a live environment is a migration."""
        ...

    async def declare(self, stack: Stack, *, first: bool = False) -> Declared:
        """Bring the cluster to `stack`: create, change, and prune what the stack no longer has, `keep` excepted.

        `first`: the ledger knows of no declaration, so most likely nothing stands yet. It proves nothing (a declaration may have
        failed, a ledger may have been lost): an engine may ask in another order for it, and never do less for it alone.

        Raises `sluse.errors.ClusterError`. What was applied before a failure stays; declaring again converges.
        """
        ...

    async def preview(self, stack: Stack) -> tuple[ObjectPreview, ...]:
        """Return what `declare` would do now, sorted by key, and write nothing; engines say the same of the same cluster.

        Raises `sluse.errors.ClusterError`, also where the cluster would refuse an object.
        """
        ...
