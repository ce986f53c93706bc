"""The options of every command that judges a clone: which one, by which roots, at which moment."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from sluse.cli import clock


def moment(ctx: click.Context, param: click.Parameter, value: str | None) -> datetime:  # noqa: ARG001 - click's signature
    """Return the moment that --at names, or now."""
    if value is None:
        return clock.now()
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise click.BadParameter("give date, time and offset, such as 2027-02-01T08:00+01:00")
    return found.astimezone(UTC)


REPOSITORY = click.option(
    "--repository", type=click.Path(path_type=Path), default=Path(), help="A clone; else this folder."
)
ROOTS = click.option("--roots", type=click.Path(path_type=Path), help="JSON file with threshold and keys of the roots.")
SETTINGS = click.option("--settings", type=click.Path(path_type=Path), help="Settings that pin the roots.")
AT = click.option("--at", callback=moment, help="The moment to judge, with its offset; else now.")
FETCH = click.option("--fetch", is_flag=True, flag_value=True, help="Fetch the published ledger first.")
OUTPUT = click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", help="For people or for programs."
)
