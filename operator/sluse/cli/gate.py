"""`sluse gate`: what production is entitled to, from any clone, offline; and the step to take, where a ledger is published."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import lang, table
from sluse.cli.clone_options import AT, FETCH, OUTPUT, REPOSITORY, ROOTS, SETTINGS
from sluse.words.said import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sluse.gate.survey import GateSurvey
    from sluse.model.held import OrganisationLedger


@click.command()
@click.argument("integration", required=False)
@click.option("-e", "--environment", type=click.Choice(["test", "production"]), default="production", show_default=True)
@AT
@REPOSITORY
@ROOTS
@SETTINGS
@FETCH
@OUTPUT
@lang.option
def command(
    integration: str | None,
    environment: str,
    at: datetime,
    repository: Path,
    roots: Path | None,
    settings: Path | None,
    output: str,
    *,
    fetch: bool,
) -> int:
    """Show what production is entitled to, and of what is not every reason and who must act.

    INTEGRATION is `<organisation>.<name>`; the name alone will do where only one has it. The working tree is judged as
    it is, offline. With the published ledger in the clone (see --fetch) also the step that the operator takes.

    The roots are never read from the repository: without --roots or --settings policies/ counts as it is.

    Exit codes: 0 shown, 1 the integration that was asked for is not entitled, 2 it could not be told.
    """
    from sluse.delivery.verdicts import HEADER, verdicts
    from sluse.gate.verdict import Entitled

    words = lang.words()
    if environment == "test":
        click.echo(words(say("test follows HEAD: nothing but `sluse check` stands before it")), err=True)
        return 0
    survey, ledgers = prepared(repository, roots, settings, fetch=fetch)
    found = verdicts(survey, at, ledgers, integration)
    if output == "json":
        click.echo(json.dumps([each.wire(words) for each in found], ensure_ascii=False, indent=2))
    elif integration is not None:
        click.echo("\n".join(line for each in found for line in each.details(words)))
    else:
        table.show([[words(each) for each in HEADER], *(each.row(words) for each in found)])
    return 1 if integration is not None and not isinstance(found[0].entitlement, Entitled) else 0


def prepared(
    repository: Path, roots: Path | None, settings: Path | None, *, fetch: bool
) -> tuple[GateSurvey, Mapping[str, OrganisationLedger] | None]:
    """Return the clone made ready for the gate, and production's published ledger; say on stderr what is not judged."""
    from sluse.catalog.policies import contents
    from sluse.catalog.reader import Reader
    from sluse.catalog.work_tree import WorkTree
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.policy import Untrusted, trusted
    from sluse.delivery.verdicts import surveyed, unverified
    from sluse.errors import CatalogError
    from sluse.wiring.roots import pinned
    from sluse.words.said import several

    words, root = lang.words(), Checkout(repository).root
    files = contents(WorkTree(root, "policies"))
    if roots is None and settings is None:
        policy = unverified(files)
        told = say("policies/ is taken as it is: no roots are pinned (--roots, --settings)")
        click.echo(words(told), err=True)
    else:
        policy = trusted(files, pinned(roots, settings))
    if isinstance(policy, Untrusted):
        raise CatalogError(say("policies/ does not count: {reasons}", reasons=several(policy.reasons)))
    ledgers = _ledgers(repository, fetch=fetch)
    if ledgers is None:
        told = say("no ledger of production is here: when a statement was first seen is not judged")
        click.echo(words(told), err=True)
    tree = Reader().tree(WorkTree(root, "integrations"), "integrations")
    return surveyed(tree, policy, ledgers), ledgers


def _ledgers(repository: Path, *, fetch: bool) -> Mapping[str, OrganisationLedger] | None:
    from sluse.errors import LedgerError
    from sluse.ledger.branch.clone import Clone
    from sluse.model.names import Environment

    try:
        clone = Clone(repository)
    except LedgerError:
        if fetch:
            raise
        return None
    if fetch:
        clone.fetch()
    return clone.ledgers(Environment.PRODUCTION)
