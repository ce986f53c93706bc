"""Which public keys a client of production has, given what its key file says, what is held and what is vouched for.

The gate says whether a new set may be used (`sluse.gate.keys_lane`). Where it may not, a removal still takes effect at
once, since it only narrows; and a file that is missing changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sluse.gate.verdict import Reason
from sluse.model.keys import PublicJwk
from sluse.plan.thumbprint import thumbprint

Refusal = Callable[[Collection[str], Collection[str]], Reason | None]
"""(thumbprints of HEAD's keys, of the held ones) -> why HEAD's set may not be used."""


@dataclass(frozen=True)
class Lane:
    """The keys to register; none where nothing may be. `reason` says what of the file is not followed."""

    keys: tuple[PublicJwk, ...]
    reason: Reason | None = None


def lane(head: tuple[PublicJwk, ...], held: tuple[PublicJwk, ...], refusal: Refusal) -> Lane:
    """Return a client's keys. `head` is empty where the key file is missing or unreadable."""
    known = {thumbprint(key) for key in held}
    asked = {thumbprint(key): key for key in head}
    reason = refusal(tuple(asked), known)
    if reason is None:
        return Lane(head)
    remaining = tuple(key for name, key in asked.items() if name in known)
    return Lane(remaining or held, reason)
