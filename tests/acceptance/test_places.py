"""Which hosts and network addresses are never asked, however they are written."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from sluse.acceptance import fetch
from sluse.acceptance.places import is_public, joined, require_askable
from sluse.acceptance.reach import Reach
from sluse.errors import Unreachable
from sluse.sandbox.server import Served

LOOPBACK = (
    "127.0.0.1",
    "127.0.0.1.",
    "①②⑦.⓪.⓪.①",
    "１２７.0.0.1",
    "127。0。0。1",
    "٣.٣.٣.٣",
    "127.1",
    "2130706433",
    "0x7f.1",
    "0x7F000001",
    "0177.0.0.1",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[fe80::1%25lo]",
)
NO_NAMES = (
    "a..b",
    ".a",
    f"{'a' * 64}.example",
    f"{'a.' * 127}example",
    "%31%32%37.0.0.1",
    "a b",
    "a;b",
    "\x1b[1m",
    "blåbær.example",
)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Something that listens on loopback, and must see nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening
        with pytest.raises(BlockingIOError):
            listening.accept()


@pytest.mark.parametrize("host", [*LOOPBACK, *NO_NAMES])
async def test_a_host_that_is_no_name_is_not_asked(host: str, listener: socket.socket, certificates: Any) -> None:
    url = f"https://{host}:{listener.getsockname()[1]}/keys"
    reach = Reach(certificates.client(), {"localhost": ("127.0.0.1", 0)})
    with pytest.raises(Unreachable):
        await fetch.json_object(reach, url)
    with pytest.raises(Unreachable):
        await fetch.status(reach, url)


@pytest.mark.parametrize(
    "host", [*LOOPBACK, "a..b", f"{'a' * 64}.example", "[", "[::1", "localhost:port", "me@localhost"]
)
async def test_a_redirect_to_what_is_no_name_is_not_followed(
    host: str, listener: socket.socket, certificates: Any
) -> None:
    there = f"https://{host}:{listener.getsockname()[1]}/keys" if host != "[" else "https://["

    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": there})

    def application() -> web.Application:
        made = web.Application()
        made.router.add_get("/{path:.*}", answer)
        return made

    reach = Reach(certificates.client(), {"localhost": ("127.0.0.1", 0)})
    with (
        Served(application, tls=certificates.server) as served,
        pytest.raises(Unreachable, match=r"localhost (redirects to another host|sends on to an address)"),
    ):
        await fetch.json_object(reach, served.url)


async def test_an_address_is_judged_where_the_connection_is_made_too(
    listener: socket.socket, certificates: Any
) -> None:
    url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
    async with Reach(certificates.client()).session() as session:
        with pytest.raises(aiohttp.ClientConnectorError) as failed:
            await session.get(url)
    assert "127.0.0.1 is on a private network" in fetch.why(failed.value, url).message


async def test_a_name_that_has_no_form_in_dns_fails_like_one_that_is_not_found(certificates: Any) -> None:
    url = f"https://{'a' * 64}.example/"
    async with Reach(certificates.client()).session() as session:
        with pytest.raises(aiohttp.ClientConnectorError) as failed:
            await session.get(url)
    assert "is not the name of a host" in fetch.why(failed.value, url).message


@pytest.mark.parametrize(
    "host", ["login.example", "LOGIN.example", "login.example.", "xn--blbr-roah.example", "a_b.example"]
)
def test_a_name_may_be_asked(host: str) -> None:
    assert require_askable(f"https://{host}:8443/keys?a=b") == host.lower()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "192.88.99.1",
        "224.0.0.1",
        "255.255.255.255",
        "0.0.0.0",
        "::1",
        "::",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:8.8.8.8",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2001:db8::1",
        "2001::1",
        "2002:7f00:1::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
        "ff0e::1",
    ],
)
def test_an_address_that_may_lead_into_a_private_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "193.213.115.10", "2a00:1450:4001::1", "2606:4700::1111"])
def test_an_address_of_one_public_machine_is_public(address: str) -> None:
    assert is_public(address)


@settings(deadline=None)
@given(st.text(st.sampled_from("0127xXfab.。．①⓪１०%[]:@/\\ \t-_é"), max_size=20) | st.text(max_size=20))
def test_whatever_may_be_asked_is_a_name_that_nothing_reads_as_an_address(host: str) -> None:
    try:
        found = require_askable(f"https://{host}/")
    except Unreachable:
        return
    assert found.isascii()
    with pytest.raises(OSError, match="illegal IP address"):
        socket.inet_aton(found.removesuffix("."))
    with pytest.raises(OSError, match="illegal IP address"):
        socket.inet_pton(socket.AF_INET6, found)


@settings(deadline=None)
@given(st.text(max_size=30) | st.sampled_from(["https://[", "//[", "https://]"]))
def test_a_reference_is_read_or_refused(reference: str) -> None:
    try:
        assert isinstance(joined("https://login.example/a", reference), str)
    except Unreachable as refused:
        assert refused.message == "login.example sends on to an address that cannot be read as a URL"  # noqa: PT017
