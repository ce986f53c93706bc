"""How addresses that somebody else wrote are reached: https, and never into a private network.

The addresses of a host are judged where the connection is made, not beforehand: a name that is looked up twice may
answer a public address first and a private one then. Where a host is on purpose somewhere else (the sandbox, a test
authority on a closed network), whoever wires the programme says so by name.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from sluse.errors import Unreachable

TIMEOUT = 10.0  # seconds for one answer, all of it


@dataclass(frozen=True)
class Reach:
    """`trust`: the CAs that are believed. `hosts`: host -> (address, port) where it is said so; port 0 is the URL's own."""

    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    hosts: Mapping[str, tuple[str, int]] = field(default_factory=dict)

    def session(self) -> aiohttp.ClientSession:
        """Return a session, with a cookie jar of its own, that refuses private addresses."""
        connector = aiohttp.TCPConnector(ssl=self.trust, resolver=_Judging(self.hosts), use_dns_cache=False)
        return aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=TIMEOUT))


def trusting(ca_file: Path | None, hosts: Mapping[str, tuple[str, int]]) -> Reach:
    """Return a reach that believes these CAs, or the system's. Raise Unreachable where the file holds none."""
    try:
        return Reach(ssl.create_default_context(cafile=str(ca_file) if ca_file else None), hosts)
    except (OSError, ssl.SSLError):
        raise Unreachable(f"{ca_file} holds no CA certificates that can be read") from None


def require_askable(url: str) -> str:
    """Return the URL's host. Raise Unreachable unless it is https with a host's name, and carries no user name."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port  # raises on a port that is none
    except ValueError:
        raise Unreachable("an address cannot be read as a URL") from None
    if parts.scheme != "https" or not host:
        raise Unreachable("an address is not an https URL")
    if "@" in parts.netloc:
        raise Unreachable("an address carries a user name")
    if _is_address(host):
        raise Unreachable(f"{host} is an address, not the name of a host")
    return host


class _Judging(AbstractResolver):
    """Looks a host up, and says no to what is not on the public network."""

    def __init__(self, hosts: Mapping[str, tuple[str, int]]) -> None:
        self._hosts = hosts
        self._system = ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        if host in self._hosts:
            address, instead = self._hosts[host]
            return [_result(host, address, instead or port)]
        found = await self._system.resolve(host, port, family)
        private = [each["host"] for each in found if not ipaddress.ip_address(each["host"]).is_global]
        if private:
            raise OSError(f"{host} is on a private network ({private[0]})")
        return found

    async def close(self) -> None:
        await self._system.close()


def _result(host: str, address: str, port: int) -> ResolveResult:
    kind = socket.AF_INET6 if ":" in address else socket.AF_INET
    return ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
