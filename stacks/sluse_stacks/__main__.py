"""`python -m sluse_stacks [--check]`: write the generated files, or say which of them are not as they should be."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sluse.errors import SluseError
from sluse_stacks.generated import generated


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name every file that differs.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="Root of the repository.",
)
def main(*, check: bool, root: Path) -> None:
    """Rebuild CRDs, the editor's schema, the page of rules and the plain manifests of both environments."""
    try:
        files = generated(root)
    except SluseError as error:
        click.echo(f"error: {error.message}" + (f"\n\nhint: {error.hint}" if error.hint else ""), err=True)
        sys.exit(2)
    differing = [path for path, text in files.items() if _read(root / path) != text]
    for path in differing:
        click.echo(path)
        if not check:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(files[path], encoding="utf-8")
    if check and differing:
        click.echo(f"{len(differing)} files differ\n\nhint: run python -m sluse_stacks", err=True)
        sys.exit(1)


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    main()
