"""`sluse network`: what must be opened towards HelseID and the identity providers, from any clone, for any firewall."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_interface
from pathlib import Path
from typing import TYPE_CHECKING

import click

from sluse.cli import lang, table
from sluse.words.said import own, say

if TYPE_CHECKING:
    from sluse.model.names import Environment
    from sluse.model.service_integration import NetworkZone
    from sluse.network.derive import Derived

_ENVIRONMENTS = ("test", "production")
_FORMATS = ("csv", "nftables", "json", "kubernetes", "cilium")
_ZONES = ("internet", "helsenettet", "proxy")
_REPOSITORY = click.option(
    "--repository", type=click.Path(path_type=Path), default=Path(), help="A clone; else this folder."
)


@click.group()
def command() -> None:
    """Show and export what must be opened towards HelseID and the identity providers."""


@command.command(short_help="Export the openings for a firewall.")
@click.option("--format", "form", required=True, type=click.Choice(_FORMATS), help="For which firewall.")
@click.option("--environment", "-e", type=click.Choice(_ENVIRONMENTS), default="production", show_default=True)
@click.option("--service", help="Users of this service, organisation.name: needs no file of your own.")
@click.option("--organisation", help="Everything that this organisation's files ask for.")
@click.option(
    "--zone",
    "zones",
    multiple=True,
    type=click.Choice(_ZONES),
    help="With --service: from where; else internet, helsenettet.",
)
@click.option(
    "--source", "sources", multiple=True, help="With nftables: a network that the rules govern, as 10.1.0.0/16."
)
@_REPOSITORY
@lang.option
def export(
    form: str,
    environment: str,
    service: str | None,
    organisation: str | None,
    zones: tuple[str, ...],
    sources: tuple[str, ...],
    repository: Path,
) -> int:
    """Export the openings of everybody in integrations/, of one organisation, or of the users of one service.

    Follows the files as they are, also those that production does not hold yet. What is not verified is marked in every
    format; what is not known is told on stderr.

    csv has one line for each address, and one for a host that no address is known of. nftables is a complete table; it
    governs nobody until --source says whom, or you fill its sets users4 and users6. kubernetes (NetworkPolicy) and
    cilium (CiliumNetworkPolicy, by host names) select pods labelled sluse.nhn.no/network-opening=helseid.

    Exit codes: 0 exported, 2 unknown name or no catalogue.
    """
    from sluse.catalog.yaml import dump
    from sluse.model.names import Environment
    from sluse.model.service_integration import NetworkZone
    from sluse.network.export import Format, manifests, not_known, text

    if service and organisation:
        raise click.UsageError(say("--service and --organisation are two different questions; ask one"))
    if zones and not service:
        raise click.UsageError(say("--zone goes with --service; an organisation's zones are in its file"))
    if sources and form != Format.NFTABLES:
        raise click.UsageError(say("--source goes with --format nftables"))
    words, place, wanted, governed = lang.words(), Environment(environment), Format(form), _networks(sources)
    found = _derived(repository, place, service, organisation, tuple(NetworkZone(zone) for zone in zones))
    for line in not_known(wanted, found):
        click.echo(words(line), err=True)
    if wanted in {Format.KUBERNETES, Format.CILIUM}:
        made = manifests(wanted, place, found)
        click.echo(dump(*made), nl=False) if made else click.echo(words(say("there is no policy to write")), err=True)
    else:
        click.echo(text(wanted, place, found, governed), nl=False)
    return 0


@command.command(short_help="Show the catalogue of hosts and addresses.")
@click.option("--environment", "-e", type=click.Choice(_ENVIRONMENTS), help="Only this one.")
@_REPOSITORY
@lang.option
def show(environment: str | None, repository: Path) -> None:
    """Show the catalogue: hosts and addresses, how sure each is, and from where.

    Exit codes: 0 shown, 2 no catalogue.
    """
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.network_catalogue import catalogue_in
    from sluse.model.names import Environment
    from sluse.network.tabular import catalogue_rows

    catalogue = catalogue_in(Checkout(repository, "policies").root)
    words, rows = lang.words(), catalogue_rows(catalogue, Environment(environment) if environment else None)
    table.show([[own(cell, words) for cell in row] for row in rows])


def _derived(
    repository: Path, place: Environment, service: str | None, organisation: str | None, zones: tuple[NetworkZone, ...]
) -> tuple[Derived, ...]:
    from sluse.catalog.reader import Reader
    from sluse.catalog.work_tree import WorkTree
    from sluse.delivery.checkout import Checkout
    from sluse.delivery.network_catalogue import catalogue_in
    from sluse.network.derive import derive
    from sluse.network.scope import of_organisation, of_service

    root = Checkout(repository).root
    catalogue, tree = catalogue_in(root), Reader().tree(WorkTree(root))
    if service:
        return (of_service(tree, catalogue, place, service, zones),)
    if organisation:
        return of_organisation(tree, catalogue, place, organisation)
    return derive(tree, catalogue, place)


def _networks(sources: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_network, sources))


def _network(source: str) -> str:
    try:
        found = ip_interface(source)
    except ValueError:
        raise click.UsageError(say("--source {source} is not a network, such as 10.1.0.0/16", source=source)) from None
    if found.ip != found.network.network_address:
        raise click.UsageError(
            say(
                "--source {source} is an address within a network, which is {network}",
                source=source,
                network=found.network,
            )
        )
    return str(found.network)
