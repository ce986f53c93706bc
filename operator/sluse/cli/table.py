"""Rows on stdout: a table on a terminal, else one line each, in columns that other programs can cut at tabs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click


def show(lines: Iterable[Sequence[str]]) -> None:
    """Print rows, header first."""
    header, *rows = lines
    if not sys.stdout.isatty():
        widths = [*(max(map(len, column)) for column in [*zip(header, *rows, strict=True)][:-1]), 0]
        for row in (header, *rows):
            padded = [f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)]
            click.echo("\t".join(padded))
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*header, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        table.add_row(*map(escape, row))
    Console().print(table)
