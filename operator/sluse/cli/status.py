"""`sluse status`: what the operators published, read from any clone. No cluster, no server, no login but git's."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sluse.cli import lang, table
from sluse.words.said import say


@click.command()
@click.argument("integration", required=False)
@click.option(
    "--repository",
    type=click.Path(path_type=Path),
    default=Path(),
    help="A clone of the integrations; else this folder.",
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="For people or for programs.")
@click.option("--offline", is_flag=True, help="Do not fetch; show what was fetched last.")
@lang.option
def command(integration: str | None, repository: Path, output: str, *, offline: bool) -> None:
    """Show the stage, the client ids and who is waited for, of all integrations or of one.

    INTEGRATION is `<organisation>.<name>`; the name alone will do where only one has it.

    Exit codes: 0 shown, 2 unknown, nothing published, or not reachable.
    """
    from sluse.errors import LedgerError
    from sluse.ledger.branch.clone import Clone
    from sluse.ledger.overview import Overview
    from sluse.model.names import Environment

    clone = Clone(repository)
    if not offline:
        clone.fetch()
    published = {environment: clone.pages(environment) for environment in Environment}
    if all(pages is None for pages in published.values()):
        raise LedgerError(
            say("no operator has published anything to this repository's remote"),
            hint=say("an installation begins with: sluse ledger init -e test"),
        )
    overview = Overview({environment: pages or {} for environment, pages in published.items()})
    if integration is not None:
        overview = overview.only(integration)
    if output == "json":
        click.echo(json.dumps(overview.wire(), ensure_ascii=False, indent=2))
    elif integration is not None:
        click.echo("\n".join(overview.details(lang.words())))
    else:
        table.show(overview.rows(lang.words()))
