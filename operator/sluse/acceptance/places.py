"""Which URL, host and network address may be asked, when a stranger wrote it. Pure.

The host that is judged is the one that is connected to. `yarl` reads a URL on behalf of the HTTP client, and makes
127.0.0.1 of `①②⑦.⓪.⓪.①` and of `127。0。0。1`; so it is asked here too, and a host that is not ASCII is refused outright.
"""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urljoin, urlsplit

from yarl import URL

from sluse.errors import Unreachable
from sluse.words.said import say

_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)
_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)", re.ASCII)
"""A last label that is a number makes an IPv4 address of it, in the forms of inet_aton too: 127.1, 2130706433, 0x7f.1."""

_UNICAST = ipaddress.ip_network("2000::/3")
_TRANSLATED = ipaddress.ip_network("2002::/16")
_DOCUMENTATION = ipaddress.ip_network("3fff::/20")
_RELAYS = ipaddress.ip_network("192.88.99.0/24")


def require_askable(url: str) -> str:
    """Return the URL's host. Raise Unreachable unless it is https with a host's name, and carries no user name."""
    try:
        parts, read = urlsplit(url), URL(url)
        host, asked, _ = parts.hostname, read.raw_host, parts.port  # a port that is none raises
    except ValueError:
        raise Unreachable(say("an address cannot be read as a URL")) from None
    if parts.scheme != "https" or not host:
        raise Unreachable(say("an address is not an https URL"))
    if "@" in parts.netloc:
        raise Unreachable(say("an address carries a user name"))
    if not parts.netloc.isascii():
        raise Unreachable(say("an address has a host that is not in ASCII (punycode)"))
    if _is_address(host):
        raise Unreachable(say("{host} is an address, not the name of a host", host=host))
    if asked != host or not _NAME.fullmatch(host.removesuffix(".")):
        raise Unreachable(say("an address has a host that is not the name of one"))
    return host


def joined(url: str, reference: str) -> str:
    """Return what a reference on the page at `url` means. Raise Unreachable where it cannot be read."""
    try:
        return urljoin(url, reference)
    except ValueError:
        raise Unreachable(
            say("{host} sends on to an address that cannot be read as a URL", host=urlsplit(url).hostname)
        ) from None


def is_public(address: str) -> bool:
    """Tell whether a network address is one machine's on the public network.

    Of IPv6 only global unicast is (RFC 4291 section 2.4), and of that not 6to4, which holds an IPv4 address that may be
    anybody's. So NAT64 is refused as well: where a network has no other way out, `--resolve` names the host.
    """
    place = ipaddress.ip_address(address)
    if isinstance(place, ipaddress.IPv4Address):
        return place.is_global and not place.is_multicast and place not in _RELAYS
    return place.is_global and place in _UNICAST and place not in _TRANSLATED and place not in _DOCUMENTATION


def _is_address(host: str) -> bool:
    if _NUMBER.fullmatch(host.removesuffix(".")):
        return True
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
