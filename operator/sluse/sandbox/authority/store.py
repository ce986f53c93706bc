"""The registrations, and the tokens that manage them. Safe to use from any thread.

Tokens are kept as digests only: nothing read from here, and no debugger's listing of it, lets anybody in. An
answer that must hold the token repeats the one that was presented.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace

from sluse.sandbox.authority.metadata import Metadata


@dataclass(frozen=True)
class Registration:
    """`issued_at` in seconds since 1970. `registered_by` is the name of the initial access token, not the token."""

    client_id: str
    issued_at: int
    registered_by: str
    metadata: Metadata


@dataclass(frozen=True)
class _Held:
    registration: Registration
    token: bytes


class Store:
    """Registrations by client id."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}
        self._lock = threading.Lock()

    def add(self, metadata: Metadata, registered_by: str, at: int) -> tuple[Registration, str]:
        """Register under a new id; return it with its registration access token."""
        token = secrets.token_urlsafe(32)
        registration = Registration(str(uuid.uuid4()), at, registered_by, metadata)
        with self._lock:
            self._held[registration.client_id] = _Held(registration, digest(token))
        return registration, token

    def put_back(self, registration: Registration) -> str:
        """Hold a registration of an earlier run as it was; return a new token that manages it."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._held[registration.client_id] = _Held(registration, digest(token))
        return token

    def get(self, client_id: str) -> Registration | None:
        """Return the registration, or None where there is none (any more)."""
        held = self._held.get(client_id)
        return held.registration if held else None

    def managed(self, client_id: str, token: str) -> Registration | None:
        """Return the registration if `token` manages it."""
        held = self._held.get(client_id)
        if held is None or not secrets.compare_digest(held.token, digest(token)):
            return None
        return held.registration

    def change(self, client_id: str, change: Callable[[Metadata], Metadata]) -> Registration | None:
        """Replace the metadata by what `change` makes of it; None where the client is gone."""
        with self._lock:
            held = self._held.get(client_id)
            if held is None:
                return None
            changed = replace(held.registration, metadata=change(held.registration.metadata))
            self._held[client_id] = replace(held, registration=changed)
            return changed

    def rotate(self, client_id: str) -> str | None:
        """Return a new registration access token; the old one is dead at once. None where the client is gone."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            held = self._held.get(client_id)
            if held is None:
                return None
            self._held[client_id] = replace(held, token=digest(token))
        return token

    def remove(self, client_id: str) -> bool:
        """Forget the client; False where it was gone already."""
        with self._lock:
            return self._held.pop(client_id, None) is not None

    def all(self) -> tuple[Registration, ...]:
        """Return every registration, oldest first."""
        with self._lock:
            return tuple(held.registration for held in self._held.values())

    def __len__(self) -> int:
        return len(self._held)


def digest(token: str) -> bytes:
    """Return what is kept of a token; any text will do, header bytes that are no UTF-8 included."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
