"""`sluse sandbox`: everything an operator talks to, on loopback, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import lang
from sluse.errors import SettingsError
from sluse.wiring.collection import without_collecting
from sluse.words.said import say

if TYPE_CHECKING:
    from sluse.sandbox.sandbox import Sandbox


@click.command()
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep its files here, in a folder that is made where there is none; else in a temporary one that goes with it.",
)
@click.option(
    "--supplier", "suppliers", multiple=True, metavar="ORGANISATION", help="Let this organisation push branches."
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="For people or for programs.")
@lang.option
def command(directory: Path | None, suppliers: tuple[str, ...], output: str) -> None:
    """Start a Kubernetes API, two authorities, a git remote and a clock on loopback, and say where they are.

    Everything in it is synthetic and dies with it. The directory holds its credentials: kubeconfigs, settings of both
    operators, tokens and keys. The production settings pin the demo's roots, whose keys anybody has: a sandbox is for trying.

    How to go on is told on stderr: which commands fill its repository, begin a ledger and start an operator.
    """
    with without_collecting():
        from sluse.demo import alone
        from sluse.sandbox.sandbox import Sandbox

    words, stop = lang.words(), {signal.SIGINT, signal.SIGTERM}
    with tempfile.TemporaryDirectory(prefix="sluse-sandbox-") as temporary:
        place = _made(directory or Path(temporary))
        # Blocked before any thread starts, so that all inherit it and only `sigwait` is told.
        signal.pthread_sigmask(signal.SIG_BLOCK, stop)
        with Sandbox(place, suppliers=suppliers, trust=alone.trust()) as sandbox:
            alone.prepare(sandbox)
            places = _places(sandbox)
            if output == "json":
                click.echo(json.dumps(places))
            else:
                width = max(map(len, places))
                click.echo("\n".join(f"{name:<{width}}  {value}" for name, value in places.items()))
                click.echo("\n".join(("", *alone.way_on(sandbox, words), "")), err=True)
                click.echo(words(say("Ctrl-C here ends the sandbox.")), err=True)
            signal.sigwait(stop)


def _made(directory: Path) -> Path:
    """Return the directory, made for its user alone where there was none."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            say("the folder {folder} cannot be made: {why}", folder=directory, why=error.strerror),
            hint=say("give one in a folder that exists and is yours, or leave --directory out"),
        ) from None
    return directory.resolve()


def _places(sandbox: Sandbox) -> dict[str, str]:
    from sluse.model.names import Environment

    places = {
        "kubernetes": sandbox.kubernetes_url,
        **{f"authority-{environment.value}": sandbox.issuers[environment].url for environment in Environment},
        "remote": sandbox.remote_url,
        "clock": f"{sandbox.control.url}/clock",
        "ca": str(sandbox.certificates.ca_file),
        "kubeconfig": str(sandbox.kubeconfig()),
        **{f"settings-{environment.value}": str(sandbox.settings(environment)) for environment in Environment},
        "reviewer-token": sandbox.people.reviewer.token,
    }
    return places | {f"supplier-token-{name}": person.token for name, person in sandbox.people.suppliers.items()}
