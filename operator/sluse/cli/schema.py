"""`sluse schema`: what editors and clusters need to know about our kinds, on stdout."""

from __future__ import annotations

import json

import click

from sluse.desired.crds import crds
from sluse.desired.schema import AUTHORED, schema


@click.command("schema", epilog=f"KIND is one of {', '.join(AUTHORED)}.")
@click.argument("kind", required=False, metavar="[KIND]", type=click.Choice(list(AUTHORED)))
@click.option(
    "--crds", "as_crds", is_flag=True, help="The CustomResourceDefinitions instead, as a List for kubectl apply -f -."
)
def command(kind: str | None, *, as_crds: bool) -> None:
    """Print the JSON Schema of KIND, or of every authored kind.

    Editors find it through the first line of a file: `# yaml-language-server: $schema=../schema.json`.
    """
    if kind and as_crds:
        raise click.UsageError("--crds prints all of them; leave KIND out")
    printed = {"apiVersion": "v1", "kind": "List", "items": list(crds())} if as_crds else schema(kind)
    click.echo(json.dumps(printed, indent=2, ensure_ascii=False))
