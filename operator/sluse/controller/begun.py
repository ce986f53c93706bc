"""What was begun and cut off at the end: it may still arrive, so the leadership is not given away at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Begun:
    """One process's work that writes. `cut` is for good: nobody knows what became of what was cut off."""

    cut: bool = False

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Do something that writes; where it is cancelled, that is remembered."""
        try:
            yield
        except asyncio.CancelledError:
            self.cut = True
            raise
