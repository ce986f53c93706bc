"""The moment by which a command judges and signs. No option gives it: time decides what production may do.

The real one, unless the command line was entered with another as click's `obj`; only the demo does, whose sandbox has
a clock of its own.
"""

from __future__ import annotations

from datetime import datetime

import click


def now() -> datetime:
    """Return the present moment, in UTC."""
    from sluse.wiring.clock import utc_now

    given = click.get_current_context().find_root().obj
    moment: datetime = given() if callable(given) else utc_now()
    return moment
