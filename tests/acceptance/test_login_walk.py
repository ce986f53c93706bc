"""The walk through a login's pages: which form is filled in, and which way back is believed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from aiohttp import web

from sluse.acceptance import login_form
from sluse.acceptance.handed_over import private_key, visitor
from sluse.errors import AcceptanceError, Unreachable
from sluse.sandbox.authority.application import Authority
from sluse.sandbox.authority.login import Login
from worlds.federation import WEB, service

PAGE = "https://login.example/authorize?x=1"


class OtherWayBack(Authority):
    """Sends the browser back with something else than the client gave it."""

    replaced: ClassVar[Mapping[str, str]] = {}

    def _for_browsers(self, issuer: Any) -> Any:
        replaced = self.replaced

        class Confused(Login):
            def _back(self, asked: Any, **said: str) -> web.Response:
                query = "&".join(
                    f"{name}={value}" for name, value in {**said, "state": asked.state, **replaced}.items()
                )
                return web.Response(status=303, headers={"Location": f"{asked.redirect_uri}?{query}"})

        there = Confused(issuer, self._clock, self._pushed, self.providers, self._upstream, self._codes)
        _, chosen, _ = super()._for_browsers(issuer)
        return [web.get("/connect/authorize", there.authorize), chosen, web.get("/signin-{alias}", there.signed_in)]


class OtherState(OtherWayBack):
    replaced: ClassVar[Mapping[str, str]] = {"state": "another"}


class OtherAuthority(OtherWayBack):
    replaced: ClassVar[Mapping[str, str]] = {"iss": "https://elsewhere.example"}


@pytest.mark.parametrize("kind", [OtherState, OtherAuthority])
async def test_a_way_back_of_another_login_is_not_believed(try_service: Any, start: Any, kind: type[Authority]) -> None:
    ran = await try_service(start(kind), service(WEB))
    assert ran.failed() == ["token-per-scope", "missing-dpop-refused"]
    assert ran.case("token-per-scope").seen == (
        "The browser came back with another login's state, or from another authority"
    )


def test_the_form_with_a_password_is_the_one() -> None:
    page = """<form action="/search"><input name="q" type="text"></form>
    <form method="POST" action="/in"><input type="hidden" name="token" value="t&amp;1">
    <input name="user" type="email"><input name="pw" type="password"><input type="checkbox" name="stay" value="1">
    <input type="submit" name="go" value="Go"></form>"""
    form = login_form.find(page, PAGE)
    assert form is not None
    assert (form.action, form.method) == ("https://login.example/in", "post")
    assert form.filled("me", "secret") == {"token": "t&1", "user": "me", "pw": "secret"}


def test_a_form_that_goes_nowhere_is_told() -> None:
    with pytest.raises(Unreachable, match=r"login\.example sends on to an address that cannot be read as a URL"):
        login_form.find('<form action="https://["><input name="u"><input name="p" type="password"></form>', PAGE)


def test_a_form_without_an_action_goes_to_its_own_page() -> None:
    form = login_form.find('<form><input name="u"><input name="p" type="password"></form>', PAGE)
    assert form is not None
    assert (form.action, form.method) == (PAGE, "get")


@pytest.mark.parametrize(
    "page",
    [
        "",
        "<p>Choose your card</p>",
        '<form><input name="u"></form>',
        '<form><input name="p" type="password"></form>',
        '<input name="u"><input name="p" type="password">',
        '<form><input name="u"></form><input name="p" type="password">',
    ],
)
def test_a_page_without_a_login_form_has_none(page: str) -> None:
    assert login_form.find(page, PAGE) is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("not json", "is not JSON"),
        ("[]", "is not a JSON object"),
        ("{}", "holds no private JWK with kid and alg"),
        ('{"kty": "oct", "k": "c2VjcmV0", "kid": "a", "alg": "HS256"}', "holds no private JWK"),
        ('{"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "kid": "a", "alg": "ES256"}', "holds no private JWK"),
    ],
    ids=["noise", "list", "empty", "symmetric", "public"],
)
def test_a_file_that_is_no_private_key_is_told_without_its_content(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "key.jwk"
    file.write_text(content)
    with pytest.raises(AcceptanceError, match=message) as refused:
        private_key(file)
    assert "c2VjcmV0" not in refused.value.message


def test_a_users_login_is_read_and_what_is_none_is_told(tmp_path: Path) -> None:
    file = tmp_path / "user.json"
    file.write_text(json.dumps({"username": "me", "password": "secret-word"}))
    assert visitor(file).password == "secret-word"
    assert "secret-word" not in repr(visitor(file))
    file.write_text(json.dumps({"username": "me", "pin": "secret-word"}))
    with pytest.raises(AcceptanceError, match="holds no username and password"):
        visitor(file)
