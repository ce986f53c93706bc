"""An authority that says yes and registers something else, or knows no extensions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluse.errors import Refused
from sluse.model.registration import Registration
from sluse.registrar.dynamic import mapping
from sluse.registrar.dynamic.client import DynamicRegistrar
from sluse.registrar.port import Altered, Held
from worlds.scripted import MARK, echo


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("token_endpoint_auth_method", "client_secret_basic"),
        ("dpop_bound_access_tokens", None),
        ("grant_types", ["client_credentials", "password"]),
        ("redirect_uris", ["https://evil.example/"]),
        ("jwks", {"keys": []}),
        ("scope", ""),
        ("helseid_orgnr", "889640782"),
        ("client_name", "Fjordlegen Journal"),
    ],
)
async def test_an_update_that_was_registered_otherwise_is_refused_without_losing_the_credential(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held, member: str, value: object
) -> None:
    scripted.echo(200, **{member: value, "registration_access_token": "rat-0002"})
    with pytest.raises(Altered, match=member) as caught:
        await registrar.update(held, registration, MARK)
    assert caught.value.members == (member,)
    assert caught.value.held is not None
    assert caught.value.held.credential.get_secret_value() == "rat-0002"
    assert "rat-0002" not in f"{caught.value!s}{caught.value!r}"


async def test_a_creation_that_was_registered_otherwise_is_withdrawn_again(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration
) -> None:
    scripted.echo(201, grant_types=["implicit"])
    scripted.answer(204)
    with pytest.raises(Altered, match="grant_types") as caught:
        await registrar.create(registration, MARK)
    assert caught.value.held is None
    assert [seen.method for seen in scripted.seen] == ["POST", "DELETE"]


async def test_a_creation_that_could_not_be_withdrawn_names_what_is_left(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration
) -> None:
    scripted.echo(201, grant_types=["implicit"])
    scripted.answer(500)
    with pytest.raises(Altered, match="it stands as client client-1") as caught:
        await registrar.create(registration, MARK)
    assert caught.value.held is not None


async def test_extensions_that_are_refused_are_left_out_from_then_on_and_shown(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    refusal = {"error": "invalid_client_metadata", "error_description": "unknown members: helseid_orgnr"}
    scripted.answer(400, json.dumps(refusal).encode())
    scripted.echo(201)
    scripted.echo(200)
    echo(scripted, registration, **dict.fromkeys(mapping.EXTENSIONS))
    await registrar.create(registration, MARK)
    await registrar.update(held, registration, MARK)
    observed = await registrar.observe(held)
    sent = [any(name in seen.members for name in mapping.EXTENSIONS) for seen in scripted.seen]
    assert sent == [True, False, False, False]
    assert observed is not None
    assert observed.registration == registrar.normalise(registration)
    assert (observed.extra, observed.drift) == (mapping.EXTENSIONS, ())


@pytest.mark.parametrize(
    "description", ["helseid_orgnr must be nine digits", "unknown scope: nhn:a/read", "helseid_tenancy: unknown value"]
)
async def test_a_value_that_is_refused_is_never_dropped_in_silence(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, description: str
) -> None:
    body = json.dumps({"error": "invalid_client_metadata", "error_description": description}).encode()
    scripted.answer(400, body)
    with pytest.raises(Refused, match=description):
        await registrar.create(registration, MARK)
    assert len(scripted.seen) == 1


async def test_an_authority_known_to_keep_extensions_is_not_asked_without_them(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    echo(scripted, registration)
    await registrar.observe(held)
    scripted.answer(400, b'{"error_description": "unknown members: helseid_orgnr"}')
    with pytest.raises(Refused):
        await registrar.update(held, registration, MARK)
    assert len(scripted.seen) == 2


async def test_a_refusal_that_leaving_out_does_not_cure_is_told_as_it_was_first(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration
) -> None:
    scripted.answer(400, b'{"error_description": "unknown members: helseid_orgnr, first"}')
    scripted.answer(400, b'{"error_description": "unknown members: helseid_other, second"}')
    with pytest.raises(Refused, match="first"):
        await registrar.create(registration, MARK)


async def test_extensions_forgotten_in_silence_are_known_once_and_remembered_when_they_come_back(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    echo(scripted, registration, **dict.fromkeys(mapping.EXTENSIONS))
    await registrar.observe(held)
    assert registrar.normalise(registration) == mapping.without_extensions(registration)
    echo(scripted, registration)
    await registrar.observe(held)
    assert registrar.normalise(registration) == registration


async def test_forgetting_the_extensions_of_one_client_only_is_registering_it_otherwise(
    scripted: Any, registrar: DynamicRegistrar, registration: Registration, held: Held
) -> None:
    echo(scripted, registration)
    await registrar.observe(held)
    scripted.echo(200, **dict.fromkeys(mapping.EXTENSIONS))
    with pytest.raises(Altered, match="helseid_orgnr"):
        await registrar.update(held, registration, MARK)
