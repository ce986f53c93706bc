"""`sluse suspend`: the signed emergency brake."""

from __future__ import annotations

from datetime import datetime

import click

from sluse.cli import deciding


@click.command()
@click.argument("integration")
@click.option("--reason", required=True, help="Why, in a sentence.")
@deciding.when("--until", help="When it ends by itself, with zone.")
@deciding.options
def command(
    integration: str,
    reason: str,
    until: datetime | None,
    *,
    how: deciding.How,
) -> int:
    """Sign that INTEGRATION is out of use in production at once. Nothing is deleted.

    Whoever is on duty at NHN may do so alone for 24 hours; beyond that a second person signs another one. A maintainer
    may suspend what is their own. It ends at --until, or by a revocation: `sluse reject --revokes`.

    Exit codes: 0 signed and written, 1 not confirmed, 2 it could not be done.
    """
    from sluse.delivery.deciding.asked import Asked
    from sluse.model.statement import StatementType

    asked = Asked(
        integration,
        StatementType.SUSPENSION,
        text=reason,
        expires=deciding.moment(until),
    )
    return deciding.carry_out(asked, how)
