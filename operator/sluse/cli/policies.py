"""`sluse policies`: sign the manifest of policies/ with one root key after the other, and verify it from any clone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.catalog.files import POLICIES
from sluse.cli import lang
from sluse.cli.confirming import confirmed
from sluse.words.said import say

if TYPE_CHECKING:
    from sluse.catalog.policies import PolicyReading

_REPOSITORY = click.option(
    "--repository", type=click.Path(path_type=Path), default=Path(), help="A clone; else this folder."
)
_ROOTS = click.option(
    "--roots", type=click.Path(path_type=Path), help="JSON file with threshold and keys of the roots."
)

_DATA = (".yaml", ".yml", ".json")


@click.group()
def command() -> None:
    """Sign policies/, and verify what was signed."""


@command.command()
@click.option(
    "--key", required=True, type=click.Path(path_type=Path), help="Root key, or its .pub file with ssh-agent."
)
@_ROOTS
@click.option("--yes", is_flag=True, flag_value=True, help="Do not ask.")
@click.option("--commit", is_flag=True, flag_value=True, help="Commit exactly what was written.")
@_REPOSITORY
@lang.option
def sign(key: Path, roots: Path | None, repository: Path, *, yes: bool, commit: bool) -> int:
    """Sign the files of policies/ as they are, as one root.

    The first root makes the next version of the manifest; the others, one after the other, add their signatures to it
    as long as no file changes. With --roots a key that is none of them is refused.

    Exit codes: 0 signed, 1 not confirmed, 2 it could not be signed.
    """
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.sealing import draft
    from sluse.signing.key_file import load
    from sluse.signing.ssh_keygen import sign as with_ssh_keygen
    from sluse.wiring.roots import pinned

    words = lang.words()
    checkout = Checkout(repository, POLICIES)
    signer = load(key)
    drafted = draft(_reading(checkout.root), signer.public, pinned(roots) if roots else None)
    version = drafted.manifest.version
    number = len(drafted.manifest.files)
    click.echo(words(say("version {version} of policies/, {number} files", version=version, number=number)), err=True)
    for line in (*drafted.changes, *(say("signed by {key}", key=each.key_id) for each in drafted.signers)):
        click.echo(f"  {words(line)}", err=True)
    click.echo(f"SHA-256 {drafted.digest}\n{words(say('key {key}', key=signer.public.key_id))}", err=True)
    if not yes and not confirmed(say("Sign this?")):
        return 1
    files = drafted.sealed(lambda message, namespace: with_ssh_keygen(signer, message, namespace))
    written = checkout.write(files, replacing=tuple(files))
    for path in written:
        click.echo(path)
    if commit:
        made = checkout.commit(written, f"Sign version {version} of policies/")
        click.echo(words(say("committed {commit}", commit=made)), err=True)
    return 0


@command.command(short_help="Tell whether policies/ counts.")
@_ROOTS
@click.option("--settings", type=click.Path(path_type=Path), help="Settings that pin the roots; else SLUSE_SETTINGS.")
@_REPOSITORY
@lang.option
def verify(roots: Path | None, settings: Path | None, repository: Path) -> int:
    """Tell whether policies/ counts: readable, whole, and signed by enough of the pinned roots. Works offline.

    The roots are never read from the repository: give them with --roots, or by the settings of an operator.

    Exit codes: 0 it counts, 1 it does not, 2 it could not be told.
    """
    from sluse.catalog.policies import contents
    from sluse.catalog.work_tree import WorkTree
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.policy import Untrusted, trusted
    from sluse.delivery.sealing import roots_that_signed
    from sluse.wiring.roots import pinned

    words, pins = lang.words(), pinned(roots, settings)
    root = Checkout(repository, POLICIES).root
    files = WorkTree(root, POLICIES)
    known = contents(files)
    for entry in files.entries():
        if entry.path not in known and _looks_read(entry.path):
            idle = say("{path} decides nothing: no file of that name is read", path=entry.path)
            click.echo(words(idle), err=True)
    found = trusted(known, pins)
    if isinstance(found, Untrusted):
        for reason in found.reasons:
            click.echo(words(reason))
        click.echo(words(say("policies/ does not count")), err=True)
        return 1
    for line in roots_that_signed(_reading(root), pins):
        click.echo(words(say("signed by {key}", key=line)))
    click.echo(words(say("version {version}, SHA-256 {digest}", version=found.version, digest=found.digest)))
    click.echo(
        words(say("policies/ counts: {least} of {all} roots are asked for", least=pins.threshold, all=len(pins.keys))),
        err=True,
    )
    if found.demo_keys:
        click.echo(words(say("These roots let demo keys count: for a sandbox only.")), err=True)
    return 0


def _reading(root: Path) -> PolicyReading:
    from sluse.catalog.policies import contents, read
    from sluse.catalog.work_tree import WorkTree

    return read(contents(WorkTree(root, POLICIES)))


def _looks_read(path: str) -> bool:
    """Say whether somebody may have meant a file to be read: the rules' code in its own folder is none of them."""
    return path.endswith(_DATA) and path.rpartition("/")[0] in {POLICIES, f"{POLICIES}/history"}
