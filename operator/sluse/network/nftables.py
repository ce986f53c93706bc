"""Openings as one complete nftables table for a router or firewall: `nft -f FILE`.

One table for all consumers, since a drop in one table counts against what another accepts. It governs only sources in
its sets `users4` and `users6`: they reach the openings, and nothing else through this machine. With empty sets it
governs nobody, so loading it cuts nothing off; whom it governs is the firewall's owner's to say. For the same reason
there is no chain with `policy drop`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_network

from sluse.model.names import Environment
from sluse.model.policy.network import Certainty
from sluse.model.resources.network_opening import Opening
from sluse.network.derive import Derived

_COMMENT = 120  # nftables takes 127 characters


def table(environment: Environment, found: Sequence[Derived], sources: Iterable[str] = ()) -> str:
    """Return the table. `sources`: networks that it governs, IPv4 or IPv6."""
    name = f"sluse_{environment.value}"
    openings = _once(each for derived in found for each in derived.openings)
    lines = [
        f"# Openings towards HelseID in {environment.value}, made from policies/network.yaml: load anew when that changes.",
        *(f"# For {derived.consumer.key}" for derived in found),
        *(f"# Not known: {gap}" for gap in sorted({gap for derived in found for gap in derived.gaps})),
        *(f"# Not covered, since no address is known: {_told(each)}" for each in openings if not each.addresses),
        # Declared first, so that deleting is no error the first time; all of a file is one transaction.
        f"table inet {name}",
        f"delete table inet {name}",
        f"table inet {name} {{",
        *_users(4, sources),
        *_users(6, sources),
        "\tchain forward {",
        "\t\ttype filter hook forward priority filter; policy accept;",
        "\t\tip saddr @users4 goto openings",
        "\t\tip6 saddr @users6 goto openings",
        "\t}",
        "\tchain openings {",
        "\t\tct state established,related accept",
        *(f"\t\t{rule}" for each in openings for rule in _rules(each)),
        "\t\tcounter drop",
        "\t}",
        "}",
    ]
    return "\n".join(lines) + "\n"


def _once(openings: Iterable[Opening]) -> list[Opening]:
    """Return each destination once, whoever needs it, in order."""
    found = {(each.party, each.zone, each.host, each.port): each for each in openings}
    return [found[name] for name in sorted(found)]


def _users(version: int, sources: Iterable[str]) -> Iterator[str]:
    networks = [ip_network(each) for each in sources]
    chosen = sorted({str(each) for each in networks if each.version == version})
    yield f"\tset users{version} {{"
    yield f"\t\ttype {'ipv4_addr' if version == 4 else 'ipv6_addr'}; flags interval; auto-merge"
    if chosen:
        yield f"\t\telements = {{ {', '.join(chosen)} }}"
    yield "\t}"


def _rules(opening: Opening) -> Iterator[str]:
    for version, word in ((4, "ip"), (6, "ip6")):
        addresses = sorted(each for each in opening.addresses if ip_network(each).version == version)
        if addresses:
            comment = f'comment "{_told(opening)}"'
            yield f"{word} daddr {{ {', '.join(addresses)} }} tcp dport {opening.port} counter accept {comment}"


def _told(opening: Opening) -> str:
    sure = "" if opening.certainty is Certainty.VERIFIED else f" ({opening.certainty.value})"
    return f"{opening.party} {opening.host}{sure}"[:_COMMENT]
