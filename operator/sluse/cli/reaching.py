"""The options of every command that asks addresses which others wrote: whom to believe, and where a host is."""

from __future__ import annotations

from pathlib import Path

import click


class Resolved(click.ParamType[tuple[str, tuple[str, int]]]):
    """HOST=ADDRESS or HOST=ADDRESS:PORT."""

    name = "host=address"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[str, int]]:
        host, _, target = value.partition("=")
        address, _, port = target.partition(":")
        if not host or not address or not (port or "0").isdecimal():
            self.fail(f"{value!r} is not HOST=ADDRESS[:PORT]", param, ctx)
        return host, (address, int(port or "0"))


CA = click.option("--ca", type=click.Path(path_type=Path), metavar="FILE", help="CAs to trust instead of the system's.")
RESOLVE = click.option(
    "--resolve", type=Resolved(), multiple=True, metavar="HOST=ADDRESS[:PORT]", help="Where a host is to be found."
)
