"""`sluse demo`: the whole story in the sandbox, really played."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import click

from sluse.wiring.collection import without_collecting


@click.command()
@click.option(
    "--output", type=click.Choice(["text", "json"]), default="text", help="Text for people, or one JSON event a line."
)
@click.option("--keep", is_flag=True, help="Leave everything running at the end, and say how to look around.")
@click.option(
    "--kubeconfig",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Play on this cluster, as its administrator, instead of the sandbox's Kubernetes API.",
)
@click.option(
    "--engine",
    type=click.Choice(["embedded", "pulumi"]),
    default="embedded",
    help="What declares the stacks: nothing more than this program, or the real Pulumi CLI on PATH.",
)
def command(output: str, engine: str, *, keep: bool, kubeconfig: Path | None) -> None:
    """Play the story: a file in git becomes a working client in test.

    Starts a sandbox on loopback (Kubernetes API, two authorities, git remote) and an operator, and asserts every
    fact it tells. Exits 1 where one does not come true, and says what was expected.
    """
    with without_collecting():
        from sluse.demo.narrator import Narrator, Output
        from sluse.demo.play import play
        from sluse.model.settings import EngineName

    # Else SIGTERM would end this process alone, and leave the operator and the directory behind. As SIGINT, since that is
    # the one which asyncio answers by cancelling the task; raised wherever it happens to be, it would tear things. A shell
    # starts what runs in its background with SIGINT ignored: not here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    told = Narrator(Output(output))
    came_true = asyncio.run(play(told, keep=keep, kubeconfig=kubeconfig, engine=EngineName(engine)))
    sys.exit(0 if came_true else 1)
