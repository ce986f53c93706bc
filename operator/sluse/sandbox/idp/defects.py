"""What an identity provider may get wrong, asked for from any thread, until it is asked to behave again."""

from __future__ import annotations

import threading
from enum import Enum, auto


class Defect(Enum):
    """One thing that is not as agreed. Those of login are in the ID token; the last ones in what is published."""

    NO_IDENTIFIER = auto()
    OTHER_IDENTIFIER_KIND = auto()
    NO_METHOD = auto()
    OTHER_METHOD = auto()
    NO_LEVEL = auto()
    UNKNOWN_LEVEL = auto()
    OTHER_LEVEL = auto()
    RS256 = auto()
    FOREIGN_KEY = auto()
    OTHER_ISSUER = auto()
    OTHER_AUDIENCE = auto()
    OTHER_NONCE = auto()
    EXPIRED = auto()
    DISCOVERY_OF_ANOTHER = auto()
    WEAK_KEY_PUBLISHED = auto()
    PRIVATE_KEY_PUBLISHED = auto()
    KEYS_MOVED = auto()


class Defects:
    """Those that show now."""

    def __init__(self) -> None:
        self._now: frozenset[Defect] = frozenset()
        self._lock = threading.Lock()

    def show(self, *defects: Defect) -> None:
        """Show these besides what shows already."""
        with self._lock:
            self._now |= set(defects)

    def behave(self) -> None:
        """Show none any more."""
        with self._lock:
            self._now = frozenset()

    def __contains__(self, defect: Defect) -> bool:
        return defect in self._now
