"""Where authorities differ, and this one can differ with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def replacement(metadata: Any, registration: Any, **changes: Any) -> Any:
    return {**metadata, "client_id": registration["client_id"], **changes}


async def test_a_replacement_rotates_the_token_where_that_is_the_habit(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(rotate_registration_token=True)
    _, _, old = await caller.register(running, metadata)
    _, _, new = await caller.manage("PUT", old, replacement(metadata, old))
    assert new["registration_access_token"] != old["registration_access_token"]
    assert (await caller.manage("GET", old))[0] == 401
    assert (await caller.manage("GET", new))[2] == new


async def test_reading_and_refused_replacements_rotate_nothing(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(rotate_registration_token=True)
    _, _, registration = await caller.register(running, metadata)
    assert (await caller.manage("GET", registration))[2] == registration
    assert (await caller.manage("PUT", registration, replacement(metadata, registration, scope="nhn:no/such")))[
        0
    ] == 400
    assert (await caller.manage("GET", registration))[2] == registration


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_deleted_client_is_answered_404_where_that_is_the_habit(
    start: Callable[..., Any], caller: Any, metadata: Any, method: str
) -> None:
    running = start(deleted_client_status=404)
    _, _, registration = await caller.register(running, metadata)
    running.authority.admin.delete(registration["client_id"])
    status, headers, _ = await caller.manage(method, registration, replacement(metadata, registration))
    assert status == 404
    assert "WWW-Authenticate" not in headers


async def test_a_wrong_token_stays_401_where_deleted_clients_are_404(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(deleted_client_status=404)
    _, _, registration = await caller.register(running, metadata)
    assert (await caller.manage("GET", {**registration, "registration_access_token": "guessed"}))[0] == 401


async def test_unknown_members_are_dropped_in_silence_where_that_is_the_habit(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(accept_unknown_members=True)
    status, _, registration = await caller.register(running, {**metadata, "software_id": "x"})
    assert status == 201
    assert "software_id" not in registration


async def test_what_only_the_authority_says_is_refused_even_where_unknown_members_are_not(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(accept_unknown_members=True)
    _, _, registration = await caller.register(running, metadata)
    body = replacement(metadata, registration, registration_access_token="mine")
    assert (await caller.manage("PUT", registration, body))[0] == 400


async def test_an_authority_without_the_extensions_refuses_them_by_name(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(extensions=False)
    status, _, body = await caller.register(running, metadata)
    assert (status, body["error"]) == (400, "invalid_client_metadata")
    for member in ("helseid_orgnr", "helseid_tenancy", "helseid_child_orgnr", "helseid_claims"):
        assert member in body["error_description"]


async def test_an_authority_without_the_extensions_registers_the_rest(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(extensions=False)
    plain = {name: value for name, value in metadata.items() if not name.startswith("helseid_")}
    status, _, registration = await caller.register(running, plain)
    assert status == 201
    assert not [name for name in registration if name.startswith("helseid_")]


async def test_an_authority_may_know_no_extensions_and_say_nothing(
    start: Callable[..., Any], caller: Any, metadata: Any
) -> None:
    running = start(extensions=False, accept_unknown_members=True)
    status, _, registration = await caller.register(running, metadata)
    assert status == 201
    assert not [name for name in registration if name.startswith("helseid_")]


async def test_a_client_of_test_is_nobody_in_production(
    start: Callable[..., Any], caller: Any, metadata: Any, ath: Callable[[str], str]
) -> None:
    test, production = start("test"), start("production")
    _, _, registration = await caller.register(test, metadata)
    status, _, body = await caller.token(production, registration["client_id"])
    assert (status, body["error"]) == (400, "invalid_client")
    token = await caller.fetch_token(test, registration["client_id"])
    assert (await caller.whoami(test, token, ath(token)))[0] == 200
    assert (await caller.whoami(production, token, ath(token)))[0] == 401
