"""`sluse sandbox`: everything an operator talks to, on loopback, until Ctrl-C."""

from __future__ import annotations

import json
import signal
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from sluse.sandbox.sandbox import Sandbox


@click.command()
@click.option(
    "--directory",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Keep its files here; else in a temporary directory that goes with it.",
)
@click.option(
    "--supplier", "suppliers", multiple=True, metavar="ORGANISATION", help="Let this organisation push branches."
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", help="For people or for programs.")
def command(directory: Path | None, suppliers: tuple[str, ...], output: str) -> None:
    """Start a Kubernetes API, two authorities, a git remote and a clock on loopback, and say where they are.

    Everything in it is synthetic and dies with it. The directory holds its credentials: kubeconfigs, settings of both
    operators, tokens and keys.
    """
    from sluse.sandbox.sandbox import Sandbox

    stop = {signal.SIGINT, signal.SIGTERM}
    with tempfile.TemporaryDirectory(prefix="sluse-sandbox-") as temporary:
        # Blocked before any thread starts, so that all inherit it and only `sigwait` is told.
        signal.pthread_sigmask(signal.SIG_BLOCK, stop)
        with Sandbox(directory or Path(temporary), suppliers=suppliers) as sandbox:
            places = _places(sandbox)
            if output == "json":
                click.echo(json.dumps(places))
            else:
                width = max(map(len, places))
                click.echo("\n".join(f"{name:<{width}}  {value}" for name, value in places.items()))
                click.echo("\nCtrl-C ends it.", err=True)
            signal.sigwait(stop)


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
