"""`sluse schema`: what editors, clusters and forges need to know about our kinds, on stdout."""

from __future__ import annotations

import json
from pathlib import Path

import click

from sluse.cli import lang
from sluse.desired.crds import crds
from sluse.desired.schema import AUTHORED, schema
from sluse.words.said import say

_CODEOWNERS = "codeowners"


@click.command("schema", epilog=f"KIND is one of {', '.join(AUTHORED)}, or {_CODEOWNERS}.")
@click.argument("kind", required=False, metavar="[KIND]", type=click.Choice([*AUTHORED, _CODEOWNERS]))
@click.option(
    "--crds", "as_crds", is_flag=True, help="The CustomResourceDefinitions instead, as a List for kubectl apply -f -."
)
@click.option("--owner", default="@nhn/{organisation}", show_default=True, help="codeowners: an organisation's team.")
@click.option("--reviewers", default="@nhn/helseid", show_default=True, help="codeowners: NHN's reviewers.")
@click.option("--roots", default="@nhn/roots", show_default=True, help="codeowners: who signs policies/.")
@click.option("--repository", type=click.Path(path_type=Path), default=Path(), help="codeowners: a clone; else here.")
@lang.option
def command(kind: str | None, owner: str, reviewers: str, roots: str, repository: Path, *, as_crds: bool) -> None:
    """Print the JSON Schema of KIND, or of every authored kind; or a forge's CODEOWNERS of the organisations.

    Editors find it through the first line of a file: `# yaml-language-server: $schema=../schema.json`.
    """
    if kind and as_crds:
        raise click.UsageError(say("--crds prints all of them; leave KIND out"))
    if kind == _CODEOWNERS:
        from sluse.delivery.checkout import Checkout
        from sluse.desired.codeowners import codeowners

        folder = Checkout(repository).root / "integrations"
        slugs = [file.parent.name for file in folder.glob("*/organisation.yaml")]
        click.echo(codeowners(slugs, owner=owner, reviewers=reviewers, roots=roots), nl=False)
        return
    printed = (
        {"apiVersion": "v1", "kind": "List", "items": list(crds())} if as_crds else schema(kind, words=lang.words())
    )
    click.echo(json.dumps(printed, indent=2, ensure_ascii=False))
