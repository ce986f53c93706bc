"""Where our credentials go, and that nothing repeats them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr

from sluse.errors import Refused, SettingsError, Unauthorised
from sluse.model.registration import Registration
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.port import Held
from worlds.scripted import MARK, RAT


async def test_an_authority_that_quotes_our_credentials_is_not_repeated(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    body = json.dumps({"error_description": f"what are {RAT} and initial-access-token-of-the-test?"}).encode()
    for call in (
        registrar.create(registration, MARK),
        registrar.observe(held),
        registrar.update(held, registration, MARK),
        registrar.retire(held),
    ):
        scripted.answer(403, body)
        with pytest.raises(Unauthorised, match="what are") as caught:
            await call
        sent = scripted.seen[-1].headers["Authorization"].removeprefix("Bearer ")
        assert sent not in f"{caught.value!s}{caught.value!r}"


async def test_a_credential_is_sent_to_no_other_origin_whoever_wrote_the_address(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    for uri in (
        "https://elsewhere.example/register/client-1",
        scripted.url.replace("https", "http") + "/register/client-1",
        scripted.url.replace("//", "//user@") + "/register/client-1",
    ):
        elsewhere = Held(held.client_id, uri, held.credential)
        for call in (
            registrar.observe(elsewhere),
            registrar.update(elsewhere, registration, MARK),
            registrar.retire(elsewhere),
        ):
            with pytest.raises(Refused, match="another authority"):
                await call
    assert scripted.seen == []


async def test_what_is_no_token_is_not_sent(scripted: Any, registrar: DynamicRegistrar, held: Held) -> None:
    broken = Held(held.client_id, held.uri, SecretStr("rat\r\nX-Evil: 1"))
    with pytest.raises(Unauthorised, match="is no token") as caught:
        await registrar.observe(broken)
    assert "X-Evil" not in str(caught.value)
    assert scripted.seen == []


@pytest.mark.parametrize(
    "address", ["http://authority.example/register", "authority.example", "https://[", "https://u@a/"]
)
def test_an_address_that_is_not_https_is_a_mistake_in_the_settings(address: str) -> None:
    with pytest.raises(SettingsError, match="https"):
        DynamicRegistrar(issuer="https://authority.example", registration_endpoint=address)


def test_an_initial_access_token_with_a_line_break_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(SettingsError, match="one line") as caught:
        DynamicRegistrar(
            issuer="https://authority.example",
            registration_endpoint="https://authority.example/register",
            initial_access_token=SecretStr("secret-token\n"),
        )
    assert "secret-token" not in str(caught.value)
