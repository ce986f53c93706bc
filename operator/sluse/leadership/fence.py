"""The fence: the last look before anything is sent.

A leader may write until a moment of its own clock, which every renewal of the Lease moves on. Whoever sends asks
the fence right before the first byte leaves, not when the work begins: a process may stand still in between (a stopped
container, a paused machine), and somebody else leads when it wakes. The clock is monotonic and must go on while the
machine sleeps, or the fence would sleep with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from sluse.errors import NotLeading

Fence = Callable[[], None]
"""Returns where a write may be sent now; raises NotLeading where not."""


def unfenced() -> None:
    """Let everything through: for who writes at a person's command, beside no other."""


class Deadline:
    """The fence of one process: closed until it leads. May be asked from any thread."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` gives seconds since any moment, and never goes back."""
        self._clock = clock
        self._until = -math.inf

    def __call__(self) -> None:
        if not self.open:
            raise NotLeading("this process does not lead (any more), so nothing is written")

    @property
    def open(self) -> bool:
        """Whether a write may be sent now."""
        return self._clock() < self._until

    @property
    def until(self) -> float:
        """The moment of the clock from which nothing may be sent any more."""
        return self._until

    def move(self, until: float) -> None:
        """Stay open until a moment of the clock."""
        self._until = until

    def close(self) -> None:
        """Let nothing through any more."""
        self._until = -math.inf


def ever_open() -> Deadline:
    """Return a fence for who writes beside no other."""
    fence = Deadline(lambda: 0.0)
    fence.move(math.inf)
    return fence
