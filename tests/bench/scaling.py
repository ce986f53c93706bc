"""The same at 250, 500, 1,000 and 2,000: what grows faster than the number of integrations shows in its row."""

from __future__ import annotations

from collections.abc import Iterator

import converge
import fresh
from figures import Figure, Sample, once, progress
from standing import standing

_EACH = 5
_CHANGES = 3
_SIZES = (250, 500, 1000, 2000)


def measure() -> Iterator[Figure]:
    for size in _SIZES:
        progress(f"{size} clients")
        with standing(size // _EACH, _EACH) as place:
            took = fresh.filled(place)
            filled = place.cpu()
            changed = Sample(tuple(converge.changes(place, _CHANGES)))
            each = (place.cpu() - filled) / _CHANGES
            now, _ = place.resident()
        yield Figure(
            f"{size} clients from nothing", once(took), note=f"{1000 * filled / size:.1f} ms of processor each"
        )
        yield Figure(f"a merged change, {size} present", changed, note=f"{1000 * each:.0f} ms of processor each")
        yield Figure(f"memory, {size} present", once(now), "MiB")
