"""Addresses that a stranger wrote: what is asked, what is not, and in which words."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from aiohttp import web

from sluse.acceptance import fetch
from sluse.acceptance.places import require_askable
from sluse.acceptance.reach import Reach, trusting
from sluse.errors import Unreachable
from sluse.sandbox.server import Served


@pytest.fixture
def serve(certificates: Any) -> Iterator[Callable[..., str]]:
    """Serve one answer at /; return the port's URL."""
    with ExitStack() as stack:

        def served(answer: Callable[..., Any]) -> str:
            def application() -> web.Application:
                made = web.Application()
                made.router.add_get("/{path:.*}", answer)
                return made

            return stack.enter_context(Served(application, tls=certificates.server)).url

        yield served


@pytest.fixture
def reach(certificates: Any) -> Reach:
    return Reach(certificates.client(), {"localhost": ("127.0.0.1", 0)})


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://login.example/keys", "not an https URL"),
        ("ftp://login.example/keys", "not an https URL"),
        ("login.example/keys", "not an https URL"),
        ("https:///keys", "not an https URL"),
        ("https://me@login.example/keys", "user name"),
        ("https://127.0.0.1/keys", "is an address"),
        ("https://[::1]/keys", "is an address"),
        ("https://93.184.216.34/keys", "is an address"),
        ("https://login.example:port/keys", "cannot be read"),
        ("https://[login.example/keys", "cannot be read"),
    ],
)
def test_an_address_that_is_not_asked_is_refused_for_its_form(url: str, message: str) -> None:
    with pytest.raises(Unreachable, match=message):
        require_askable(url)


async def test_a_host_on_a_private_network_is_not_asked_unless_it_is_said_so(serve: Any, certificates: Any) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"keys": []})

    url = serve(answer)
    with pytest.raises(Unreachable, match=r"localhost is on a private network \((127.0.0.1|::1)\)"):
        await fetch.json_object(Reach(certificates.client()), url)
    allowed = Reach(certificates.client(), {"localhost": ("127.0.0.1", 0)})
    assert await fetch.json_object(allowed, url) == {"keys": []}


async def test_a_host_is_found_where_it_is_said_to_be_and_must_still_prove_itself(
    serve: Any, certificates: Any
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({})

    port = int(serve(answer).rpartition(":")[2])
    elsewhere = Reach(certificates.client(), {"login.polar-id.example": ("127.0.0.1", port)})
    with pytest.raises(Unreachable, match=r"the certificate of login\.polar-id\.example is not trusted"):
        await fetch.json_object(elsewhere, "https://login.polar-id.example/keys")


async def test_a_certificate_of_nobody_is_refused(serve: Any) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response({})

    system = Reach(ssl.create_default_context(), {"localhost": ("127.0.0.1", 0)})
    with pytest.raises(Unreachable, match="the certificate of localhost is not trusted"):
        await fetch.json_object(system, serve(answer))


@pytest.mark.parametrize(
    ("status", "headers", "body", "message"),
    [
        (404, {}, b"{}", "localhost answers 404, not 200"),
        (200, {}, b"<html>", "localhost does not answer JSON"),
        (200, {}, b"[]", "localhost does not answer a JSON object"),
        (200, {}, b'"' + b"x" * 300_000 + b'"', "localhost answers more than 256 KiB"),
        (302, {"Location": "https://elsewhere.example/"}, b"", "redirects to another host"),
        (302, {"Location": "http://localhost/"}, b"", "redirects to another host"),
        (302, {"Location": "https://localhost:1/"}, b"", "redirects to another host"),
        (302, {"Location": "/again"}, b"", "localhost redirects without end"),
    ],
    ids=["absent", "html", "list", "large", "elsewhere", "http", "port", "loop"],
)
async def test_an_answer_that_is_not_one_is_told_in_words(
    serve: Any, reach: Reach, status: int, headers: Any, body: bytes, message: str
) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=status, headers=headers, body=body)

    with pytest.raises(Unreachable, match=message):
        await fetch.json_object(reach, f"{serve(answer)}/keys")


async def test_a_redirect_on_the_same_host_is_followed(serve: Any, reach: Reach) -> None:
    async def answer(request: web.Request) -> web.Response:
        if request.path == "/old":
            return web.Response(status=301, headers={"Location": "/new"})
        return web.json_response({"path": request.path})

    assert await fetch.json_object(reach, f"{serve(answer)}/old") == {"path": "/new"}


async def test_an_answer_that_does_not_tell_its_size_is_cut_off_as_well(serve: Any, reach: Reach) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(request)

        for _ in range(10):  # in pieces of unknown number: no Content-Length tells the size beforehand
            await stream.write(b"x" * 32_768)
        return stream

    with pytest.raises(Unreachable, match="more than 256 KiB"):
        await fetch.json_object(reach, serve(answer))


async def test_a_port_where_nobody_listens_is_told_as_that(reach: Reach) -> None:
    with pytest.raises(Unreachable, match="localhost cannot be reached"):
        await fetch.json_object(reach, "https://localhost:9/keys")


def test_a_ca_file_that_holds_none_is_told(tmp_path: Any, certificates: Any) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    for file in (tmp_path / "empty.pem", tmp_path / "absent.pem"):
        with pytest.raises(Unreachable, match="holds no CA certificates"):
            trusting(file, {})
    assert trusting(certificates.ca_file, {"a.example": ("127.0.0.1", 1)}).hosts == {"a.example": ("127.0.0.1", 1)}
