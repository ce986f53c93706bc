"""What may be used once, and what may be used for a while.

All grow with traffic and not with time: `Seen` drops what has expired from the front of a heap at each use, `Kept`
from the front of a dictionary, and a nonce carries its own age under a MAC, so nothing is kept of it at all.
"""

from __future__ import annotations

import base64
import heapq
import hmac
import secrets
from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from sluse.sandbox.authority.profile import NONCE_LIFETIME, SKEW

_TIME_BYTES = 8

Content = TypeVar("Content")


class Seen:
    """Remembers identifiers until they could not be used anyway."""

    def __init__(self) -> None:
        self._until: dict[Hashable, float] = {}
        self._heap: list[tuple[float, Any]] = []

    def first(self, identifier: tuple[str, str], until: float, now: float) -> bool:
        """Whether `identifier` was never seen before; remembers it to the moment `until` (seconds)."""
        while self._heap and self._heap[0][0] <= now:
            del self._until[heapq.heappop(self._heap)[1]]
        if identifier in self._until:
            return False
        self._until[identifier] = until
        heapq.heappush(self._heap, (until, identifier))
        return True

    def __len__(self) -> int:
        return len(self._until)


class Nonces:
    """DPoP nonces of this authority. Any number of proofs may carry one while it lasts."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def issue(self, now: float) -> str:
        """Return a nonce that lasts NONCE_LIFETIME seconds."""
        moment = int(now * 1000).to_bytes(_TIME_BYTES)
        return base64.urlsafe_b64encode(moment + self._mac(moment)).decode().rstrip("=")

    def alive(self, nonce: object, now: float) -> bool:
        """Whether `nonce` was issued here and has not expired."""
        try:
            raw = base64.urlsafe_b64decode(str(nonce) + "=" * (-len(str(nonce)) % 4))
        except ValueError:
            return False
        moment, mac = raw[:_TIME_BYTES], raw[_TIME_BYTES:]
        age = now - int.from_bytes(moment) / 1000
        return hmac.compare_digest(mac, self._mac(moment)) and -SKEW <= age <= NONCE_LIFETIME

    def _mac(self, moment: bytes) -> bytes:
        return hmac.digest(self._key, moment, "sha256")[:16]


class Kept(Generic[Content]):
    """Values behind handles that nobody can guess, each handed out once, within `lifetime` seconds."""

    def __init__(self, lifetime: int) -> None:
        self._lifetime = lifetime
        self._kept: dict[str, tuple[float, Content]] = {}

    def keep(self, content: Content, now: float) -> str:
        """Return the handle of `content`."""
        for handle, (until, _) in list(self._kept.items()):  # oldest first: they all live equally long
            if until > now:
                break
            del self._kept[handle]
        handle = secrets.token_urlsafe(32)
        self._kept[handle] = (now + self._lifetime, content)
        return handle

    def take(self, handle: str | None, now: float) -> Content | None:
        """Return what is kept behind `handle` and forget it; None where it is unknown, used or expired."""
        until, content = self._kept.pop(handle or "", (0.0, None))
        return content if until > now else None

    def __len__(self) -> int:
        return len(self._kept)
