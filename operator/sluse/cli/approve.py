"""`sluse approve`: sign a decision, or as a maintainer terms and keys, over what the working tree says."""

from __future__ import annotations

from datetime import datetime

import click

from sluse.cli import deciding

_TYPES = ["acceptance", "plan", "organisation", "terms", "keys", "rollback", "acknowledgement"]


@click.command()
@click.argument("subject", metavar="INTEGRATION|ORGANISATION|FILE")
@click.option("--type", "kind", type=click.Choice(_TYPES), help="What is approved; else what comes next for this key.")
@click.option("--acceptance-test", default="", metavar="NAME", help="Which acceptance test; else the newest of it.")
@deciding.when("--not-before", help="Earliest use in production, with zone.")
@click.option("--client", default="", help="Which client's keys are vouched for.")
@click.option("--statement", default="", metavar="ID", help="Acceptance to go back to; else the one before.")
@click.option("--text", default="", help="What is acknowledged.")
@deciding.when("--expires", help="When the statement stops counting, with zone.")
@deciding.options
def command(  # noqa: PLR0913 - each is an option
    *,
    subject: str,
    kind: str | None,
    acceptance_test: str,
    not_before: datetime | None,
    client: str,
    statement: str,
    text: str,
    expires: datetime | None,
    how: deciding.How,
) -> int:
    """Sign an approval of what the working tree says.

    A reviewer approves an ORGANISATION (what it owns, whose keys speak for it), and of an INTEGRATION the plan, then an
    acceptance test. A maintainer accepts terms for an ORGANISATION, and vouches for the production keys of a client of
    an INTEGRATION. With the FILE of a decision, a second person signs it before it is merged.

    What will be signed is shown first. What the gate would not let count is refused, with the reason.

    Exit codes: 0 signed and written, 1 not confirmed, 2 it could not be done.
    """
    from sluse.delivery.deciding.asked import Asked
    from sluse.model.statement import StatementType

    asked = Asked(
        subject,
        StatementType(kind) if kind else None,
        acceptance_test=acceptance_test,
        not_before=deciding.moment(not_before),
        client=client,
        statement=statement,
        text=text,
        expires=deciding.moment(expires),
    )
    return deciding.carry_out(asked, how)
