"""`sluse reject`: sign that something is not approved, with findings; or withdraw a statement that was made."""

from __future__ import annotations

import click

from sluse.cli import deciding
from sluse.words.said import say

_TYPES = ["acceptance", "plan", "organisation", "terms", "keys"]


@click.command()
@click.argument("subject", metavar="INTEGRATION|ORGANISATION")
@click.option("--finding", "findings", multiple=True, required=True, help="What was found; give it for each.")
@click.option("--type", "kind", type=click.Choice(_TYPES), help="What is rejected; else its acceptance test, or plan.")
@click.option("--acceptance-test", default="", metavar="NAME", help="Which acceptance test; else the newest of it.")
@click.option("--client", default="", help="Which client's keys.")
@click.option("--revokes", default="", metavar="ID", help="Withdraw this statement: from now on it does not count.")
@deciding.options
def command(
    subject: str,
    findings: tuple[str, ...],
    kind: str | None,
    acceptance_test: str,
    client: str,
    revokes: str,
    *,
    how: deciding.How,
) -> int:
    """Sign a rejection of what the working tree says, with what was found.

    With --revokes a statement that was made before stops counting: new moves stop, a running service goes on. That
    also ends a suspension.

    Exit codes: 0 signed and written, 1 not confirmed, 2 it could not be done.
    """
    from sluse.delivery.deciding.asked import Asked
    from sluse.model.statement import StatementType, Verdict

    if revokes and kind:
        raise click.UsageError(say("--revokes withdraws a statement, whatever its type; leave --type out"))
    asked = Asked(
        subject,
        StatementType.REVOCATION if revokes else StatementType(kind) if kind else None,
        verdict=Verdict.APPROVED if revokes else Verdict.REJECTED,
        findings=findings,
        acceptance_test=acceptance_test,
        client=client,
        statement=revokes,
    )
    return deciding.carry_out(asked, how)
