"""Record what an operator of this version leaves in production, once for each release: `python tests/golden/record_world.py`."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).parent / "worlds"
sys.path.insert(0, str(Path(__file__).parents[1]))

from worlds.applicant import Applicant  # noqa: E402 - the tests' folder is no package
from worlds.documents import Supplier  # noqa: E402
from worlds.gated import Guarded, guarded, looked_at  # noqa: E402
from worlds.recorded import Recorded, record  # noqa: E402
from worlds.running import quiet  # noqa: E402

SERVICES = ("archive", "booking", "journal", "letters", "samples", "triage")


async def lived(world: Guarded) -> Recorded:
    """Let one supplier's services go live, and return what is left."""
    async with looked_at(world) as gated:
        supplier = Applicant(gated, Supplier("fjord", 7))
        with gated.operator() as operator:
            supplier.ordered_and_accepted(*SERVICES)
            gated.later(hours=1)  # so many statements, a minute each, end later than now
            await gated.merge()
            for name in SERVICES:
                await gated.stage("fjord", "Configured", name)
            gated.later(days=31)
            await gated.ask_for_sync()
            for name in SERVICES:
                await gated.stage("fjord", "Live", name)
            commit = gated.main.commit(dict(world.merged), onto=None)  # one commit, whose id depends on its files alone
            await gated.ask_for_sync()
            await gated.synced(commit)
            await quiet(operator)
        return record(gated)


if __name__ == "__main__":
    path = FOLDER / f"{version('sluse')}.json"
    if path.exists():
        sys.exit(f"{path.name} is recorded already: a released version is recorded once")
    with tempfile.TemporaryDirectory() as directory, guarded(Path(directory)) as begun:
        path.write_text(json.dumps(asyncio.run(lived(begun)), indent=1, sort_keys=True) + "\n", encoding="utf-8")
