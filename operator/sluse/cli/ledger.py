"""`sluse ledger`: begin the memory of an environment. Once per installation, by the platform's people."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from sluse.cli import lang
from sluse.words.said import say

_MEANING = (
    say("note: an operator whose cluster has its ledgers publishes them here."),
    say(
        "One that has none now holds nothing, and registers everything at the authority: where it registered before, that means every client twice. See operator/RECOVERY.md."
    ),
    say(
        "Start it within 24 h; one that is first started later asks for that head in ledger.trustedHead of its settings."
    ),
)


@click.group()
def command() -> None:
    """Begin a ledger, the operators' memory of what was done."""


@command.command()
@click.option("-e", "--environment", required=True, type=click.Choice(["test", "production"]))
@click.option("--settings", type=click.Path(path_type=Path), help="Settings file; else the variable SLUSE_SETTINGS.")
@lang.option
def init(environment: str, settings: Path | None) -> None:
    """Push the signed genesis of an environment's status branch.

    An operator that finds neither this nor its own objects in the cluster writes nothing: an empty memory on a live
    authority would register everything a second time. So run it in a new installation, and never to silence an
    operator that says LedgerMissing. Running it twice changes nothing. The operator has to be started within 24 h: later a
    person has to confirm the head that is printed here (ledger.trustedHead in the settings).
    """
    from sluse.errors import SettingsError
    from sluse.wiring.clock import utc_now
    from sluse.wiring.parts import status_branch
    from sluse.wiring.settings import load

    loaded = load(settings)
    if loaded.environment.value != environment:
        raise SettingsError(
            say("these settings are for {theirs}, not for {asked}", theirs=loaded.environment.value, asked=environment),
            hint=say("give the other settings file, or the other -e"),
        )
    words, branch = lang.words(), loaded.environment.status_branch
    status = status_branch(loaded)
    commit = asyncio.run(status.genesis(loaded.repository_id, utc_now()))
    if commit is None:
        there = say("{branch} was begun already for {id}; nothing is changed", branch=branch, id=loaded.repository_id)
        click.echo(words(there), err=True)
    else:
        click.echo(
            words(say("{branch} begins with {commit}, head {head}", branch=branch, commit=commit, head=status.head))
        )
        click.echo("\n".join(("", *map(words, _MEANING))), err=True)
