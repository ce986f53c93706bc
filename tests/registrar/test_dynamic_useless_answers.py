"""Answers that say yes and cannot be used: half an answer is none."""

from __future__ import annotations

import json
import zlib
from typing import Any

import pytest

from sluse.errors import AuthorityUnavailable, Unauthorised
from sluse.model.registration import Registration
from sluse.registrar.dynamic import mapping
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.port import Held
from worlds.scripted import MARK


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_never_followed(
    scripted: Any, registrar: DynamicRegistrar, held: Held, status: int
) -> None:
    scripted.answer(status, headers={"Location": f"{scripted.url}/elsewhere"})
    with pytest.raises(AuthorityUnavailable, match="redirects"):
        await registrar.observe(held)
    assert len(scripted.seen) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"null", b'"x"', b"{}", b'{"client_id": "other"}', b'{"a": NaN}', b"[" * 5000, b"\xff"],
)
async def test_a_success_with_a_useless_body_is_half_an_answer(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held, body: bytes
) -> None:
    for call in (registrar.observe(held), registrar.update(held, registration, MARK)):
        scripted.answer(200, body)
        with pytest.raises(AuthorityUnavailable, match="half an answer"):
            await call


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("client_id", 7),
        ("client_id", "with space"),
        ("registration_access_token", ""),
        ("registration_access_token", "two\nlines"),
        ("registration_access_token", 7),
        ("registration_access_token", None),
        ("registration_client_uri", None),
        ("registration_client_uri", "https://elsewhere.example/register/client-1"),
        ("registration_client_uri", "https://[broken"),
        ("registration_client_uri", 7),
    ],
)
async def test_a_creation_that_could_not_be_managed_is_half_an_answer_that_may_have_acted(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, member: str, value: object
) -> None:
    scripted.echo(201, **{member: value})
    with pytest.raises(AuthorityUnavailable, match="half an answer") as caught:
        await registrar.create(registration, MARK)
    assert caught.value.may_have_acted


def sound(scripted: Any, registration: Registration) -> bytes:
    """Return an answer in which nothing is wrong."""
    members = {"client_id": "client-1", "registration_client_uri": f"{scripted.url}/register/client-1"}
    return json.dumps({**mapping.metadata(registration, MARK, extensions=True), **members}).encode()


async def test_a_body_without_end_is_not_read_to_its_end(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    scripted.answer(200, sound(scripted, registration))
    scripted.answer(200, sound(scripted, registration) + b" " * 2_000_000)
    assert await registrar.observe(held) is not None
    with pytest.raises(AuthorityUnavailable, match="half an answer"):
        await registrar.observe(held)


async def test_a_compressed_body_was_not_asked_for_and_is_not_unpacked(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    scripted.answer(200, zlib.compress(sound(scripted, registration)), headers={"Content-Encoding": "deflate"})
    with pytest.raises(AuthorityUnavailable, match="half an answer"):
        await registrar.observe(held)
    assert scripted.seen[0].headers["Accept-Encoding"] == "identity"


async def test_a_refusal_stands_although_its_body_is_cut_off(
    scripted: Any, registrar: DynamicRegistrar, held: Held
) -> None:
    scripted.answer(401, b'{"error": "' + b"x" * 2_000_000 + b'"}')
    with pytest.raises(Unauthorised):
        await registrar.observe(held)


async def test_the_page_of_a_proxy_ends_nothing(scripted: Any, registrar: DynamicRegistrar, held: Held) -> None:
    for call in (registrar.observe(held), registrar.retire(held)):
        scripted.answer(404, b"<html>", kind="text/html")
        with pytest.raises(AuthorityUnavailable):
            await call
    scripted.answer(404, b"{}")
    assert await registrar.observe(held) is None
