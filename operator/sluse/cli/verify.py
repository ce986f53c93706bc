"""`sluse verify`: everything the operators published, judged again from any clone. No network, no cluster."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sluse.cli import lang
from sluse.cli.clone_options import OUTPUT, REPOSITORY, ROOTS, SETTINGS
from sluse.wiring.collection import without_collecting
from sluse.words.said import say


@click.command()
@click.option("-e", "--environment", type=click.Choice(["test", "production"]), help="This one only; else both.")
@click.option(
    "--trusted-head",
    "trusted_heads",
    metavar="SHA256",
    multiple=True,
    help="Digest of a head that you remember, or a commit; may be given again.",
)
@click.option(
    "--export", type=click.Path(path_type=Path), help="Write every signed statement for ssh-keygen into here."
)
@REPOSITORY
@ROOTS
@SETTINGS
@OUTPUT
@lang.option
def command(
    environment: str | None,
    trusted_heads: tuple[str, ...],
    export: Path | None,
    repository: Path,
    roots: Path | None,
    settings: Path | None,
    output: str,
) -> int:
    """Judge what the operators published on their status branches, from any clone, offline.

    Every commit is by the operator's key, follows the one before, and says in its pages what its ledger says. In
    production each step is judged again by the gate, with the commit that it names and at its moment; what the clone
    lacks is judged by HEAD, and that is said.

    A hash chain shows a rewriting only to whoever remembers a head: remember the one that is printed, and give it with
    --trusted-head next time. The roots are never read from the repository.

    Exit codes: 0 agreed, 1 something disagrees, 2 it could not be told.
    """
    words = lang.words()
    with without_collecting():  # of what is imported, too, nothing is garbage
        from sluse.delivery.verifying.told import told
        from sluse.delivery.verifying.verified import exit_code, verified
        from sluse.model.names import Environment
        from sluse.wiring.roots import pinned

        root = pinned(roots, settings) if roots is not None or settings is not None else None
        environments = [Environment(environment)] if environment else list(Environment)
        found = verified(repository, environments, root, [each.lower() for each in trusted_heads])
    if output == "json":
        click.echo(json.dumps([each.wire() for each in found], ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(line for each in found for line in told(each, words, pinned=root is not None)))
    if export is not None:
        from sluse.delivery.verifying.export import exported

        count = exported(repository, root, export)
        told_of = say(
            "{count} signatures are in {folder}; its README.md says how to verify them", count=count, folder=export
        )
        click.echo(words(told_of), err=True)
    return exit_code(found)
