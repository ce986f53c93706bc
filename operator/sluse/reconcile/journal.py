"""The port through which converging remembers what it did; the ledger implements it.

Each call returns only when its record is durable: an intent that is not on disk is no intent.
"""

from __future__ import annotations

from typing import Protocol

from sluse.model.held import HeldClient
from sluse.model.names import ClientKey
from sluse.registrar.port import Held


class Journal(Protocol):
    """Durable memory of one environment's clients."""

    async def held(self, key: ClientKey) -> HeldClient:
        """Return what is held; an empty value where nothing is."""
        ...

    async def record(self, key: ClientKey, held: HeldClient) -> None:
        """Write what is held. Concurrent records of one stack share a write."""
        ...

    async def credential(self, key: ClientKey) -> Held | None:
        """Return the anchor with its credential from the Secret; None where there is none."""
        ...

    async def keep_credential(self, key: ClientKey, held: Held) -> None:
        """Write the Secret `sluse-anchor-<name>`; a no-op where it holds exactly this already.

        What cannot be written is not lost while the process lives: the next call for this client writes it.
        """
        ...

    async def drop_credential(self, key: ClientKey) -> None:
        """Delete the Secret; absent is done."""
        ...
