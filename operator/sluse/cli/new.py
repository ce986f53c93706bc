"""`sluse new`: the order form. Asks, judges each answer as it is given, and writes files, a key pair and a branch."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import lang
from sluse.words.said import say

if TYPE_CHECKING:
    from sluse.delivery.checkout import Checkout
    from sluse.model.problem import Problem
    from sluse.order.interview import Interview
    from sluse.order.question import Question
    from sluse.words.said import Translate

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("kind", type=click.Choice(["service", "identity-provider"]), default="service")
@click.option(
    "--from", "filled_in", type=_PATH, metavar="FILE", help="YAML or JSON with answers by the question's name."
)
@click.option("--questions", is_flag=True, flag_value=True, help="Print the form to fill in, and ask nothing.")
@click.option("--private-keys", type=_PATH, help="Folder for private keys, outside of every repository.")
@click.option("--repository", type=_PATH, default=Path(), help="A clone; else this folder.")
@click.option("--no-branch", is_flag=True, flag_value=True, help="Write the files only: no branch, no commit.")
@click.option("--yes", is_flag=True, flag_value=True, help="Write without asking.")
@lang.option
def command(
    kind: str,
    *,
    filled_in: Path | None,
    questions: bool,
    private_keys: Path | None,
    repository: Path,
    no_branch: bool,
    yes: bool,
) -> int:
    """Order an integration: answer the questions of the order form, and get the files that a pull request needs.

    Each answer is judged as it is given, by the rules of `sluse check`. What can be derived is not asked. A client's
    key pair for test is made; its private half is written outside of the repository, for you alone.

    Exit codes: 0 written, 1 an answer is wrong or missing, or it was not confirmed, 2 it could not be done.
    """
    from sluse.catalog import policies
    from sluse.delivery.checkout import Checkout
    from sluse.order.answers import blank, read
    from sluse.order.draft import Desk
    from sluse.order.form import FORMS
    from sluse.order.interview import Interview

    words = lang.words()
    if questions:
        click.echo(blank(FORMS[kind], words), nl=False)
        return 0
    checkout = Checkout(repository)
    policy = policies.read(policies.contents_in(checkout.root))
    interview = Interview(FORMS[kind], Desk(checkout.root, policy.models))
    given = read(filled_in, FORMS[kind]) if filled_in is not None else {}
    if not _asked(interview, given, words):
        return 1
    folder = private_keys or Path(click.get_app_dir("sluse"), "keys")
    return _written(interview, checkout, folder, branch=not no_branch, yes=yes, words=words)


def _asked(interview: Interview, given: dict[str, str], words: Translate) -> bool:
    """Go through the form; return whether every question has an answer. Only on a terminal is anybody asked."""
    from sluse.model.problem import Severity

    interactive, whole = sys.stdin.isatty(), True
    while (question := interview.next) is not None:
        text = given.pop(question.id, "") or (
            _ask(interview, question, words) if interactive else _suggested(interview, question)
        )
        found = interview.answer(question, text)
        _tell(found, words)
        if not interactive and any(problem.severity is Severity.ERROR for problem in found):
            whole = False
            interview.answers[question.id] = None
    return whole


def _ask(interview: Interview, question: Question, words: Translate) -> str:
    default = _suggested(interview, question)
    if question.choices:
        click.echo(f"  {', '.join(question.choices)}", err=True)
    ending = say("may be left out") if question.optional else say("several: space between") if question.many else ""
    asks = f"{words(question.asks)} ({words(ending)})" if ending else words(question.asks)
    return str(click.prompt(asks, default=default, show_default=bool(default), err=True))


def _suggested(interview: Interview, question: Question) -> str:
    suggested = interview.suggestion(question)
    return suggested if isinstance(suggested, str) else " ".join(suggested)


def _tell(found: list[Problem], words: Translate) -> None:
    from sluse.rules.printing import HINT, SEVERITIES

    for problem in found:
        click.echo(f"  {words(SEVERITIES[problem.severity])} {problem.rule}: {words(problem.message)}", err=True)
        if problem.hint:
            click.echo(f"  {words(HINT)} {words(problem.hint)}", err=True)


def _written(
    interview: Interview, checkout: Checkout, folder: Path, *, branch: bool, yes: bool, words: Translate
) -> int:
    """Judge the whole once more, ask, and write."""
    from sluse.delivery.ordering import place, private_key_file
    from sluse.model.tree import errors
    from sluse.rules.printing import as_text

    files, pair = interview.files()
    private = private_key_file(interview, checkout, folder)
    wrong = interview.desk.problems(files)
    for problem in wrong:
        click.echo(as_text(problem, words=words), err=True)
    if errors(wrong):
        return 1
    name = interview.draft.name
    click.echo(
        words(say("On a new branch, {name}:", name=name) if branch else say("Without a branch, {name}:", name=name)),
        err=True,
    )
    for path in files:
        click.echo(f"  {path}", err=True)
    if private is not None:
        click.echo(f"  {words(say('{path} (the private key: keep it)', path=private))}", err=True)
    if not yes and not click.confirm(words(say("Write these?")), default=True, err=True):
        return 1
    kept = (pair, private) if pair is not None and private is not None else None
    for path in place(checkout, name, files, kept, branch=branch):
        click.echo(path)
    if branch:
        click.echo(words(say("Next: git push -u origin order/{name}, and open a pull request", name=name)), err=True)
    return 0
