"""`sluse new`: the order form. Asks, judges each answer as it is given, and writes files, a key pair and a branch."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import asking, lang
from sluse.cli.confirming import confirmed, somebody_is_there
from sluse.errors import SluseError
from sluse.words.said import say

if TYPE_CHECKING:
    from sluse.delivery.base import Base
    from sluse.delivery.checkout import Checkout
    from sluse.order.interview import Interview
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

    The new branch begins where the remote's main branch was when it was fetched last, else at HEAD. `<` goes back one
    question; Ctrl-C keeps the answers so far in a file for --from.

    Exit codes: 0 written, 1 an answer is wrong or missing, or it was not confirmed, 2 it could not be done.
    """
    from sluse.catalog import policies
    from sluse.delivery.base import begins_at, tree_of
    from sluse.delivery.checkout import Checkout
    from sluse.order.answers import blank, read
    from sluse.order.draft import Desk
    from sluse.order.form import FORMS
    from sluse.order.interview import Interview

    words = lang.words()
    if questions:
        click.echo(blank(FORMS[kind], words), nl=False)
        return 0
    interactive = somebody_is_there()
    if filled_in is None and not interactive:
        raise SluseError(
            say("there is no terminal to ask the questions on"),
            hint=say("fill in what sluse new --questions prints, and pass --from FILE and --yes"),
        )
    checkout = Checkout(repository)
    base = None if no_branch else begins_at(checkout)
    given = read(filled_in, FORMS[kind]) if filled_in is not None else None
    with asking.interrupted_once(), tree_of(checkout, base) as root:
        interview = Interview(FORMS[kind], Desk(root, policies.read(policies.contents_in(root)).models))
        try:
            if not asking.asked(interview, given, words, interactive=interactive):
                return 1
            folder = private_keys or Path(click.get_app_dir("sluse"), "keys")
            code = _written(interview, checkout, folder, branch=not no_branch, base=base, yes=yes, words=words)
        except (click.Abort, KeyboardInterrupt, SluseError):
            if interactive:
                asking.keep(interview, given, checkout, kind, words)
            raise
        if code and interactive:
            asking.keep(interview, given, checkout, kind, words)
        return code


def _written(
    interview: Interview,
    checkout: Checkout,
    folder: Path,
    *,
    branch: bool,
    base: Base | None,
    yes: bool,
    words: Translate,
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
    new = say(
        "On a new branch order/{name}, which begins at {base}:", name=name, base=base.told if base else say("HEAD")
    )
    click.echo(words(new if branch else say("Without a branch, {name}:", name=name)), err=True)
    for path in files:
        click.echo(f"  {path}", err=True)
    if private is not None:
        click.echo(f"  {words(say('{path} (the private key: keep it)', path=private))}", err=True)
    if not yes and not confirmed(say("Write these?"), default=True):
        return 1
    kept = (pair, private) if pair is not None and private is not None else None
    for path in place(checkout, name, files, kept, branch=branch, base=base):
        click.echo(path)
    if branch:
        click.echo(words(say("Next: git push -u origin order/{name}, and open a pull request", name=name)), err=True)
    return 0
