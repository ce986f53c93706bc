"""The adapter before an authority that answers whatever a test tells it to."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr

from sluse.errors import AuthorityUnavailable, Refused, SettingsError, Unauthorised
from sluse.registrar.federation.instance import Form
from sluse.registrar.federation.keycloak import KeycloakFederations
from sluse.registrar.federation.port import Instance
from sluse.registrar.port import Altered, Mark
from worlds.federating import ALIAS, federation

TOKEN = "admin-token-0123456789-of-the-test"
WANTED = Instance(federation(), enabled=True, mark=Mark("integrations.example/test/polar-id.polar-login"))


@pytest.fixture
async def registrar(scripted: Any, certificates: Any) -> AsyncIterator[KeycloakFederations]:
    async with KeycloakFederations(
        issuer=scripted.url,
        instances=f"{scripted.url}/instances",
        token=SecretStr(TOKEN),
        client_id="sts",
        tls=certificates.client(),
    ) as opened:
        yield opened


def there(scripted: Any, **changes: Any) -> bytes:
    told = {"clientId": "sts", "redirectUri": f"{scripted.url}/in", "jwksUri": f"{scripted.url}/jwks"}
    return json.dumps({**Form("sts").written(WANTED), "relyingParty": told, **changes}).encode()


async def test_a_404_of_everything_is_not_absence(scripted: Any, registrar: KeycloakFederations) -> None:
    for _ in range(2):
        scripted.answer(404, b'{"error": "not_found"}')
    with pytest.raises(AuthorityUnavailable):
        await registrar.observe(ALIAS)
    for _ in range(2):
        scripted.answer(404, b'{"error": "not_found"}')
    with pytest.raises(AuthorityUnavailable):
        await registrar.retire(ALIAS)


async def test_a_404_is_absence_where_the_list_says_so_too(scripted: Any, registrar: KeycloakFederations) -> None:
    scripted.answer(404, b"{}")
    scripted.answer(200, b'[{"alias": "another"}]')
    assert await registrar.observe(ALIAS) is None


async def test_one_that_is_listed_is_not_absent(scripted: Any, registrar: KeycloakFederations) -> None:
    scripted.answer(404, b"{}")
    scripted.answer(200, json.dumps([{"alias": ALIAS}]).encode())
    with pytest.raises(AuthorityUnavailable):
        await registrar.observe(ALIAS)


async def test_a_refused_list_is_not_absence(scripted: Any, registrar: KeycloakFederations) -> None:
    scripted.answer(404, b"{}")
    scripted.answer(403, b"{}")
    with pytest.raises(Unauthorised):
        await registrar.observe(ALIAS)


async def test_what_was_altered_on_the_way_is_refused_by_name(scripted: Any, registrar: KeycloakFederations) -> None:
    scripted.answer(204)
    scripted.answer(200, there(scripted, enabled=False))
    with pytest.raises(Altered) as refused:
        await registrar.replace(WANTED)
    assert refused.value.members == ("enabled: -false, +true",)


async def test_everything_is_sent_each_time(scripted: Any, registrar: KeycloakFederations) -> None:
    scripted.answer(204)
    scripted.answer(200, there(scripted))
    await registrar.replace(WANTED)
    put, get = scripted.seen
    assert (put.method, put.path, put.members) == ("PUT", f"/instances/{ALIAS}", Form("sts").written(WANTED))
    assert get.method == "GET"
    assert put.headers["Authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"nonsense", b'{"alias": "x", "enabled": true}'])
async def test_half_an_answer_is_tried_again(scripted: Any, registrar: KeycloakFederations, body: bytes) -> None:
    scripted.answer(200, body)
    with pytest.raises(AuthorityUnavailable):
        await registrar.observe(ALIAS)


async def test_an_authority_that_adds_and_then_shows_nothing_is_tried_again(
    scripted: Any, registrar: KeycloakFederations
) -> None:
    scripted.answer(201)
    scripted.answer(404, b"{}")
    scripted.answer(200, b"[]")
    with pytest.raises(AuthorityUnavailable, match="it is not there"):
        await registrar.create(WANTED)


async def test_the_token_is_in_no_message_and_no_log(
    scripted: Any, registrar: KeycloakFederations, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = json.dumps({"error": "invalid_request", "error_description": f"no {TOKEN} here"}).encode()
    scripted.answer(400, body)
    with pytest.raises(Refused) as refused:
        await registrar.create(WANTED)
    assert TOKEN not in f"{refused.value!r} {refused.value} {refused.value.__context__!r}"
    assert TOKEN not in caplog.text


def test_an_address_that_is_not_https_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(SettingsError, match="https"):
        KeycloakFederations(issuer="https://a.example", instances="http://a", token=SecretStr(TOKEN), client_id="sts")
