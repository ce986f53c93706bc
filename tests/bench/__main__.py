"""`python tests/bench [NAME ...]`: the figures. Everything runs here and now; nothing is asserted, bars are told."""

from __future__ import annotations

import compileall
import json
import os
from collections.abc import Callable, Iterator

import click

import check
import converge
import demo
import engine
import engine_operator
import failover
import fresh
import gate
import preview
import real
import scaling
import sluse
import startup
import sync
import verify
import writes
from figures import Figure, progress, table

MEASUREMENTS: dict[str, Callable[[], Iterator[Figure]]] = {
    "startup": startup.measure,
    "check": check.measure,
    "gate": gate.measure,
    "preview": preview.measure,
    "verify": verify.measure,
    "converge": converge.measure,
    "fresh": fresh.measure,
    "writes": writes.measure,
    "sync": sync.measure,
    "scaling": scaling.measure,
    "failover": failover.measure,
    "real": real.measure,
    "real-10000": real.measure_large,
    "real-failover": failover.measure_real,
    "pulumi": engine.measure,
    "pulumi-operator": engine_operator.measure,
    "pulumi-10000": engine_operator.measure_large,
    "demo": demo.measure,
}

LONG = {"pulumi-10000", "real-10000"}
"""Measured where it is named only."""


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(MEASUREMENTS)))
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="For people, or for machines.")
def main(names: tuple[str, ...], output: str) -> None:
    """Measure NAMES, or everything but what says 10000, and print one table. Progress goes to stderr.

    Absolute figures are as good as the machine is idle: the load beside each says how busy it was.
    """
    _as_installed()
    rows: dict[str, list[Figure]] = {}
    for name in names or (name for name in MEASUREMENTS if name not in LONG):
        progress(f"{name} ...")
        rows[name] = list(MEASUREMENTS[name]())
    if output == "json":
        click.echo(json.dumps([figure.wire(name) for name, figures in rows.items() for figure in figures], indent=2))
    else:
        table(rows)


def _as_installed() -> None:
    """Compile what is measured, as its installation does: else each command would, wherever nothing compiled is kept."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for folder in sluse.__path__:
        compileall.compile_dir(folder, quiet=2)


if __name__ == "__main__":
    main()
