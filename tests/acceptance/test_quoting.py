"""No secret of a run survives being written, however somebody else's server wraps it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from sluse.acceptance.quoting import HIDDEN, Secrets
from sluse.model.identity_provider import IdentifierKind
from sluse.sandbox.authority import token_endpoint
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.idp.identifiers import synthetic
from worlds.federation import MACHINE, WEB, service

SECRET = st.text(
    st.characters(codec="ascii", categories=["L", "N"], include_characters="-_.~"), min_size=6, max_size=80
)
TOKEN = (
    st.binary(min_size=32, max_size=200)
    .map(lambda raw: base64.urlsafe_b64encode(raw).decode().rstrip("="))
    .filter(lambda token: not token.islower())
)
PHRASE = st.text(max_size=60)


@given(st.lists(SECRET, max_size=4), PHRASE, PHRASE)
def test_a_secret_that_is_known_never_comes_through(secrets: list[str], before: str, after: str) -> None:
    kept = Secrets()
    kept.keep(*secrets)
    for secret in secrets:
        assert not kept.are_in(kept.clean(f"{before}{secret} {after}"))


@given(TOKEN, PHRASE)
def test_what_looks_like_a_token_never_comes_through(token: str, around: str) -> None:
    assert token not in Secrets().clean(f"{around} {token}")


@given(st.sampled_from(IdentifierKind), PHRASE)
def test_a_persons_number_never_comes_through(kind: IdentifierKind, around: str) -> None:
    number = synthetic(kind)
    assert number not in Secrets().clean(f"{around} pid={number}")


@given(st.text(max_size=4000))
def test_what_comes_through_is_one_bounded_line(text: str) -> None:
    cleaned = Secrets().clean(text)
    assert len(cleaned) <= 2000
    assert cleaned == " ".join(cleaned.split())


@pytest.mark.parametrize(
    "text",
    [
        "nhn:hgd-persontjenesten-api/restricted-access is not among the client's scopes",
        "https://login.test.polar-id.example/.well-known/openid-configuration is not reached",
        "Nivået er Betydelig, og Høyt ble bedt om",
    ],
)
def test_ordinary_words_come_through_as_they_are(text: str) -> None:
    assert Secrets().clean(text) == text


def test_a_long_secret_goes_whole_before_a_short_one_in_it() -> None:
    kept = Secrets()
    kept.keep("abcdef", "abcdefghi")
    assert kept.clean("x abcdefghi y") == f"x {HIDDEN} y"


class Echoing(Authority):
    """Says back in its answers whatever it was sent."""

    def _for_clients(self, _issuer: Any) -> Any:
        async def echo(request: web.Request) -> web.Response:
            form = await request.post()
            said = " ".join([*map(str, form.values()), *request.headers.getall("DPoP", [])])
            return web.json_response({"error": "server_error", "error_description": said}, status=400)

        return [web.post(token_endpoint.PATH, echo), web.post("/connect/par", echo)]


@pytest.mark.parametrize("client", [MACHINE, WEB], ids=["machine", "login"])
async def test_an_authority_that_says_back_what_it_is_sent_puts_no_secret_into_evidence(
    try_service: Any, start: Any, client: Any
) -> None:
    world = start(Echoing)
    ran = await try_service(world, service(client))
    written = "".join(each.model_dump_json() for each in ran.evidence)
    assert "server_error" in written
    assert not ran.trial.secrets.are_in(written)
    assert "eyJ" not in written
