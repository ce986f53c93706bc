"""`sluse retire`: sign the end of an integration in production."""

from __future__ import annotations

import click

from sluse.cli import deciding


@click.command()
@click.argument("integration")
@click.option(
    "--delete-after-days", type=click.IntRange(0, 3650), default=30, show_default=True, help="Days it stays disabled."
)
@deciding.options
def command(
    integration: str,
    delete_after_days: int,
    *,
    how: deciding.How,
) -> int:
    """Sign the end of INTEGRATION in production.

    It is disabled at once and deleted later: until then a revocation (`sluse reject --revokes`) brings it back. A deleted
    file alone ends it in test only.

    Exit codes: 0 signed and written, 1 not confirmed, 2 it could not be done.
    """
    from sluse.delivery.deciding.asked import Asked
    from sluse.model.statement import StatementType

    asked = Asked(
        integration,
        StatementType.RETIREMENT,
        delete_after_days=delete_after_days,
    )
    return deciding.carry_out(asked, how)
