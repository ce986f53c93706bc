"""`sluse run`: the operator of one environment, in the foreground."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from sluse.wiring.collection import collect_rarely, without_collecting
from sluse.wiring.plugins import no_clients_of_kopf


@click.command()
@click.option("--settings", type=click.Path(path_type=Path), help="Settings file; else the variable SLUSE_SETTINGS.")
@click.option(
    "--log", type=click.Choice(["text", "json"]), default="text", help="For people, or one JSON object a line."
)
@click.option("--liveness", metavar="URL", help="Answer liveness probes here, e.g. http://127.0.0.1:8080/healthz.")
def command(settings: Path | None, log: str, liveness: str | None) -> None:
    """Run the operator of one environment until SIGTERM or Ctrl-C.

    Nothing is written before the ledger is found (`sluse ledger init` begins one) and the first sync is done. Stopped
    and started again, it writes nothing where nothing has changed.
    """
    from sluse.wiring.settings import load

    read = load(settings)  # before the operator is imported: a slip in a file is told at once
    no_clients_of_kopf()
    with without_collecting():
        from sluse.controller.logs import to_stderr
        from sluse.controller.serve import serve
        from sluse.wiring.clock import utc_now
    collect_rarely()
    to_stderr(json_lines=log == "json")
    asyncio.run(serve(read, utc_now, liveness=liveness))
