"""`sluse explain`: one integration from every side (stage, digests, classes, differences, who must act next), or one rule or reason."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import lang
from sluse.cli.clone_options import AT, FETCH, OUTPUT, REPOSITORY, ROOTS, SETTINGS
from sluse.cli.gate import prepared
from sluse.errors import CatalogError
from sluse.words.said import say

if TYPE_CHECKING:
    from sluse.words.said import Translate

_AUTHORITY = "authority"
_LISTED = say("`sluse check`, `sluse gate` and `sluse status` print the names")


@click.command()
@click.argument("subject")
@AT
@REPOSITORY
@ROOTS
@SETTINGS
@FETCH
@OUTPUT
@lang.option
def command(
    subject: str,
    at: datetime,
    repository: Path,
    roots: Path | None,
    settings: Path | None,
    output: str,
    *,
    fetch: bool,
) -> None:
    """Explain an integration, a rule of `sluse check`, or a reason of the gate or of a status.

    Of an integration: what an acceptance binds of it, and how test, production, HEAD and the accepted differ.

    `authority` tells what is known of HelseID, with sources: what `policies/authority.yaml` of the clone says, else what is shipped.

    SUBJECT is a rule's name as `sluse check` prints it, a reason's as `sluse gate`, `sluse status` or `kubectl` do, or `<organisation>.<name>`;
    the name alone will do where only one has it. The working tree is judged as it is, offline; the stages are as published, where that is in the clone (see --fetch).

    Exit codes: 0 shown, 2 unknown, or it could not be told.
    """
    words = lang.words()
    if subject == _AUTHORITY:
        _known(repository, output, words)
        return
    if _rule(subject, output, words) or _reason(subject, output, words):
        return
    from sluse.delivery.explanation import Explanation
    from sluse.delivery.verdicts import verdicts

    near = _near(subject)
    if subject[:1].isupper():  # no name of a file begins so
        raise CatalogError(say("there is no rule and no reason {subject}", subject=subject), hint=near or _LISTED)

    try:
        survey, ledgers = prepared(repository, roots, settings, fetch=fetch)
    except CatalogError as error:
        if near is None:
            raise
        message = say(
            "{subject} is no rule and no reason, and for an integration: {message}",
            subject=subject,
            message=error.message,
        )
        raise CatalogError(message, hint=near) from None
    try:
        (verdict,) = verdicts(survey, at, ledgers, subject)
    except CatalogError as error:
        raise CatalogError(error.message, hint=error.hint or near) from None

    document = survey.share(verdict.key.organisation).document(verdict.key)
    explanation = Explanation(verdict, document, _stages(repository, str(verdict.key)))
    if output == "json":
        click.echo(json.dumps(explanation.wire(words), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(explanation.lines(words)))


def _known(repository: Path, output: str, words: Translate) -> None:
    """Print what is known of the authority where the command stands; outside of a clone, what is shipped."""
    from sluse.delivery.authority import known_at
    from sluse.delivery.checkout import clone_around
    from sluse.rules.known import lines, wire

    known = known_at(clone_around(repository) or repository)
    click.echo(
        json.dumps(wire(known, words), ensure_ascii=False, indent=2)
        if output == "json"
        else "\n".join(lines(known, words))
    )


def _rule(subject: str, output: str, words: Translate) -> bool:
    """Print the rule of that name; return whether there is one. An integration of the same name is found by its whole name."""
    from sluse.rules.page import facts, told
    from sluse.rules.table import BY_ID

    rule = BY_ID.get(subject)
    if rule is not None:
        click.echo(
            json.dumps(facts(rule, words), ensure_ascii=False, indent=2)
            if output == "json"
            else "\n".join(told(rule, words))
        )
    return rule is not None


def _reason(subject: str, output: str, words: Translate) -> bool:
    """Print the reason of that name; return whether there is one."""
    from sluse.delivery.reasons import explained
    from sluse.model.reasons.explained import lines

    found = explained(subject, words)
    if output == "json" and found:
        click.echo(json.dumps(found[0] if len(found) == 1 else found, ensure_ascii=False, indent=2))
    elif found:
        click.echo("\n\n".join("\n".join(lines(each, words)) for each in found))
    return bool(found)


def _near(subject: str) -> str | None:
    """Return the hint at the rule or reason that is written nearly so."""
    from sluse.delivery.reasons import NAMES
    from sluse.rules.near import nearest
    from sluse.rules.table import BY_ID

    near = nearest(subject, (*BY_ID, *NAMES))
    return None if near is None else say("did you mean {near}?", near=near)


def _stages(repository: Path, integration: str) -> dict[str, str]:
    """Return the rung in each environment that publishes one."""
    from sluse.errors import LedgerError
    from sluse.ledger.branch.clone import Clone
    from sluse.ledger.stages import both_names
    from sluse.model.names import Environment

    try:
        clone = Clone(repository)
    except LedgerError:
        return {}
    pages = {environment: clone.pages(environment) or {} for environment in Environment}
    return {each.value: both_names(found[integration].stage) for each, found in pages.items() if integration in found}
