"""A server that ends leaves no connection behind: neither one that is idle, nor one whose client stands still in TLS."""

from __future__ import annotations

import gc
import socket
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from aiohttp import web

from sluse.sandbox.mail import MailCatcher
from sluse.sandbox.server import Served
from sluse.sandbox.tls import Certificates, issue


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return issue(tmp_path, ())


@contextmanager
def leaving_nothing() -> Iterator[None]:
    """Fail where anything born inside is left to the collector."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always", ResourceWarning)
        gc.collect()
        seen.clear()
        yield
        gc.collect()
    assert "\n".join(str(each.message) for each in seen) == ""


def connected(port: int, tls: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port))
    return tls.wrap_socket(plain, server_hostname="localhost") if tls else plain


def asked(client: socket.socket) -> bytes:
    client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return client.recv(64)


async def hello(_: web.Request) -> web.Response:
    return web.Response(text="hello")


def application() -> web.Application:
    served = web.Application()
    served.router.add_get("/", hello)
    return served


def test_a_client_that_keeps_its_connection_and_says_nothing(certificates: Certificates) -> None:
    with leaving_nothing():
        with Served(application, tls=certificates.server) as server:
            client = connected(server.port, certificates.client())
            assert asked(client).startswith(b"HTTP/1.1 200")
        client.close()


def test_a_client_that_connected_and_never_asked(certificates: Certificates) -> None:
    with leaving_nothing():
        with Served(application, tls=certificates.server) as server:
            client = connected(server.port, certificates.client())
        client.close()


def test_a_client_that_never_began_tls(certificates: Certificates) -> None:
    with leaving_nothing():
        with Served(application, tls=certificates.server) as server:
            client = connected(server.port, None)
        client.close()


def test_a_mail_client_that_stands_still_after_starttls(certificates: Certificates) -> None:
    catcher = MailCatcher(certificates.server)
    with leaving_nothing():
        catcher.start()
        plain = connected(catcher.port, None)
        assert plain.recv(64).startswith(b"220")
        plain.sendall(b"STARTTLS\r\n")
        assert plain.recv(64).startswith(b"220")
        client = certificates.client().wrap_socket(plain, server_hostname="localhost")
        client.sendall(b"QUIT\r\n")
        assert client.recv(64).startswith(b"221")
        catcher.close()
        client.close()
