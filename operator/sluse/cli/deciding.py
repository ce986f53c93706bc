"""What the commands that sign a statement share: their options, and the way from what is asked to files."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sluse.cli import clock, lang
from sluse.cli.confirming import confirmed
from sluse.words.said import say

if TYPE_CHECKING:
    from sluse.delivery.deciding.asked import Asked

NOT_CONFIRMED = 1
_PATH = click.Path(path_type=Path)
_WHEN = click.DateTime(["%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z"])


def when(*names: str, help: str) -> Callable[[Callable[..., int]], Callable[..., int]]:  # noqa: A002 - click's word
    """Return an option that takes a moment with its zone, as 2027-02-01T08:00+01:00."""
    return click.option(*names, type=_WHEN, metavar="MOMENT", help=help)


@dataclass(frozen=True)
class How:
    """How a statement is signed and written: what the options that all have say."""

    key: Path
    repository: Path
    yes: bool
    commit: bool


def options(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the options that all of them have, as its argument `how`."""

    @functools.wraps(command)
    def with_how(*, key: Path, repository: Path, yes: bool, commit: bool, **given: Any) -> int:
        return command(how=How(key, repository, yes, commit), **given)

    wrapped: Callable[..., int] = with_how
    for option in (
        lang.option,
        click.option("--repository", type=_PATH, default=Path(), help="A clone; else this folder."),
        click.option("--commit", is_flag=True, flag_value=True, help="Commit exactly what was written."),
        click.option("--yes", is_flag=True, flag_value=True, help="Do not ask."),
        click.option("--key", required=True, type=_PATH, help="SSH key, or its .pub file with ssh-agent."),
    ):
        wrapped = option(wrapped)
    return wrapped


def moment(value: datetime | None) -> datetime | None:
    """Return a moment to the second in UTC, as statements have it."""
    from datetime import UTC

    return None if value is None else value.astimezone(UTC).replace(microsecond=0)


def carry_out(asked: Asked, how: How) -> int:
    """Show what will be signed, ask, sign, write and say what was written. Returns the exit code.

    Where a decision's own file is named instead of a subject, it is signed once more.
    """
    import secrets

    from sluse.catalog.files import INTEGRATIONS
    from sluse.catalog.work_tree import WorkTree
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.deciding.countersign import Countersignature, countersignature
    from sluse.delivery.deciding.desk import desk
    from sluse.delivery.deciding.draft import Draft, draft, folder_of
    from sluse.signing.key_file import load
    from sluse.signing.ssh_keygen import sign

    checkout, signer = Checkout(how.repository), load(how.key)
    trees = WorkTree(checkout.root, INTEGRATIONS), WorkTree(checkout.root, "policies")
    at = desk(*trees, signer=signer.public, asked=asked, now=clock.now())
    ready: Draft | Countersignature
    later: tuple[str, ...] = ()
    if asked.subject.endswith(".yaml"):
        ready = countersignature(at, checkout.inside(Path(asked.subject)))
    else:
        ready = draft(at, secrets.token_urlsafe(16), checkout.names(folder_of(at.subject)))
        later = ready.later
    words = lang.words()
    for line in ready.words:
        click.echo(words(line), err=True)
    if at.is_demo:
        click.echo(words(say("This is a worthless demo key: it counts in a sandbox only.")), err=True)
    if not how.yes and not confirmed(say("Sign this?")):
        return NOT_CONFIRMED
    files = ready.signed(lambda message, namespace: sign(signer, message, namespace))
    written = checkout.write(files, replacing=ready.replacing)
    for path in written:
        click.echo(path)
    if ready.persons:
        more = say("{number} more must sign it: sluse approve {path} --key FILE", number=ready.persons, path=ready.path)
        click.echo(words(more), err=True)
    for line in later:
        click.echo(words(say("production still waits: {what}", what=line)), err=True)
    if how.commit:
        title = f"Sign {ready.statement.type} of {ready.statement.subject}"
        click.echo(words(say("committed {commit}", commit=checkout.commit(written, title))), err=True)
    return 0
