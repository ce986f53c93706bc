"""`sluse acceptance`: the acceptance test, carried out for real, and the record that carries it into git."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import clock, lang
from sluse.cli.reaching import CA, RESOLVE
from sluse.words.said import say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sluse.acceptance.case import Looked
    from sluse.words.said import Translate

_REPOSITORY = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path)


class _Named(click.ParamType[tuple[str, Path]]):
    """NAME=FILE."""

    name = "name=file"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, Path]:
        name, equals, file = value.partition("=")
        if not name or not equals or not file:
            self.fail(f"{value!r} is not NAME=FILE", param, ctx)
        return name, Path(file)


@click.group()
def command() -> None:
    """Carry out an acceptance test."""


@command.command(short_help="Test INTEGRATION in the test environment, and write the signed record of it.")
@click.argument("integration")
@click.option(
    "--key", "keys", type=_Named(), multiple=True, metavar="CLIENT=FILE", help="Private key of a client, as a JWK."
)
@click.option(
    "--user", "users", type=_Named(), multiple=True, metavar="ALIAS=FILE", help="Login of a test user, as JSON."
)
@click.option("--through", default="", metavar="CLIENT", help="Client to test an identity provider through.")
@click.option("--sign", "sign", type=_FILE, required=True, metavar="KEY", help="SSH key that signs the record.")
@click.option("--name", default="", help="Name of the record; else from the integration's name and the time.")
@click.option("--commit", is_flag=True, help="Commit the record.")
@click.option("--keep-failed", type=_FILE, metavar="FOLDER", help="Where to keep the evidence of a run that failed.")
@click.option("--repository", type=_REPOSITORY, default=Path(), help="A clone of the integrations; else this folder.")
@click.option("--offline", is_flag=True, help="Do not fetch what the operator published; use what was fetched last.")
@CA
@RESOLVE
@lang.option
def run(  # noqa: PLR0913 - each is an option
    *,
    integration: str,
    keys: tuple[tuple[str, Path], ...],
    users: tuple[tuple[str, Path], ...],
    through: str,
    sign: Path,
    name: str,
    commit: bool,
    keep_failed: Path | None,
    repository: Path,
    offline: bool,
    ca: Path | None,
    resolve: tuple[tuple[str, tuple[str, int]], ...],
) -> int:
    """Test INTEGRATION in the test environment, and write the signed record of it.

    INTEGRATION is `<organisation>.<name>`. Every client of a service is tested with its private key, which stays where
    it is; an identity provider is tested by NHN, through a client of its own, with every test user. Nothing is written
    unless all cases pass. Private addresses are never asked, unless --resolve says so.

    Exit codes: 0 passed and written, 1 a case failed, 2 it could not be done.
    """
    import asyncio

    from sluse.acceptance import submission, trial
    from sluse.acceptance.reach import trusting
    from sluse.catalog.files import INTEGRATIONS
    from sluse.delivery import acceptance_run
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.record_commit import commit_files
    from sluse.ledger.branch.clone import Clone
    from sluse.model.names import Environment

    words, signer = lang.words(), _Signer(sign)
    clone = Clone(repository)
    if not offline:
        clone.fetch()
    asked = acceptance_run.Asked(integration, dict(keys), dict(users), through)
    root = Checkout(repository).root
    prepared = acceptance_run.prepare(root, clone.pages(Environment.TEST) or {}, asked)
    key, folder = prepared.document.key, root / INTEGRATIONS
    name = submission.require_new(folder, key, name, clock.now())
    reach = trusting(ca, dict(resolve))
    carried, evidence = asyncio.run(
        acceptance_run.carry_out(prepared, reach, clock.now, lambda part, looked: _tell(part, looked, words))
    )
    if not trial.passed(evidence):
        return _failed(keep_failed, submission.evidence_files(evidence), words)
    submitted = submission.submit(
        carried, evidence, name=name, repository=prepared.repository, issued_at=clock.now(), signer=signer
    )
    written = submission.write(folder, submitted)
    if commit:
        commit_files(root, written, f"Submit the acceptance test {name} of {key}")
    _say_written(written, carried.not_covered, words)
    return 0


class _Signer:
    """A key file, or a key of ssh-agent."""

    def __init__(self, file: Path) -> None:
        from sluse.signing import key_file

        self._file = key_file.load(file)
        self.key_id = self._file.public.key_id

    def sign(self, message: bytes, namespace: str) -> str:
        from sluse.signing import ssh_keygen

        return ssh_keygen.sign(self._file, message, namespace)


def _tell(part: str, looked: Looked, words: Translate) -> None:
    result = looked.result
    mark = words(say("passed") if result.passed else say("FAILED"))
    click.echo(f"{mark}  {part}  {result.case}: {words(looked.seen)}", err=True)
    if not result.passed:
        click.echo(f"        {words(say('expected: {what}', what=looked.expected))}", err=True)


def _failed(folder: Path | None, files: dict[str, bytes], words: Translate) -> int:
    from sluse.acceptance.submission import write_folder

    if folder is None:
        click.echo(words(say("not passed: nothing is written")), err=True)
        click.echo(f"\n{words(say('hint:'))} {words(say('keep the evidence with --keep-failed FOLDER'))}", err=True)
    else:
        write_folder(folder, files)
        told = say("not passed: the evidence is in {folder}, and no record is written", folder=folder)
        click.echo(words(told), err=True)
    return 1


def _say_written(written: Sequence[Path], not_covered: Sequence[str], words: Translate) -> None:
    for line in not_covered:
        click.echo(words(say("not covered: {each}", each=line)), err=True)
    for path in written:
        click.echo(str(path))
