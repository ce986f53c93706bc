"""`sluse preview`: what a pull request would do, for whoever writes it and whoever judges it. Offline, from any clone."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import lang
from sluse.cli.clone_options import AT, FETCH, REPOSITORY, ROOTS, SETTINGS
from sluse.wiring.collection import without_collecting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sluse.model.held import OrganisationLedger
    from sluse.model.names import Environment


@click.command()
@click.option("--base", help="Revision to compare with; else where this branch left the remote's main one.")
@click.option("--head", help="Revision to preview; else the working tree as it is.")
@AT
@REPOSITORY
@ROOTS
@SETTINGS
@FETCH
@click.option(
    "--output",
    type=click.Choice(["text", "markdown", "json"]),
    default="text",
    help="For people, for a pull request's comment, or for programs.",
)
@lang.option
def command(
    base: str | None,
    head: str | None,
    at: datetime,
    repository: Path,
    roots: Path | None,
    settings: Path | None,
    output: str,
    *,
    fetch: bool,
) -> int:
    """Show what a change does in test and in production, whom it reaches, and who must act.

    Of every integration concerned: what is created, changed, kept, retired or held, field by field; what the gate says
    before and after; who must do or decide what. Nothing is written anywhere, and no cluster is asked.

    Markdown begins with a hidden line that is always the same, by which a comment is found again and updated.
    SETTINGS are production's: what its registrar can do, and the roots. Without the roots policies/ counts as it is.

    Exit codes: 0 shown, 1 the files that it concerns have errors, 2 it could not be told.
    """
    from sluse.catalog.git.standing import StandingClone
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.previewing.of_clone import previewed
    from sluse.delivery.previewing.preview import Known
    from sluse.delivery.previewing.trees import compared
    from sluse.model.names import Environment
    from sluse.plan.preview import markdown, text, wire
    from sluse.wiring.roots import pinned
    from sluse.wiring.withholds import withholds

    words, root = lang.words(), Checkout(repository).root
    trusted = pinned(roots, settings) if roots is not None or settings is not None else None
    ledgers = _ledgers(repository, fetch=fetch)
    known = Known(
        at,
        ledgers[Environment.TEST],
        ledgers[Environment.PRODUCTION],
        withholds(settings) if settings is not None else None,
    )
    with StandingClone(root) as clone, without_collecting():
        found = previewed(compared(root, clone, base, head, trusted), known)
    match output:
        case "json":
            click.echo(json.dumps(wire.wire(found, words), ensure_ascii=False, indent=2))
        case "markdown":
            click.echo(markdown.markdown(found, words), nl=False)
        case _:
            click.echo("\n".join(text.lines(found, words)))
    return 1 if found.wrong else 0


def _ledgers(repository: Path, *, fetch: bool) -> Mapping[Environment, Mapping[str, OrganisationLedger] | None]:
    from sluse.ledger.branch.clone import Clone
    from sluse.model.names import Environment

    clone = Clone(repository)
    if fetch:
        clone.fetch()
    return {environment: clone.ledgers(environment) for environment in Environment}
