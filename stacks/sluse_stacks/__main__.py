"""`python -m sluse_stacks [--check | --release]`: write the generated files, or say which are not as they should be.

Either way a change that breaks what the newest release wrote is told, and is an error.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import click

from sluse.errors import SluseError
from sluse_stacks import released
from sluse_stacks.generated import generated


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 and name every file that differs.")
@click.option("--release", is_flag=True, help="Keep the forms of this version as released, once.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=".",
    help="Root of the repository.",
)
def main(*, check: bool, release: bool, root: Path) -> None:
    """Rebuild CRDs, the editor's schema, the page of rules and the plain manifests of both environments."""
    _refuse_breaking(root)
    if release:
        _release(root / released.FOLDER / version("sluse"))
        return
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


def _refuse_breaking(root: Path) -> None:
    newest = released.newest(root)
    found = released.breaking(newest) if newest is not None else ()
    for each in found:
        click.echo(str(each), err=True)
    if found and newest is not None:
        click.echo(f"error: {len(found)} changes break what {newest.name} wrote; nothing was written", err=True)
        sys.exit(1)


def _release(folder: Path) -> None:
    if folder.exists():
        click.echo(f"error: {folder.name} is released already\n\nhint: raise the version in pyproject.toml", err=True)
        sys.exit(2)
    for path, text in released.release().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    click.echo(f"{folder}")


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    main()
