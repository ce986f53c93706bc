"""How addresses that somebody else wrote are reached: https, and never into a private network.

The addresses of a host are judged where the connection is made, not beforehand: a name that is looked up twice may
answer a public address first and a private one then. Where a host is on purpose somewhere else (the sandbox, a test
authority on a closed network), whoever wires the programme says so by name.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from sluse.acceptance import lookup
from sluse.acceptance.places import is_public
from sluse.errors import Unreachable
from sluse.rules.shown import shown
from sluse.words.said import say

TIMEOUT = 10.0  # seconds for one answer, all of it


@dataclass(frozen=True)
class Reach:
    """`trust`: the CAs that are believed. `hosts`: host -> (address, port) where it is said so; port 0 is the URL's own.

    `ask` looks up all others.
    """

    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    hosts: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    ask: lookup.Ask = lookup.system

    def session(self) -> aiohttp.ClientSession:
        """Return a session, with a cookie jar of its own, that refuses private addresses."""
        connector = aiohttp.TCPConnector(
            ssl=self.trust, resolver=_Judging(self.hosts, self.ask), use_dns_cache=False, socket_factory=self._socket
        )
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT))

    def _socket(self, place: aiohttp.AddrInfoType) -> socket.socket:
        """Judge once more what is connected to: an address that stands in a URL itself is never looked up."""
        family, kind, protocol, _, (address, *_) = place
        if all(address != said for said, _ in self.hosts.values()) and not is_public(str(address)):
            raise OSError(say("{address} is on a private network", address=str(address)))
        return socket.socket(family, kind, protocol)


def trusting(ca_file: Path | None, hosts: Mapping[str, tuple[str, int]]) -> Reach:
    """Return a reach that believes these CAs, or the system's. Raise Unreachable where the file holds none."""
    try:
        return Reach(ssl.create_default_context(cafile=str(ca_file) if ca_file else None), hosts)
    except (OSError, ssl.SSLError):
        raise Unreachable(say("{file} holds no CA certificates that can be read", file=ca_file)) from None


class _Judging(AbstractResolver):
    """Looks a host up, and says no to what is not on the public network."""

    def __init__(self, hosts: Mapping[str, tuple[str, int]], ask: lookup.Ask) -> None:
        self._hosts = hosts
        self._ask = ask

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host in self._hosts:
            address, instead = self._hosts[host]
            return [_result(host, address, instead or port)]
        try:
            answers = await lookup.addresses(host, port, family, self._ask)
        except UnicodeError:  # what has no form in DNS, such as an empty label
            raise OSError(say("{host} is not the name of a host", host=shown(host))) from None
        found = [_result(host, str(address), port) for *_, (address, *_) in answers]
        private = [each["host"] for each in found if not is_public(each["host"])]
        if private:
            raise OSError(say("{host} is on a private network ({address})", host=host, address=private[0]))
        return found

    async def close(self) -> None:
        """Nothing is held: a lookup that is still under way ends by itself."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
