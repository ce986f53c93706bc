"""The authority's own staff: reads and changes registrations by hand, from any thread.

Bound by the same rules as everybody, since HelseID's portal is; what goes around Sluse is the change, not the rules.
"""

from __future__ import annotations

from typing import Any

from sluse.sandbox.authority.answers import Refusal
from sluse.sandbox.authority.profile import Habits
from sluse.sandbox.authority.registration_rules import accept
from sluse.sandbox.authority.store import Registration, Store


class Administration:
    """For tests and the demo. No registration it returns holds a token."""

    def __init__(self, store: Store, habits: Habits) -> None:
        self._store = store
        self._habits = habits

    def registrations(self) -> tuple[Registration, ...]:
        """Return all registrations, oldest first, as frozen values."""
        return self._store.all()

    def count(self) -> int:
        """Return how many there are."""
        return len(self._store)

    def edit(self, client_id: str, **members: Any) -> Registration:
        """Set members of RFC 7591's JSON, None to reset one; the rest stays. LookupError, or ValueError with the rule."""
        try:
            changed = self._store.change(client_id, lambda held: accept({**held.document(), **members}, self._habits))
        except Refusal as refusal:
            raise ValueError(str(refusal)) from None
        if changed is None:
            raise LookupError(f"no client {client_id} at this authority")
        return changed

    def reissue(self, client_id: str) -> str:
        """Return a new token that manages a registration; the one before is dead. LookupError where there is none."""
        token = self._store.rotate(client_id)
        if token is None:
            raise LookupError(f"no client {client_id} at this authority")
        return token

    def put_back(self, client_id: str, document: dict[str, Any], *, issued_at: int, registered_by: str) -> str:
        """Hold what was registered in an earlier run; return a new token for it. A ValueError names the rule it breaks."""
        try:
            metadata = accept(document, self._habits)
        except Refusal as refusal:
            raise ValueError(str(refusal)) from None
        return self._store.put_back(Registration(client_id, issued_at, registered_by, metadata))

    def delete(self, client_id: str) -> None:
        """End a registration. LookupError where there is none."""
        if not self._store.remove(client_id):
            raise LookupError(f"no client {client_id} at this authority")
